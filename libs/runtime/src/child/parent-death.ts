import { spawnSync } from 'node:child_process';

let probed: boolean | undefined;

/** Whether util-linux's `setpriv --pdeathsig` works here, with whatever signal; asked once a process. */
const hasSetpriv = (): boolean => {
  probed ??=
    process.platform === 'linux' &&
    spawnSync('setpriv', ['--pdeathsig', 'KILL', '--', 'true'], { stdio: 'ignore', timeout: 5000 }).status === 0;
  return probed;
};

/**
 * The command line that makes the kernel end the child when the thread that started it dies, even by SIGKILL
 * (PR_SET_PDEATHSIG; setpriv execs, so the pid stays the child's). Where setpriv is missing the command comes back
 * unchanged, and only the end of its stdin tells a child that it is alone. `signal`: KILL, or INT for a server that must shut down.
 */
export const withParentDeathSignal = (
  command: string,
  args: readonly string[],
  signal: 'KILL' | 'INT' = 'KILL',
): { command: string; args: string[] } =>
  hasSetpriv()
    ? { command: 'setpriv', args: ['--pdeathsig', signal, '--', command, ...args] }
    : { command, args: [...args] };

/** setpriv's exit code where the command itself cannot be started. */
export const commandNotFound = 127;
