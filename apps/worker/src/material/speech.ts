import { artifacts } from '@whisper-bot/task';
import { seconds } from '../chunk.js';
import { allowances, limited } from '../limit.js';
import { dropChannels, ensureAudio } from './audio.js';
import { type SpeechSpan, speechByChannel } from './channel.js';
import type { Material } from './material.js';

export interface Speech {
  /** Of the whole recording, seconds. */
  duration: number;
  /** Sorted by start; those of different channels may overlap. */
  spans: SpeechSpan[];
}

/** Where someone speaks in the recording. */
export const ensureSpeech = async (material: Material): Promise<Speech> => {
  const { engines, folder, signal, onProgress } = material;
  const known = await folder.read(artifacts.speech.file(), artifacts.speech.schema);
  if (known !== null) return known;
  const { wav, duration } = await ensureAudio(material);
  const mixed = await limited(signal, allowances.detect, duration, (within) =>
    engines.detector.detect(wav, { signal: within, onProgress }),
  );
  const spans = (await speechByChannel(material, { mixed, duration })) ?? mixed;
  signal.throwIfAborted();
  await folder.write(artifacts.speech.file(), { v: 1, duration, spans });
  await dropChannels(material);
  material.log(`Found ${seconds(spans).toFixed(1)} s of speech in ${duration.toFixed(1)} s.`);
  return { duration, spans };
};
