import type { Pipeline } from '@whisper-bot/pipeline';
import type { KeyRow, Store } from '@whisper-bot/store';
import { isFinal, type TaskId } from '@whisper-bot/task';
import { ApiError } from './error.js';
import { createTally } from './tally.js';

/** What a key may do, counted in the record, so that it holds for all processes and across restarts. */
export interface Admission {
  /** Counts a request. Throws ApiError 429. */
  request(key: KeyRow): Promise<void>;
  /**
   * Keeps a place for one more task until the returned function is called: then it is in the record, or was not made.
   * Throws ApiError 429.
   */
  task(key: KeyRow): Promise<() => void>;
}

const minute = 60;
/** Seconds: recordings take about so long. */
const untilOneEnds = 5;

export const createAdmission = (
  { attempts, usage }: Pick<Store, 'attempts' | 'usage'>,
  { progress }: Pick<Pipeline, 'progress'>,
): Admission => {
  /** Of each key: uploads on their way, which the record does not know yet. */
  const arriving = createTally();
  return {
    request: async ({ id, limits: { requestsPerMinute } }) => {
      if (requestsPerMinute === undefined) return;
      const name = `key:${id}`;
      if (await attempts.allow(name, { attempts: requestsPerMinute, seconds: minute })) return;
      throw new ApiError(429, `This key may make ${requestsPerMinute} requests a minute.`, {
        code: 'requests_per_minute',
        retryAfter: await attempts.wait(name, minute),
      });
    },
    task: async ({ id, limits: { concurrentTasks, minutesPerDay } }) => {
      const before = arriving.held(id);
      const release = arriving.hold(id);
      if (concurrentTasks === undefined && minutesPerDay === undefined) return release;
      try {
        const now = new Date();
        const today = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
        const used = await usage(`key:${id}`, today);
        if (concurrentTasks !== undefined && (await inWork(used.open, concurrentTasks - before, progress))) {
          throw new ApiError(429, `This key may have ${concurrentTasks} recordings in work at once.`, {
            code: 'concurrent_tasks',
            retryAfter: untilOneEnds,
          });
        }
        if (minutesPerDay !== undefined && used.seconds >= minutesPerDay * 60) {
          throw new ApiError(429, `This key may send ${minutesPerDay} minutes of recordings a day (UTC).`, {
            code: 'minutes_per_day',
            retryAfter: Math.ceil((today.getTime() + 86_400_000 - now.getTime()) / 1000),
          });
        }
        return release;
      } catch (error) {
        release();
        throw error;
      }
    },
  };
};

/** Whether so many tasks are in work. The queue knows of an end a moment before the record does. */
const inWork = async (open: readonly TaskId[], many: number, progress: Pipeline['progress']): Promise<boolean> => {
  if (open.length < many) return false;
  const states = await Promise.all(open.map(async (id) => (await progress(id))?.state ?? 'accepted'));
  return states.filter((state) => !isFinal(state)).length >= many;
};
