import { z } from 'zod';
import { isSourceName } from './artifact/source.js';
import { cleanText } from './text.js';

/** A task's identity: a uuid v4, also the name of its folder. */
export const taskIdSchema = z.uuidv4().brand<'TaskId'>();
export type TaskId = z.infer<typeof taskIdSchema>;

/** Where the result goes: each channel has its own deliver queue, because another process serves it. */
export const channels = ['folder', 'telegram', 'stream'] as const;
const channelSchema = z.enum(channels);
export type Channel = z.infer<typeof channelSchema>;

/** How many people speak: let the engine find out, exactly N, or at most N. */
export const speakerCountSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('auto') }),
  z.object({ kind: z.literal('exactly'), count: z.number().int().min(1).max(32) }),
  z.object({ kind: z.literal('at-most'), count: z.number().int().min(1).max(32) }),
]);
export type SpeakerCount = z.infer<typeof speakerCountSchema>;

export const taskOptionsSchema = z.object({
  /** ISO 639-1 code, or `auto`. */
  language: z.string().default('auto'),
  /**
   * What the person usually speaks, ISO 639-1, the likeliest first: where the language is found by itself, it decides about single
   * words. Long speech outweighs it.
   */
  languageHints: z.array(z.string().max(10)).max(8).optional(),
  /** `base`, `large-v3-turbo`, `gigaam-v3-e2e-rnnt`, …; `auto`: the one that suits the language. */
  model: z.string().default('base'),
  diarize: z.boolean().default(true),
  speakers: speakerCountSchema.default({ kind: 'auto' }),
  /** Into English. */
  translate: z.boolean().default(false),
  /** Names and terms the recording is likely to hold; at most 200 characters reach the model. */
  prompt: z.string().max(1000).overwrite(cleanText).default(''),
  /** Which sound track of the file, from 1; without it the one with speech that is most wanted. */
  track: z.number().int().min(1).max(100).optional(),
});
export type TaskOptions = z.infer<typeof taskOptionsSchema>;

/** Everything that was accepted: written once as `task.json` into the task folder. */
export const taskSchema = z.object({
  v: z.literal(1),
  id: taskIdSchema,
  channel: channelSchema,
  /** Name of the source inside the task folder. */
  source: z.string().refine(isSourceName),
  /** What the user called it; shown, never opened. */
  title: z.string().max(255).overwrite(cleanText).default(''),
  /** Who asked, for fairness: `tg:42`, `key:abc`, `local`. */
  owner: z.string().max(100),
  options: taskOptionsSchema,
  /** What the channel needs to deliver (chat and message ids, …); opaque to the pipeline. */
  origin: z.record(z.string(), z.unknown()).default({}),
  /** ISO 8601. */
  acceptedAt: z.iso.datetime(),
});
export type Task = z.infer<typeof taskSchema>;

/** The stages of the flow, in order. A stage is also the name of its queue. */
export const stages = ['prepare', 'diarize', 'transcribe', 'merge', 'deliver'] as const;
export type Stage = (typeof stages)[number];
