import { createHash } from 'node:crypto';
import { type TaskId, type TaskOptions, taskIdSchema, taskOptionsSchema } from '@whisper-bot/task';
import { locales } from '@whisper-bot/text';
import { z } from 'zod';
import { preferenceSchema } from '../render/preference.js';

/** fetching → working → done | failed | cancelled | deleted; a press on a button may lead from an end back to working. */
const requestStates = ['fetching', 'working', 'done', 'failed', 'cancelled', 'deleted'] as const;
export type RequestState = (typeof requestStates)[number];

/** What the bot remembers of a recording it was asked to write down: one row, from the message to its deletion. */
export const requestSchema = z.object({
  taskId: taskIdSchema,
  chatId: z.number().int(),
  threadId: z.number().int().nullable(),
  /** The message the answer replies to. */
  messageId: z.number().int(),
  /** Who asked; in channels the channel itself. */
  userId: z.number().int(),
  place: z.enum(['private', 'group', 'channel']),
  fileId: z.string(),
  fileUniqueId: z.string(),
  size: z.number().nullable(),
  duration: z.number().nullable(),
  title: z.string(),
  extension: z.string(),
  options: taskOptionsSchema,
  locale: z.enum(locales),
  format: preferenceSchema.shape.format,
  times: z.boolean(),
  quiet: z.boolean(),
  /** Channels: the text goes into the post itself. */
  edit: z.boolean(),
  state: z.enum(requestStates),
  /** Counts the runs: each press that starts the work again adds one. Orders what the message shows. */
  round: z.number().int(),
  /** Of the last result that was handed over; 0 before. */
  revision: z.number().int(),
  /** Messages the result took. */
  parts: z.number().int(),
  /** Of the last press that changed anything: a replayed update is known by it. */
  lastPress: z.number().int(),
});
export type Request = z.infer<typeof requestSchema>;

/** Where requests are kept. */
export interface Requests {
  /** `known` where the task is there already: nothing is changed then. */
  open(request: Request): Promise<'new' | 'known'>;
  get(taskId: TaskId): Promise<Request | null>;
  /** Changes a request and returns it; null where it is gone, or its state is not one of `from`. */
  change(taskId: TaskId, patch: Partial<Request>, from?: readonly RequestState[]): Promise<Request | null>;
  /** In work, oldest first. */
  openOf(who: { userId: number } | { chatId: number }): Promise<Request[]>;
  /** Those whose file is still to be fetched, oldest first. */
  fetching(): Promise<Request[]>;
  /** The newest one done for the same file with the same options. */
  findDone(fileUniqueId: string, options: TaskOptions): Promise<Request | null>;
  /** All of a person's, in any state. */
  allOf(userId: number): Promise<Request[]>;
}

/**
 * The id of the task a message asks for: a uuid v4 made from who and where, so that a replayed update is the same task.
 * 122 of its bits come from a SHA-256.
 */
export const taskIdOf = (botId: number, chatId: number, messageId: number): TaskId => {
  const bytes = createHash('sha256').update(`${botId}:${chatId}:${messageId}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return taskIdSchema.parse(bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
};

/** Sequence number of what a request's message shows while it is worked on, and of the end of that run. */
export const statusSequence = (round: number): number => round * 4;
export const endSequence = (round: number): number => round * 4 + 2;
