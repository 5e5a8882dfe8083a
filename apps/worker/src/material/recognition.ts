import { type Recognition, recognitionSchema } from '@whisper-bot/transcript';
import { cutChunks, seconds } from '../chunk.js';
import { allowances, limited } from '../limit.js';
import { ensureAudio } from './audio.js';
import { keyOf } from './key.js';
import { ensureLanguage } from './language.js';
import type { Material } from './material.js';
import { ensureSpeech } from './speech.js';

/** One chunk of so many. */
export interface Place {
  chunk: number;
  chunks: number;
}

export interface Recognized {
  recognition: Recognition;
  /** Of speech in the chunk. */
  seconds: number;
  /** Seconds of work for a second of speech; null where the artefact was there. */
  rate: number | null;
}

/** The words of one chunk. */
export const ensureRecognition = async (material: Material, { chunk, chunks }: Place): Promise<Recognized> => {
  const { engines, folder, signal, onProgress, task } = material;
  const { model, translate, prompt } = task.options;
  const { spans } = await ensureSpeech(quiet(material));
  const language = await ensureLanguage(material, spans);
  const name = `recognition-${chunk}-of-${chunks}.${keyOf(model, language, translate, prompt)}.json`;
  const known = await folder.read(name, recognitionSchema);
  const speech = cutChunks(spans, chunks)[chunk] ?? [];
  if (known !== null) return { recognition: known, seconds: seconds(speech), rate: null };

  const { wav } = await ensureAudio(quiet(material));
  const started = performance.now();
  const recognition = await limited(signal, allowances.transcribe, seconds(speech), (within) =>
    engines.transcriber.transcribe({ wav, speech, model, language, translate, prompt }, { signal: within, onProgress }),
  );
  signal.throwIfAborted();
  await folder.write(name, recognition);
  const took = (performance.now() - started) / 1000;
  material.log(`Transcribed ${seconds(speech).toFixed(1)} s of speech in ${took.toFixed(1)} s.`);
  return { recognition, seconds: seconds(speech), rate: took / Math.max(1, seconds(speech)) };
};

/** What is made on the way, should it be missing, must not move the bar. */
const quiet = (material: Material): Material => ({ ...material, onProgress: () => {} });
