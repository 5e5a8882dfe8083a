import type { Span } from '@whisper-bot/speech';
import { z } from 'zod';
import { seconds } from '../chunk.js';
import { allowances, limited } from '../limit.js';
import { ensureAudio } from './audio.js';
import type { Material } from './material.js';

const name = 'speech.json';
const schema = z.object({
  v: z.literal(1),
  duration: z.number().nonnegative(),
  spans: z.array(z.object({ start: z.number().nonnegative(), end: z.number().nonnegative() })),
});

export interface Speech {
  /** Of the whole recording, seconds. */
  duration: number;
  spans: Span[];
}

/** Where somebody speaks in the recording. */
export const ensureSpeech = async (material: Material): Promise<Speech> => {
  const { engines, folder, signal, onProgress } = material;
  const known = await folder.read(name, schema);
  if (known !== null) return known;
  const { wav, duration } = await ensureAudio(material);
  const spans = await limited(signal, allowances.detect, duration, (within) =>
    engines.detector.detect(wav, { signal: within, onProgress }),
  );
  signal.throwIfAborted();
  await folder.write(name, { v: 1, duration, spans });
  material.log(`Found ${seconds(spans).toFixed(1)} s of speech in ${duration.toFixed(1)} s.`);
  return { duration, spans };
};
