import { z } from 'zod';

/** Where the file ends before its time. */
export const truncationSchema = z.object({ v: z.literal(1), /** Seconds. */ at: z.number() });

/** Which sound track was chosen. */
export const trackChoiceSchema = z.object({
  v: z.literal(1),
  /** From 1. */
  chosen: z.number().int().positive(),
  /** Others with speech. */
  others: z.array(z.object({ track: z.number().int().positive(), language: z.string().optional() })),
});

/** How many channels the recording has. */
export const channelCountSchema = z.object({ v: z.literal(1), channels: z.number().int().min(2) });

/** Where someone speaks; seconds. */
export const speechSchema = z.object({
  v: z.literal(1),
  /** Of the whole recording. */
  duration: z.number().nonnegative(),
  /** Sorted by start; those of different channels may overlap. */
  spans: z.array(
    z.object({
      start: z.number().nonnegative(),
      end: z.number().nonnegative(),
      /** From 0, where the channels carry voices of their own. */
      channel: z.number().int().nonnegative().optional(),
    }),
  ),
});

/** Into how many chunks the speech is cut. */
export const planSchema = z.object({ v: z.literal(1), chunks: z.number().int().min(0) });

/** The language the recording begins in, ISO 639-1. */
export const languageSchema = z.object({
  v: z.literal(1),
  language: z.string().min(2),
  probability: z.number(),
});
