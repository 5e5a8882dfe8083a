// A million synthetic events in the embedded ClickHouse, then every question of the dashboard: median and worst of 7 runs.
// Run: node bench/analytics.mjs   (after ./whisper-bot has built the project)
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@clickhouse/client';
import * as analytics from '@whisper-bot/analytics';
import { startEmbeddedClickHouse } from '@whisper-bot/embedded';
import { pino } from 'pino';

const events = 1_000_000;
const root = await mkdtemp(join(tmpdir(), 'bench-analytics-'));
const server = await startEmbeddedClickHouse({ dir: root, logger: pino({ level: 'silent' }) });
const database = analytics.openAnalytics({ url: server.url });
await database.migrate();

const until = Math.floor(Date.now() / 1000);
const since = until - 90 * 86_400;
const raw = createClient({
  url: server.url.replace('/whisper_bot', '/'),
  database: 'whisper_bot',
  request_timeout: 300_000,
});
const started = performance.now();
await raw.command({
  query: `INSERT INTO transcribe_events SELECT toDateTime64(${since} + (number * 7919) % ${until - since}, 3, 'UTC') AS at,
  ['finished', 'finished', 'finished', 'started', 'queued', 'progress', 'failed', 'accepted'][1 + number % 8] AS event, 50 AS percent,
  toUUID(concat('00000000-0000-4000-8000-', leftPad(toString(intDiv(number, 8)), 12, '0'))) AS task_id,
  ['prepare', 'transcribe', 'diarize', 'merge', 'deliver'][1 + intHash32(number) % 5] AS stage, number % 5 AS chunk, 1 AS attempt, 'telegram' AS channel,
  concat('tg:', toString(intHash32(number) % 5000)) AS owner, intHash32(number) % 60000 AS wait_ms, intHash32(number + 1) % 30000 AS run_ms,
  1 + intHash32(number + 2) % 600 AS audio_seconds, ['base', 'small', 'large-v3-turbo'][1 + number % 3] AS model, ['en', 'ru', 'de', 'fr'][1 + number % 4] AS language,
  2 AS speakers, 'whisper.cpp' AS engine, concat('worker-', toString(number % 8)) AS worker, 100000 AS bytes,
  if(event = 'failed', ['engine-crashed', 'time-limit', 'not-media'][1 + number % 3], '') AS error_code FROM numbers(${events})`,
});
const count = await raw
  .query({ query: 'SELECT count() AS n FROM transcribe_events', format: 'JSONEachRow' })
  .then((rows) => rows.json());
console.log(`${count[0].n} events stored in ${((performance.now() - started) / 1000).toFixed(1)} s`);

const period = { since, until };
const questions = {
  volume: () => database.ask(analytics.volume, { ...period, step: 86_400 }),
  stageTimes: () => database.ask(analytics.stageTimes, period),
  realTimeFactors: () => database.ask(analytics.realTimeFactors, period),
  failureCauses: () => database.ask(analytics.failureCauses, period),
  popularModels: () => database.ask(analytics.popularModels, period),
  popularLanguages: () => database.ask(analytics.popularLanguages, period),
  activeUsers: () => database.ask(analytics.activeUsers, period),
  messagesByKind: () => database.ask(analytics.messagesByKind, period),
  timeline: async () => {
    const [row] = await (
      await raw.query({ query: 'SELECT task_id FROM transcribe_events LIMIT 1', format: 'JSONEachRow' })
    ).json();
    return database.ask(analytics.timeline, { taskId: row.task_id });
  },
};
let worst = 0;
for (const [name, ask] of Object.entries(questions)) {
  const times = [];
  let rows = 0;
  for (let run = 0; run < 7; run += 1) {
    const begin = performance.now();
    rows = (await ask()).length;
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  worst = Math.max(worst, times[6]);
  console.log(
    `${name.padEnd(18)} ${times[3].toFixed(0).padStart(5)} ms median ${times[6].toFixed(0).padStart(5)} ms worst  ${rows} rows`,
  );
}
console.log(`slowest answer ${worst.toFixed(0)} ms (target 300 ms)`);
await raw.close();
await database.close();
await server.close();
await rm(root, { recursive: true, force: true });
