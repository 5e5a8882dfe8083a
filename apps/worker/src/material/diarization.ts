import { type Diarization, diarizationSchema } from '@whisper-bot/transcript';
import { allowances, limited } from '../limit.js';
import { ensureAudio } from './audio.js';
import { keyOf } from './key.js';
import type { Material } from './material.js';
import { ensureSpeech } from './speech.js';

const nameOf = ({ task }: Pick<Material, 'task'>): string => `diarization.${keyOf(task.options.speakers)}.json`;

/** Who spoke when, where that is known already. */
export const readDiarization = (material: Pick<Material, 'task' | 'folder'>): Promise<Diarization | null> =>
  material.folder.read(nameOf(material), diarizationSchema);

export interface Diarized {
  diarization: Diarization;
  /** Of the recording, seconds. */
  duration: number;
  /** Seconds of work for a second of audio; null where the artefact was there. */
  rate: number | null;
}

/** Who spoke when. */
export const ensureDiarization = async (material: Material): Promise<Diarized> => {
  const { engines, folder, signal, onProgress, task } = material;
  const known = await readDiarization(material);
  const { spans, duration } = await ensureSpeech(material);
  if (known !== null) return { diarization: known, duration, rate: null };
  const { wav } = await ensureAudio(material);
  const started = performance.now();
  const diarization = await limited(signal, allowances.diarize, duration, (within) =>
    engines.diarizer.diarize({ wav, speech: spans, speakers: task.options.speakers }, { signal: within, onProgress }),
  );
  signal.throwIfAborted();
  await folder.write(nameOf(material), diarization);
  const took = (performance.now() - started) / 1000;
  material.log(`Told ${diarization.speakers} speakers apart in ${took.toFixed(1)} s.`);
  return { diarization, duration, rate: took / Math.max(1, duration) };
};
