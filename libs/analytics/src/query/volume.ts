import { z } from 'zod';
import { count, type Period, quantity, question } from './query.js';

/** Finished recordings by hour: tasks merged, their audio, and failures. `step` is the width of a row, seconds. */
export const volume = question<Period & { step: number }>()(
  `SELECT toUnixTimestamp(toStartOfInterval(hour, toIntervalSecond({step:UInt32}))) AS time,
  countMergeIf(jobs, stage = 'merge' AND outcome = 'done') AS tasks,
  sumMergeIf(audio_seconds_sum, stage = 'merge' AND outcome = 'done') AS audioSeconds,
  countMergeIf(jobs, outcome = 'failed') AS failures
FROM transcribe_hours
WHERE hour >= toDateTime({since:UInt32}, 'UTC') AND hour < toDateTime({until:UInt32}, 'UTC')
GROUP BY time ORDER BY time`,
  z.object({ time: count, tasks: count, audioSeconds: quantity, failures: count }),
);

/** What came in, by kind. */
export const messagesByKind = question<Period>()(
  `SELECT kind, count() AS messages, uniq(owner) AS people, sum(bytes) AS bytes
FROM messages WHERE at >= toDateTime64({since:UInt32}, 3, 'UTC') AND at < toDateTime64({until:UInt32}, 3, 'UTC')
GROUP BY kind ORDER BY messages DESC`,
  z.object({ kind: z.string(), messages: count, people: count, bytes: count }),
);

/** Distinct owners a day. */
export const activeUsers = question<Period>()(
  `SELECT toUnixTimestamp(toStartOfDay(at)) AS time, uniq(owner) AS users
FROM transcribe_events
WHERE event = 'accepted' AND at >= toDateTime64({since:UInt32}, 3, 'UTC') AND at < toDateTime64({until:UInt32}, 3, 'UTC')
GROUP BY time ORDER BY time`,
  z.object({ time: count, users: count }),
);
