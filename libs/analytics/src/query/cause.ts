import { z } from 'zod';
import { count, type Period, question } from './query.js';

/** Why attempts failed, most frequent first. */
export const failureCauses = question<Period>()(
  `SELECT stage, error_code AS code, count() AS failures, uniq(task_id) AS tasks
FROM transcribe_jobs
WHERE outcome = 'failed'
  AND finished_at >= toDateTime64({since:UInt32}, 3, 'UTC') AND finished_at < toDateTime64({until:UInt32}, 3, 'UTC')
GROUP BY stage, code ORDER BY failures DESC LIMIT 50`,
  z.object({ stage: z.string(), code: z.string(), failures: count, tasks: count }),
);
