import { readFileSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';

/** Which process something belongs to: a number alone may be another's by now. */
export interface ProcessIdentity {
  /**
   * Where numbers of processes mean the same: this start of the machine and the namespace of its container. A host's name would not
   * do: containers in the host's network share it, and cloned machines too. Of letters, digits, `_`, `.` and `-`.
   */
  host: string;
  pid: number;
  /** When it began, in ticks of its kernel (Linux); empty where the system does not say. */
  birth: string;
}

/** A stored {@link ProcessIdentity}; what else is stored beside it extends this. */
export const processIdentitySchema = z.object({ host: z.string(), pid: z.number().int(), birth: z.string() });

/** Reads JSON that another process stored; undefined where it is not of that shape. */
export const parseIdentity = <T>(text: string, schema: z.ZodType<T>): T | undefined => {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** State and start time in `/proc/PID/stat` (proc(5), fields 3 and 22); the name before them may hold anything. */
const fieldsOf = (stat: string): { state: string; birth: string } => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', birth: fields[19] ?? '' };
};

const unplain = /[^\w.-]/g;

let own: ProcessIdentity | undefined;
/** Of this process. */
export const ownIdentity = (): ProcessIdentity => {
  if (own !== undefined) return own;
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
    if (namespace === undefined) throw new Error('no namespace');
    const { birth } = fieldsOf(readFileSync('/proc/self/stat', 'utf8'));
    own = { host: `${boot}.${namespace}`.replaceAll(unplain, '_'), pid: process.pid, birth };
  } catch {
    // Not Linux, or a sandbox: other processes cannot see whether this one lives.
    own = { host: hostname().replaceAll(unplain, '_'), pid: process.pid, birth: '' };
  }
  return own;
};

/** Whether a process has certainly ended; false where it cannot be seen from here: on another machine, in another container. */
export const hasEnded = async ({ host, pid, birth }: ProcessIdentity): Promise<boolean> => {
  const mine = ownIdentity();
  if (host !== mine.host || birth === '' || mine.birth === '') return false;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return true;
  const now = fieldsOf(stat);
  return now.birth !== birth || now.state === 'Z' || now.state === 'X';
};
