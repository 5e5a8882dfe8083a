/** A queue that takes turns between owners, so that one person's hundred files do not delay another's first. */
export interface TurnQueue {
  /** Runs `work` when it is its owner's turn; the same id twice is one. */
  add(job: { id: string; owner: string; work: () => Promise<void> }): void;
  /** Resolves when nothing runs any more; nothing new is started from now on. */
  close(): Promise<void>;
  /** Waiting and running. */
  readonly size: number;
}

interface Job {
  id: string;
  work: () => Promise<void>;
}

/** Runs up to `width` jobs at once, the next one always of the owner whose turn is longest ago. `work` must not reject. */
export const createTurnQueue = (width: number): TurnQueue => {
  // A Map keeps the order of insertion: the first owner is the next to be served, and is put last again.
  const waiting = new Map<string, Job[]>();
  const ids = new Set<string>();
  const running = new Set<Promise<void>>();
  let closed = false;

  const next = (): Job | null => {
    for (const [owner, jobs] of waiting) {
      waiting.delete(owner);
      const job = jobs.shift();
      if (jobs.length > 0) waiting.set(owner, jobs);
      if (job) return job;
    }
    return null;
  };

  const fill = (): void => {
    while (!closed && running.size < width) {
      const job = next();
      if (job === null) return;
      const run = job.work().finally(() => {
        ids.delete(job.id);
        running.delete(run);
        fill();
      });
      running.add(run);
    }
  };

  return {
    add: ({ id, owner, work }) => {
      if (closed || ids.has(id)) return;
      ids.add(id);
      const jobs = waiting.get(owner);
      if (jobs) jobs.push({ id, work });
      else waiting.set(owner, [{ id, work }]);
      fill();
    },
    close: async () => {
      closed = true;
      await Promise.all(running);
    },
    get size() {
      return ids.size;
    },
  };
};
