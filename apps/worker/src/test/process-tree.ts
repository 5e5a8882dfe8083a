import { readdir, readFile } from 'node:fs/promises';

interface ProcessEntry {
  pid: number;
  parent: number;
  /** As the kernel keeps it: 15 characters at most. */
  name: string;
}

const listProcesses = async (): Promise<ProcessEntry[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return stats.flatMap((stat) => {
    const [, pid, name = '', state, parent] = /^(\d+) \((.*)\) (\S) (\d+)/s.exec(stat) ?? [];
    // A zombie is dead; its parent has yet to notice.
    return pid === undefined || state === 'Z' ? [] : [{ pid: Number(pid), parent: Number(parent), name }];
  });
};

/** Every living process started, directly or not, by this one (Linux). */
export const descendants = async (root: number): Promise<ProcessEntry[]> => {
  const all = await listProcesses();
  const below = (parent: number): ProcessEntry[] =>
    all.filter((entry) => entry.parent === parent).flatMap((entry) => [entry, ...below(entry.pid)]);
  return below(root);
};

/** Which of the processes still live. */
export const living = async (pids: readonly number[]): Promise<number[]> => {
  const alive = new Set((await listProcesses()).map(({ pid }) => pid));
  return pids.filter((pid) => alive.has(pid));
};
