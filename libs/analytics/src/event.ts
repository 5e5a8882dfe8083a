import { channels, stages, taskErrorCodes } from '@whisper-bot/task';
import { z } from 'zod';

/** Marks on a task's way; `accepted`, `delivered` and `cancelled` belong to the task, the others to one run of a stage. */
const eventNames = [
  'accepted',
  'queued',
  'started',
  'progress',
  'finished',
  'failed',
  'delivered',
  'cancelled',
] as const;

/** Unix milliseconds. */
const at = z.number().int().nonnegative();
const amount = z.number().nonnegative();

/** One row of `transcribe_events`. Absent values are stored as 0 or an empty string: ClickHouse reads those fastest. */
export const transcribeEventSchema = z.object({
  at,
  event: z.enum(eventNames),
  taskId: z.uuid(),
  stage: z.enum(stages).or(z.literal('')).default(''),
  /** Index of the chunk, from 0; 0 for stages that have one job. */
  chunk: z.number().int().nonnegative().default(0),
  /** From 1; 0 where the event is not of an attempt. */
  attempt: z.number().int().nonnegative().default(0),
  channel: z.enum(channels).or(z.literal('')).default(''),
  /** As in the task: `tg:42`, `key:abc`, `local`. */
  owner: z.string().max(100).default(''),
  /** From queued to started, milliseconds. */
  waitMs: amount.default(0),
  /** From started to finished or failed, milliseconds. */
  runMs: amount.default(0),
  /** Of the recording or of the chunk, seconds. */
  audioSeconds: amount.default(0),
  /** Percent, for `progress`. */
  percent: z.number().min(0).max(100).default(0),
  model: z.string().default(''),
  /** ISO 639-1. */
  language: z.string().default(''),
  speakers: z.number().int().nonnegative().default(0),
  engine: z.string().default(''),
  worker: z.string().default(''),
  bytes: z.number().int().nonnegative().default(0),
  errorCode: z.enum(taskErrorCodes).or(z.literal('')).default(''),
});

const messageKinds = [
  'voice',
  'audio',
  'video',
  'video_note',
  'document',
  'text',
  'command',
  'callback',
  'other',
] as const;

/** One row of `messages`: that something came in, never what it said. */
export const messageSchema = z.object({
  at,
  channel: z.enum(channels),
  owner: z.string().max(100),
  chat: z.string().max(100).default(''),
  chatKind: z.enum(['private', 'group', 'channel', 'api', 'local']).default('local'),
  kind: z.enum(messageKinds),
  bytes: z.number().int().nonnegative().default(0),
  audioSeconds: amount.default(0),
  /** Interface language, ISO 639-1. */
  language: z.string().default(''),
  taskId: z.uuid().or(z.literal('')).default(''),
});

/** Everything the recorder takes; defaults fill what a caller leaves out. */
export type AnalyticsEvent =
  | ({ table: 'transcribe_events' } & z.input<typeof transcribeEventSchema>)
  | ({ table: 'messages' } & z.input<typeof messageSchema>);

export type EventTable = AnalyticsEvent['table'];
