import { readFile, writeFile } from 'node:fs/promises';

/** Resident memory of a process, bytes; null where it is gone or /proc is not there. */
export const residentBytes = async (pid: number): Promise<number | null> => {
  try {
    const match = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'));
    return match ? Number(match[1]) * 1024 : null;
  } catch {
    return null;
  }
};

/** When memory runs out the kernel shall take this child, which costs one attempt, not the process that talks to Redis. */
export const preferAsOomVictim = async (pid: number): Promise<void> => {
  try {
    await writeFile(`/proc/${pid}/oom_score_adj`, '800');
  } catch {
    // Not Linux, not permitted, or already gone: the kernel then chooses by size.
  }
};
