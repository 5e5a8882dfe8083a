import type { Span } from '@whisper-bot/speech';
import { z } from 'zod';
import { allowances, limited } from '../limit.js';
import { ensureAudio } from './audio.js';
import { keyOf } from './key.js';
import type { Material } from './material.js';

const schema = z.object({ v: z.literal(1), language: z.string().min(2), probability: z.number() });

/** The language asked for, or the one found once for the recording (ISO 639-1). */
export const ensureLanguage = async (material: Material, speech: readonly Span[]): Promise<string> => {
  const { engines, folder, signal, task } = material;
  const { language, model } = task.options;
  if (language !== 'auto') return language;
  const name = `language.${keyOf(model)}.json`;
  const known = await folder.read(name, schema);
  if (known !== null) return known.language;
  const { wav } = await ensureAudio(material);
  const found = await limited(signal, allowances.language, 0, (within) =>
    engines.transcriber.detectLanguage({ wav, speech, model }, { signal: within }),
  );
  signal.throwIfAborted();
  await folder.write(name, { v: 1, ...found });
  material.log(`The language is ${found.language} (${Math.round(found.probability * 100)} %).`);
  return found.language;
};
