import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';

interface ProcessEntry {
  pid: number;
  parent: number;
  /** File name of the command as it was called: the kernel's own name is another after a second exec. */
  name: string;
}

const listProcesses = async (): Promise<ProcessEntry[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
  const all = await Promise.all(
    pids.map(async (pid) => ({ stat: await read(pid, 'stat'), command: await read(pid, 'cmdline') })),
  );
  return all.flatMap(({ stat, command }) => {
    const [, pid, state, parent] = /^(\d+) \(.*\) (\S) (\d+)/s.exec(stat) ?? [];
    // A zombie is dead; its parent has yet to notice.
    if (pid === undefined || state === 'Z') return [];
    return [{ pid: Number(pid), parent: Number(parent), name: basename(command.split('\0')[0] ?? '') }];
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
export const alive = async (pids: readonly number[]): Promise<number[]> => {
  const alive = new Set((await listProcesses()).map(({ pid }) => pid));
  return pids.filter((pid) => alive.has(pid));
};
