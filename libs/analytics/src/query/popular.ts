import { z } from 'zod';
import { count, type Period, quantity, question } from './query.js';

const popular = (column: 'model' | 'language') =>
  question<Period>()(
    `SELECT ${column} AS name, uniq(task_id) AS tasks, sum(audio_seconds) AS audioSeconds
FROM transcribe_jobs
WHERE stage = 'merge' AND outcome = 'done' AND ${column} != ''
  AND finished_at >= toDateTime64({since:UInt32}, 3, 'UTC') AND finished_at < toDateTime64({until:UInt32}, 3, 'UTC')
GROUP BY name ORDER BY tasks DESC LIMIT 30`,
    z.object({ name: z.string(), tasks: count, audioSeconds: quantity }),
  );

/** Models by tasks. */
export const popularModels = popular('model');
/** Languages by tasks. */
export const popularLanguages = popular('language');
