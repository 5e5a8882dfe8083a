import { artifacts } from '@whisper-bot/task';
import { seconds } from '../chunk.js';
import { allowances, limited } from '../limit.js';
import { dropChannels, ensureAudio } from './audio.js';
import { type SpeechSpan, speechByChannel } from './channel.js';
import type { ArtifactContext } from './context.js';

export interface Speech {
  /** Of the whole recording, seconds. */
  duration: number;
  /** Sorted by start; those of different channels may overlap. */
  spans: SpeechSpan[];
}

/** Where someone speaks in the recording. */
export const ensureSpeech = async (context: ArtifactContext): Promise<Speech> => {
  const { engines, folder, signal, onProgress } = context;
  const known = await folder.read(artifacts.speech.file(), artifacts.speech.schema);
  if (known !== null) return known;
  const { wav, duration } = await ensureAudio(context);
  const mixed = await limited(signal, allowances.detect, duration, (within) =>
    engines.detector.detect(wav, { signal: within, onProgress }),
  );
  const spans = (await speechByChannel(context, { mixed, duration })) ?? mixed;
  signal.throwIfAborted();
  await folder.write(artifacts.speech.file(), { v: 1, duration, spans });
  await dropChannels(context);
  context.log(`Found ${seconds(spans).toFixed(1)} s of speech in ${duration.toFixed(1)} s.`);
  return { duration, spans };
};
