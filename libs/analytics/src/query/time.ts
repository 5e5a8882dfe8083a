import { z } from 'zod';
import { count, type Period, quantity, question } from './query.js';

const quantiles = z.tuple([quantity, quantity, quantity]);

/** Waiting and run time a stage, milliseconds at the 50th, 90th and 99th percentile (t-digest). */
export const stageTimes = question<Period>()(
  `SELECT stage, countMerge(jobs) AS jobs,
  quantilesTDigestMerge(0.5, 0.9, 0.99)(wait_quantiles) AS waitMs,
  quantilesTDigestMerge(0.5, 0.9, 0.99)(run_quantiles) AS runMs
FROM transcribe_hours
WHERE hour >= toDateTime({since:UInt32}, 'UTC') AND hour < toDateTime({until:UInt32}, 'UTC')
GROUP BY stage ORDER BY stage`,
  z.object({ stage: z.string(), jobs: count, waitMs: quantiles, runMs: quantiles }),
);

/** Real-time factor (run time ÷ audio) of transcription and diarization, by model and worker. */
export const realTimeFactors = question<Period>()(
  `SELECT stage, model, worker, count() AS jobs, sum(run_ms) / 1000 / sum(audio_seconds) AS factor,
  quantile(0.5)(run_ms / 1000 / audio_seconds) AS median
FROM transcribe_jobs
WHERE outcome = 'done' AND stage IN ('transcribe', 'diarize') AND audio_seconds > 0
  AND finished_at >= toDateTime64({since:UInt32}, 3, 'UTC') AND finished_at < toDateTime64({until:UInt32}, 3, 'UTC')
GROUP BY stage, model, worker ORDER BY stage, model, worker`,
  z.object({
    stage: z.string(),
    model: z.string(),
    worker: z.string(),
    jobs: count,
    factor: quantity,
    median: quantity,
  }),
);

/** Every mark of one task in order: its timeline. */
export const timeline = question<{ taskId: string }>()(
  `SELECT toUnixTimestamp64Milli(at) AS at, event, stage, chunk, attempt, wait_ms AS waitMs, run_ms AS runMs, percent, worker,
  error_code AS errorCode
FROM transcribe_events WHERE task_id = {taskId:UUID} ORDER BY at, stage, chunk`,
  z.object({
    at: count,
    event: z.string(),
    stage: z.string(),
    chunk: count,
    attempt: count,
    waitMs: quantity,
    runMs: quantity,
    percent: quantity,
    worker: z.string(),
    errorCode: z.string(),
  }),
);
