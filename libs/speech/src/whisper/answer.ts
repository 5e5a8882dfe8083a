import { cleanText } from '@whisper-bot/task';
import { z } from 'zod';

/** One or a few tokens, whole characters; times in seconds of the window, −1 where unknown. */
const pieceSchema = z.object({
  text: z.string().overwrite(cleanText),
  /** Log probability, summed over its tokens. */
  p: z.number(),
  /** As whisper.cpp guesses from timestamp probabilities and loudness. */
  start: z.number(),
  end: z.number(),
  /** When the attention of the decoder left it (DTW): the end of the piece. */
  aligned: z.number(),
  /** A timestamp token: no text, only its time. */
  mark: z.boolean(),
});
export type Piece = z.infer<typeof pieceSchema>;

/** Probabilities of languages by their codes; those below 0.0005 are left out. */
const sharesSchema = z.record(z.string(), z.number().min(0).max(1));
export type LanguageShares = z.infer<typeof sharesSchema>;

/** The child's result for one window. */
const windowResultSchema = z.object({
  pieces: z.array(pieceSchema),
  noSpeech: z.number(),
  /** Of each part of the window that was asked for; empty from an engine that does not tell. */
  languages: z.array(sharesSchema).default([]),
});
export type WindowResult = z.infer<typeof windowResultSchema>;

export const transcribeAnswerSchema = z.object({ windows: z.array(windowResultSchema), engine: z.string() });

/** Of the whole window, and of each part that was asked for. */
export const detectAnswerSchema = z.object({ languages: sharesSchema, parts: z.array(sharesSchema) });
