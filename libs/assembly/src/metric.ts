import type { PipelineEvent } from '@whisper-bot/pipeline';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What Prometheus reads of one process that takes part in the pipeline. */
export interface PipelineMetrics {
  registry: Registry;
  /** For `createPipeline`'s `observe`. */
  observe: (event: PipelineEvent) => void;
  /** Has the lag of the streams read with each scrape. */
  watchStreams(lag: () => Promise<{ unread: number | null; pending: number }>): void;
  /** Counts a call that the Bot API refused or did not answer; `code` is its error code, 0 for no answer. */
  telegramRefused(method: string, code: number): void;
}

/** Seconds: from a voice note to a long recording. */
const seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

/** State of this process's analytics recorder; null without one. */
export type RecorderState = () => { recorded: number; inserted: number; spooled: number; dropped: number } | null;

/** Counts the pipeline's events; docs/metrics.md lists every metric. */
export const createPipelineMetrics = (recorderState: RecorderState): PipelineMetrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix: 'whisper_' });
  const tasks = new Counter({
    name: 'whisper_tasks_total',
    help: 'Tasks accepted, delivered and cancelled by this process.',
    labelNames: ['event', 'channel'],
    registers,
  });
  const runs = new Histogram({
    name: 'whisper_stage_run_seconds',
    help: 'Time an attempt of a stage ran.',
    labelNames: ['stage', 'outcome'],
    buckets: seconds,
    registers,
  });
  const waits = new Histogram({
    name: 'whisper_stage_wait_seconds',
    help: 'Time a first attempt waited in its queue.',
    labelNames: ['stage'],
    buckets: seconds,
    registers,
  });
  const failures = new Counter({
    name: 'whisper_stage_failures_total',
    help: 'Failed attempts by cause.',
    labelNames: ['stage', 'code'],
    registers,
  });
  const factor = new Histogram({
    name: 'whisper_real_time_factor',
    help: 'Run time divided by the length of the audio.',
    labelNames: ['stage', 'model'],
    buckets: [0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.5, 1, 2],
    registers,
  });
  new Gauge({
    name: 'whisper_figures',
    help: 'Analytics events of this process by outcome; dropped ones are lost.',
    labelNames: ['outcome'],
    registers,
    collect() {
      for (const [outcome, count] of Object.entries(recorderState() ?? {})) this.set({ outcome }, count);
    },
  });

  const refusals = new Counter({
    name: 'whisper_telegram_errors_total',
    help: 'Calls of the Bot API that were refused (by its error code) or not answered (0).',
    labelNames: ['method', 'code'],
    registers,
  });

  return {
    registry,
    telegramRefused: (method, code) => refusals.inc({ method, code: String(code) }),
    watchStreams: (lag) => {
      new Gauge({
        name: 'whisper_stream_entries',
        help: 'Entries of transcribe:tasks that are unread, and that are read but not stored yet.',
        labelNames: ['state'],
        registers,
        async collect() {
          const { unread, pending } = await lag().catch(() => ({ unread: null, pending: 0 }));
          if (unread !== null) this.set({ state: 'unread' }, unread);
          this.set({ state: 'pending' }, pending);
        },
      });
    },
    observe: ({ event, stage, task, waitMs, runMs, details, code }) => {
      if (event === 'accepted' || event === 'delivered' || event === 'cancelled')
        tasks.inc({ event, channel: task?.channel ?? '' });
      if (stage === null) return;
      if (event === 'started' && waitMs > 0) waits.observe({ stage }, waitMs / 1000);
      if (event === 'failed') failures.inc({ stage, code: code ?? 'internal' });
      if (event !== 'finished' && event !== 'failed') return;
      runs.observe({ stage, outcome: event }, runMs / 1000);
      const audio = details.audioSeconds ?? 0;
      if (event === 'finished' && audio > 0 && (stage === 'transcribe' || stage === 'diarize'))
        factor.observe({ stage, model: task?.options.model ?? '' }, runMs / 1000 / audio);
    },
  };
};
