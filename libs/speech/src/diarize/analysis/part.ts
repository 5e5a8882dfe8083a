import { z } from 'zod';
import { columns, embeddingSize, localSpeakers, windowFrames } from './grid.js';

/** So many bytes in base64. */
const bytes = (count: number) => {
  const padding = '='.repeat((3 - (count % 3)) % 3);
  return z
    .string()
    .length(4 * Math.ceil(count / 3))
    .regex(new RegExp(`^[A-Za-z0-9+/]*${padding}$`), { message: `not ${count} bytes in base64` });
};

const frames = z.number().int().min(0).max(windowFrames);

/** The answer of diarize-child for one window. */
export const partSchema = z.object({
  /** Its index in the recording. */
  window: z.number().int(),
  /** `windowFrames` × `columns`, in 255ths. */
  probabilities: bytes(windowFrames * columns),
  speakers: z
    .array(
      z.object({
        /** Index of the network's output. */
        local: z
          .number()
          .int()
          .min(0)
          .max(localSpeakers - 1),
        /** Frames in which only this speaker is active. */
        nonOverlapped: frames,
        /** Frames in which this speaker is active. */
        active: frames,
        /** From too little speech to be clustered; enough to be assigned to a cluster. */
        assignmentOnly: z.boolean(),
        /** Embedding of the non-overlapped frames, not normalized, a signed byte per number; null where there are too few. */
        embedding: bytes(embeddingSize).nullable(),
      }),
    )
    .max(localSpeakers)
    .refine((speakers) => new Set(speakers.map(({ local }) => local)).size === speakers.length, {
      message: 'a position twice',
    }),
});
export type Part = z.infer<typeof partSchema>;
