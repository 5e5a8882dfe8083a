import type { PageRequest } from './task.js';

export interface EachPageOptions<T> {
  read: (page: PageRequest) => Promise<{ tasks: T[]; next: string | null }>;
  /** What is done with each. */
  act: (task: T) => Promise<void>;
  /** Called for each that it failed for; the others are looked at. */
  onError: (error: unknown) => void;
  /** Tasks read at once; default 500. */
  batch?: number | undefined;
  /** Ends it early. */
  signal?: AbortSignal | undefined;
}

/** So many failures one after another are not the tasks' fault: Redis is away, and the next round asks again. */
const mostFailures = 3;

/** Does something with every task of a list, page by page; false where it was given up, ended early, or failed for one. */
export const eachPage = async <T>({
  read,
  act,
  onError,
  batch = 500,
  signal,
}: EachPageOptions<T>): Promise<boolean> => {
  let failures = 0;
  let failed = false;
  let after: string | undefined;
  do {
    const page = await read({ limit: batch, ...(after === undefined ? {} : { after }) });
    for (const task of page.tasks) {
      if (signal?.aborted) return false;
      try {
        await act(task);
        failures = 0;
      } catch (error) {
        onError(error);
        failed = true;
        failures += 1;
        if (failures === mostFailures) return false;
      }
    }
    after = page.next ?? undefined;
  } while (after !== undefined);
  return !failed;
};
