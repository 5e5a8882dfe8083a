import { spawnSync } from 'node:child_process';
import { withParentDeathSignal } from './parent-death.js';

/** Kernel limits of a child; omitted ones are unlimited. */
export interface ChildLimits {
  /** Largest file it may write, bytes (RLIMIT_FSIZE); past it SIGXFSZ ends it. Pipes do not count. */
  fileBytes?: number;
  /** Address space, bytes (RLIMIT_AS): an allocation past it fails. */
  addressSpaceBytes?: number;
  /** Processor time, seconds (RLIMIT_CPU); past it SIGXCPU ends it. */
  cpuSeconds?: number;
}

export interface Confinement {
  limits?: ChildLimits;
  /** False: where the system allows it, the child sees no network, not even this machine's. */
  network?: boolean;
}

const works = (command: string, args: readonly string[]): boolean =>
  process.platform === 'linux' && spawnSync(command, args, { stdio: 'ignore', timeout: 5000 }).status === 0;

let limitable: boolean | undefined;
/** Whether util-linux's `prlimit` is installed; checked once per process. */
const hasPrlimit = (): boolean => {
  limitable ??= works('prlimit', ['--core=0', '--', 'true']);
  return limitable;
};

let isolation: readonly string[] | null | undefined;
/** How `unshare` removes the network: root may, others need a user namespace, which many containers do not allow. */
const withoutNetwork = (): readonly string[] | null => {
  isolation ??=
    [
      ['--net', '--'],
      ['--user', '--map-current-user', '--net', '--'],
    ].find((args) => works('unshare', [...args, 'true'])) ?? null;
  return isolation;
};

/**
 * The command line that starts a child within its bounds, to be killed with this process, and that leaves no core dump. Each program on
 * the way execs the next: the pid stays the child's. Where one of them is missing, its bound is left out.
 */
export const confined = (
  command: string,
  args: readonly string[],
  { limits = {}, network = true }: Confinement = {},
): { command: string; args: string[] } => {
  const { fileBytes, addressSpaceBytes, cpuSeconds } = limits;
  const bounds = [
    '--core=0',
    ...(fileBytes === undefined ? [] : [`--fsize=${Math.ceil(fileBytes)}`]),
    ...(addressSpaceBytes === undefined ? [] : [`--as=${Math.ceil(addressSpaceBytes)}`]),
    ...(cpuSeconds === undefined ? [] : [`--cpu=${Math.ceil(cpuSeconds)}`]),
  ];
  const bounded = hasPrlimit() ? { command: 'prlimit', args: [...bounds, '--', command, ...args] } : { command, args };
  // Entering a namespace forgets the signal: it is asked for after that.
  const mortal = withParentDeathSignal(bounded.command, bounded.args);
  const isolated = network ? null : withoutNetwork();
  return isolated === null ? mortal : { command: 'unshare', args: [...isolated, mortal.command, ...mortal.args] };
};
