import { taskErrorCodes } from '@whisper-bot/task';
import { z } from 'zod';

/**
 * JSON lines between a parent and an engine child. To the child's stdin: a request or the cancel of one. From its
 * stdout: everything in `childLineSchema`.
 */
export const parentLineSchema = z.union([
  z.object({ id: z.number().int(), method: z.string(), params: z.unknown() }),
  z.object({ id: z.number().int(), cancel: z.literal(true) }),
]);
export type ParentLine = z.infer<typeof parentLineSchema>;

const childErrorSchema = z.object({
  /** A code this version does not know still is an error. */
  code: z.enum(taskErrorCodes).catch('internal'),
  message: z.string(),
  /** The operator's detail. */
  cause: z.string().optional(),
});

/** Any JSON, but there. */
const written = z.unknown().refine((value) => value !== undefined);

export const childLineSchema = z.union([
  z.object({ ready: z.record(z.string(), z.unknown()) }),
  z.object({ beat: z.literal(true) }),
  z.object({ id: z.number().int(), progress: z.number() }),
  z.object({ id: z.number().int(), part: written }),
  // Id 0, which no call has: a line that could not be read at all, so the one that was sent last.
  z.object({ id: z.number().int(), error: childErrorSchema }),
  z.object({ id: z.number().int(), result: written }),
]);
export type ChildLine = z.infer<typeof childLineSchema>;

/** How often a child says it lives, milliseconds. */
export const beatIntervalMs = 1000;

/** No honest line is longer, bytes: the speech spans of ten hours are below 2 MB. */
export const maxLineBytes = 32 * 1024 * 1024;
