import { z } from 'zod';
import { columns, localSpeakers, voiceLength, windowFrames } from './grid.js';

/** So many bytes in base64. */
const bytes = (count: number) => {
  const padding = '='.repeat((3 - (count % 3)) % 3);
  return z
    .string()
    .length(4 * Math.ceil(count / 3))
    .regex(new RegExp(`^[A-Za-z0-9+/]*${padding}$`), { message: `not ${count} bytes in base64` });
};

const frames = z.number().int().min(0).max(windowFrames);

/** What diarize-child says of one window. */
export const partSchema = z.object({
  /** Its place in the recording. */
  window: z.number().int(),
  /** `windowFrames` × `columns`, in 255ths. */
  probabilities: bytes(windowFrames * columns),
  speakers: z
    .array(
      z.object({
        /** Position in the window. */
        local: z
          .number()
          .int()
          .min(0)
          .max(localSpeakers - 1),
        /** Frames in which nobody else speaks. */
        alone: frames,
        /** Frames in which the voice is heard at all. */
        active: frames,
        /** Of too little speech to be clustered; good enough to tell which cluster it is. */
        rough: z.boolean(),
        /** Direction of the voice in the frames alone, of any length, a signed byte a number; null where there are too few to tell. */
        voice: bytes(voiceLength).nullable(),
      }),
    )
    .max(localSpeakers)
    .refine((speakers) => new Set(speakers.map(({ local }) => local)).size === speakers.length, {
      message: 'a position twice',
    }),
});
export type Part = z.infer<typeof partSchema>;
