import type { TaskProgress } from '@whisper-bot/pipeline';
import { notAccepted, type TaskRow } from '@whisper-bot/store';
import { readTranscript, stages, taskFolder, taskIdSchema, taskStateSchema } from '@whisper-bot/task';
import { z } from 'zod';

/** A task as programs see it. */
export const taskViewSchema = z.object({
  id: z.uuidv4(),
  object: z.literal('task'),
  status: taskStateSchema.describe('ends in `done`, `failed` or `cancelled`'),
  created_at: z.number().int().describe('Unix seconds'),
  title: z.string().describe('name of the file as it was sent'),
  model: z.string(),
  language: z.string().describe('as asked for; `auto` where it is to be found'),
  diarize: z.boolean(),
  translate: z.boolean(),
  duration: z.number().nullable().describe('of the recording, seconds; null until known'),
  stage: z.enum(stages).nullable().describe('the stage that is furthest behind'),
  percent: z.number().describe('0–100'),
  seconds_left: z.number().nullable().describe('an estimate; null where there is none'),
  position: z.number().int().nullable().describe('jobs ahead in the queue while nothing of the task runs'),
  error: z.object({ code: z.string(), message: z.string() }).nullable().describe('why it failed'),
});
export type TaskView = z.infer<typeof taskViewSchema>;

export const taskListSchema = z.object({
  object: z.literal('list'),
  data: z.array(taskViewSchema),
  has_more: z.boolean(),
  next: z.string().nullable().describe('what `after` is for the next page'),
});

export const taskDeletedSchema = z.object({
  id: z.uuidv4(),
  object: z.literal('task.deleted'),
  deleted: z.literal(true),
});

/** The record knows the task for good, the queue knows how far it is; `now` is null once the queue has forgotten it. */
export const viewTask = (row: TaskRow, now: TaskProgress | null): TaskView => {
  // The queue may have taken in later, from a client long gone, what was refused.
  const status = row.cause === notAccepted ? 'cancelled' : (now?.state ?? row.state);
  return {
    id: row.id,
    object: 'task',
    status,
    created_at: Math.floor(row.acceptedAt.getTime() / 1000),
    title: row.title,
    model: row.options.model,
    language: row.options.language,
    diarize: row.options.diarize,
    translate: row.options.translate,
    duration: row.duration,
    stage: now?.stage ?? null,
    percent: status === 'done' ? 100 : (now?.percent ?? 0),
    seconds_left: now?.secondsLeft ?? null,
    position: now?.position ?? null,
    error: status === 'failed' ? failureOf(row, now) : null,
  };
};

/** The end of a task is published a moment before the record knows how long the recording was; its folder does. */
export const withDuration = async (view: TaskView, tasksDir: string): Promise<TaskView> => {
  if (view.status !== 'done' || view.duration !== null) return view;
  const transcript = await readTranscript(taskFolder(tasksDir, taskIdSchema.parse(view.id)));
  return { ...view, duration: transcript?.duration ?? null };
};

const failureOf = (row: TaskRow, now: TaskProgress | null): TaskView['error'] => ({
  code: (now?.failure?.code ?? row.code ?? 'internal').replaceAll('-', '_'),
  message: now?.failure?.message ?? 'The recording could not be transcribed.',
});
