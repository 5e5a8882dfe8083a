/** How long events are kept; the newest partition drop costs nothing because partitions are months. */
const kept = 'INTERVAL 2 YEAR';

/**
 * A retried batch must not count twice: the last blocks' tokens are remembered although nothing is replicated
 * (ClickHouse manual, MergeTree settings, `non_replicated_deduplication_window`).
 */
const remembersBatches = 'non_replicated_deduplication_window = 10000';

const stageColumns = `
  task_id UUID,
  stage LowCardinality(String),
  chunk UInt32,
  attempt UInt8,
  channel LowCardinality(String),
  owner String,
  wait_ms Float64,
  run_ms Float64,
  audio_seconds Float64,
  model LowCardinality(String),
  language LowCardinality(String),
  speakers UInt16,
  engine LowCardinality(String),
  worker LowCardinality(String),
  bytes UInt64,
  error_code LowCardinality(String)`;

/**
 * The schema, one step a version, each safe to run again. Times are UTC. Sort keys follow the questions: nearly every
 * one names an event and a span of time; a task's own timeline is found through a bloom filter on its id.
 */
export const schemaSteps: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS transcribe_events (
  at DateTime64(3, 'UTC'),
  event LowCardinality(String),
  percent Float32,${stageColumns},
  INDEX by_task task_id TYPE bloom_filter(0.01) GRANULARITY 4
) ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (event, stage, at)
TTL toDateTime(at) + ${kept}
SETTINGS ${remembersBatches}`,

  `CREATE TABLE IF NOT EXISTS transcribe_jobs (
  finished_at DateTime64(3, 'UTC'),
  outcome LowCardinality(String),${stageColumns},
  INDEX by_task task_id TYPE bloom_filter(0.01) GRANULARITY 4
) ENGINE = MergeTree
PARTITION BY toYYYYMM(finished_at)
ORDER BY (stage, finished_at)
TTL toDateTime(finished_at) + ${kept}
SETTINGS ${remembersBatches}`,

  `CREATE MATERIALIZED VIEW IF NOT EXISTS transcribe_jobs_from_events TO transcribe_jobs AS
SELECT at AS finished_at, if(event = 'failed', 'failed', 'done') AS outcome, task_id, stage, chunk, attempt, channel, owner,
  wait_ms, run_ms, audio_seconds, model, language, speakers, engine, worker, bytes, error_code
FROM transcribe_events WHERE event IN ('finished', 'failed')`,

  `CREATE TABLE IF NOT EXISTS messages (
  at DateTime64(3, 'UTC'),
  channel LowCardinality(String),
  owner String,
  chat String,
  chat_kind LowCardinality(String),
  kind LowCardinality(String),
  bytes UInt64,
  audio_seconds Float64,
  language LowCardinality(String),
  task_id String
) ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (kind, at)
TTL toDateTime(at) + ${kept}
SETTINGS ${remembersBatches}`,

  // An hour of jobs in one row a stage and model: the overview reads hundreds of rows instead of millions.
  `CREATE TABLE IF NOT EXISTS transcribe_hours (
  hour DateTime('UTC'),
  stage LowCardinality(String),
  model LowCardinality(String),
  outcome LowCardinality(String),
  jobs AggregateFunction(count),
  audio_seconds_sum AggregateFunction(sum, Float64),
  run_ms_sum AggregateFunction(sum, Float64),
  wait_quantiles AggregateFunction(quantilesTDigest(0.5, 0.9, 0.99), Float64),
  run_quantiles AggregateFunction(quantilesTDigest(0.5, 0.9, 0.99), Float64)
) ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (stage, hour, model, outcome)
TTL hour + ${kept}
SETTINGS ${remembersBatches}`,

  `CREATE MATERIALIZED VIEW IF NOT EXISTS transcribe_hours_from_jobs TO transcribe_hours AS
SELECT toStartOfHour(toDateTime(finished_at, 'UTC')) AS hour, stage, model, outcome,
  countState() AS jobs, sumState(audio_seconds) AS audio_seconds_sum, sumState(run_ms) AS run_ms_sum,
  quantilesTDigestState(0.5, 0.9, 0.99)(wait_ms) AS wait_quantiles,
  quantilesTDigestState(0.5, 0.9, 0.99)(run_ms) AS run_quantiles
FROM transcribe_jobs GROUP BY hour, stage, model, outcome`,
];
