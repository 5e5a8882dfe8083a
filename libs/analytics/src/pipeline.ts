import type { PipelineEvent } from '@whisper-bot/pipeline';
import type { Recorder } from './recorder.js';

/** Writes every mark on a task's way down as an event; give the result to `createPipeline` as `observe`. */
export const recordPipeline =
  (recorder: Pick<Recorder, 'record'>, worker: string) =>
  ({ event, at, taskId, task, stage, chunk, attempt, waitMs, runMs, percent, details, code }: PipelineEvent): void =>
    recorder.record({
      table: 'transcribe_events',
      at,
      event,
      taskId,
      stage: stage ?? '',
      chunk,
      attempt,
      channel: task?.channel ?? '',
      owner: task?.owner ?? '',
      waitMs,
      runMs,
      audioSeconds: details.audioSeconds ?? 0,
      percent,
      model: task?.options.model ?? '',
      language: details.language ?? '',
      speakers: details.speakers ?? 0,
      engine: details.engine ?? '',
      worker,
      bytes: details.bytes ?? 0,
      errorCode: code ?? '',
    });
