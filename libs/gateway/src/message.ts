import { isCleanText, type Task, taskErrorCodes, taskIdSchema } from '@whisper-bot/task';
import type { Transcript } from '@whisper-bot/transcript';
import { z } from 'zod';

/** Telegram's ids pass through as they came: a program of its own may use them as it likes. */
const passThroughId = z.number().int();

/** What programs write to `transcribe:tasks`, field by field as the plan has it. */
export const taskMessageSchema = z
  .object({
    task_id: taskIdSchema.describe('uuid v4; the same id twice is one task'),
    file_path: z
      .string()
      .min(1)
      .max(4096)
      .refine(isCleanText, { error: 'holds U+0000' })
      .describe('absolute path of the recording, inside TASKS_DIR'),
    diarize: z.boolean().default(true).describe('identify speakers'),
    model: z.string().min(1).max(100).default('base').describe('name of a model, or auto'),
    language: z.string().min(1).max(50).default('auto').describe('a name ("Russian"), an ISO code, or "auto"'),
    chat_id: passThroughId.optional(),
    message_id: passThroughId.optional(),
    user_id: passThroughId.optional().describe('fairness is by user'),
  })
  .meta({ title: 'transcribe:tasks', description: 'A recording to transcribe.' });
export type TaskMessage = z.infer<typeof taskMessageSchema>;

const segment = z.object({
  start: z.number().describe('seconds'),
  end: z.number().describe('seconds'),
  text: z.string(),
  speaker: z.string().nullable().describe('SPEAKER_00, SPEAKER_01, …; null where speakers were not identified'),
  language: z.string().optional().describe('ISO 639-1, where it differs from that of the result'),
});

/** What is written to `transcribe:results` and `result:{task_id}`. */
export const resultMessageSchema = z
  .object({
    task_id: z.string().describe('as given, even where it was not a uuid'),
    status: z.enum(['success', 'error']),
    text: z.string().nullable(),
    segments: z.array(segment).nullable(),
    error: z.string().nullable().describe('one sentence'),
    error_code: z.enum(taskErrorCodes).optional().describe('for programs; absent on success'),
    language: z.string().optional().describe('ISO 639-1, as found or given; of several, the one with most speech'),
    languages: z
      .array(z.string())
      .optional()
      .describe('all that are spoken, the one with most speech first; absent where there is one'),
    duration: z.number().optional().describe('seconds'),
    chat_id: passThroughId.optional(),
    message_id: passThroughId.optional(),
    user_id: passThroughId.optional(),
  })
  .meta({ title: 'transcribe:results', description: 'How a task ended.' });
export type ResultMessage = z.infer<typeof resultMessageSchema>;

/** What came with the task and goes back with its result. */
export const originSchema = taskMessageSchema.pick({ chat_id: true, message_id: true, user_id: true });
const originOf = (task: Task) => originSchema.catch({}).parse(task.origin);

/** The plan's success message; the words stay behind, they are in the JSON format. */
export const successMessage = (task: Task, transcript: Transcript): ResultMessage => ({
  task_id: task.id,
  status: 'success',
  text: transcript.text,
  segments: transcript.segments.map(({ start, end, text, speaker, language }) => ({
    start,
    end,
    text,
    speaker,
    ...(language === undefined ? {} : { language }),
  })),
  error: null,
  language: transcript.language,
  ...(transcript.languages === undefined ? {} : { languages: transcript.languages }),
  duration: transcript.duration,
  ...originOf(task),
});

/** The plan's error message. */
export const errorMessage = (
  taskId: string,
  error: { code: ResultMessage['error_code']; message: string },
  origin: Record<string, unknown> = {},
): ResultMessage => ({
  task_id: taskId,
  status: 'error',
  text: null,
  segments: null,
  error: error.message,
  error_code: error.code,
  ...originSchema.catch({}).parse(origin),
});
