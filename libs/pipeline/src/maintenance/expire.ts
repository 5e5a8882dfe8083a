import { catalogue, queueNames } from '../catalogue.js';
import type { PipelineContext } from '../context.js';

/** Jobs removed of one queue at once: Redis must not stand still for them. */
const batch = 1000;

/**
 * Removes ended jobs past their time. BullMQ does so only when another job of the same queue ends: an installation that no one
 * uses would keep what the last ones said of a person for ever. Returns how many went.
 */
export const expireJobs = async ({ connection }: PipelineContext): Promise<number> => {
  let gone = 0;
  for (const name of queueNames) {
    const { removeOnComplete, removeOnFail } = catalogue[name].job;
    const ages = [
      ['completed', ageOf(removeOnComplete)],
      ['failed', ageOf(removeOnFail)],
    ] as const;
    for (const [type, seconds] of ages) {
      if (seconds === null) continue;
      const removed = await connection.queue(name).clean(seconds * 1000, batch, type);
      gone += removed.length;
    }
  }
  return gone;
};

const ageOf = (rule: boolean | { age?: number }): number | null =>
  typeof rule === 'object' && rule.age !== undefined ? rule.age : null;
