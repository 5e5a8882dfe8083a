import { type Stage, type Task, TaskError, type TaskErrorCode } from '@whisper-bot/task';
import type { Job } from 'bullmq';
import type { PipelineContext } from '../context.js';
import type { PipelineEvent, StageDetails } from '../contract.js';

/** Progress is reported at each of these percents of a stage: enough for a timeline, few enough to keep. */
const marks = [25, 50, 75];

/** Tells of a task as a whole. */
export const observeTask = (
  context: PipelineContext,
  event: PipelineEvent['event'],
  of: Pick<PipelineEvent, 'taskId'> & Partial<Pick<PipelineEvent, 'task' | 'stage' | 'chunk'>>,
): void =>
  context.observe({
    event,
    at: Date.now(),
    task: null,
    stage: null,
    chunk: 0,
    attempt: 0,
    waitMs: 0,
    runMs: 0,
    percent: 0,
    details: {},
    ...of,
  });

/** One attempt of a stage, as emitted to the observer. */
export interface ObservedRun {
  start(task: Task): void;
  /** `fraction` of the attempt, 0–1. */
  progress(fraction: number): void;
  /** What the stage found out; the last word of each counts. */
  note(details: StageDetails): void;
  end(outcome: 'finished' | 'failed', error?: unknown): void;
}

/**
 * Follows one run of a job. The wait is that of a first attempt from being added; BullMQ keeps no time for a job that
 * waited for its children or for another attempt, so theirs is 0.
 */
export const observeRun = (
  context: PipelineContext,
  { job, taskId, stage, chunk }: { job: Job; taskId: PipelineEvent['taskId']; stage: Stage; chunk: number },
): ObservedRun => {
  const startedAt = Date.now();
  const started = performance.now();
  const isFirst = job.attemptsStarted === 1 && stage !== 'merge' && stage !== 'deliver';
  const waitMs = isFirst ? Math.max(0, startedAt - job.timestamp) : 0;
  let details: StageDetails = {};
  let task: Task | null = null;
  let next = 0;
  const emit = (event: PipelineEvent['event'], more: Partial<PipelineEvent> = {}): void =>
    context.observe({
      event,
      at: Date.now(),
      taskId,
      task,
      stage,
      chunk,
      attempt: job.attemptsMade + 1,
      waitMs,
      runMs: performance.now() - started,
      percent: 0,
      details,
      ...more,
    });
  return {
    start(given) {
      task = given;
      emit('started', { at: startedAt, runMs: 0 });
    },
    progress(fraction) {
      while (next < marks.length && fraction * 100 >= (marks[next] ?? 100))
        emit('progress', { percent: marks[next++] ?? 100 });
    },
    note(more) {
      details = { ...details, ...more };
    },
    end(outcome, error) {
      const code: TaskErrorCode | undefined =
        error instanceof TaskError ? error.code : error === undefined ? undefined : 'internal';
      emit(outcome, { percent: outcome === 'finished' ? 100 : 0, ...(code === undefined ? {} : { code }) });
    },
  };
};
