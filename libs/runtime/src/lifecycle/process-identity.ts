import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Which process something belongs to: a number alone may be another's by now. */
export interface ProcessIdentity {
  /** Name of its machine or container, of letters, digits, `_`, `.` and `-`. */
  host: string;
  pid: number;
  /** When it began, in ticks of its kernel (Linux); empty where the system does not say. */
  birth: string;
}

/** State and start time in `/proc/PID/stat` (proc(5), fields 3 and 22); the name before them may hold anything. */
const fieldsOf = (stat: string): { state: string; birth: string } => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', birth: fields[19] ?? '' };
};

let own: ProcessIdentity | undefined;
/** Of this process. */
export const ownIdentity = (): ProcessIdentity => {
  if (own !== undefined) return own;
  let birth = '';
  try {
    birth = fieldsOf(readFileSync('/proc/self/stat', 'utf8')).birth;
  } catch {
    // Not Linux.
  }
  own = { host: hostname().replaceAll(/[^\w.-]/g, '_'), pid: process.pid, birth };
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
