import { cleanText } from '@whisper-bot/task';
import { z } from 'zod';
import { familySchema, fileRoles } from '../model/family.js';

/** A recognizer to be loaded, with the language it is to expect where its family needs one. */
export const loadSchema = z.object({
  family: familySchema,
  /** Paths. */
  files: z.partialRecord(z.enum(fileRoles), z.string()),
  threads: z.number().int().positive(),
  /** ISO 639-1. */
  language: z.string().optional(),
});
export type LoadParams = z.infer<typeof loadSchema>;

export const recognizeSchema = loadSchema.extend({
  /** 16 kHz mono. */
  wav: z.string(),
  /** Of the recording, samples. */
  windows: z.array(z.object({ from: z.number().int().nonnegative(), to: z.number().int().positive() })),
});
export type RecognizeParams = z.infer<typeof recognizeSchema>;

const text = z.string().overwrite(cleanText);

/** sherpa-onnx's result for one window, times in seconds of the window; lists that the model cannot fill are empty. */
export const resultSchema = z.object({
  text,
  tokens: z.array(text).default([]),
  /** When each token begins. */
  timestamps: z.array(z.number()).default([]),
  /** How long each lasts; of TDT models only. */
  durations: z.array(z.number()).default([]),
  /** Log probabilities of the tokens. */
  ys_log_probs: z.array(z.number()).default([]),
});
export type RecognizerResult = z.infer<typeof resultSchema>;

export const answerSchema = z.array(resultSchema);
