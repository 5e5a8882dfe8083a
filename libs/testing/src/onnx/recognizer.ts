import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canary } from './family/canary.js';
import { moonshine } from './family/moonshine.js';
import { gigaamCtc, nemoCtc } from './family/nemo-ctc.js';
import { gigaamTransducer, nemoTdt, nemoTransducer } from './family/nemo-transducer.js';
import { senseVoice } from './family/sense-voice.js';
import { whisperOnnx } from './family/whisper.js';
import { zipformerTransducer } from './family/zipformer.js';
import type { ModelFile } from './model-file.js';

/** Families that decide frame by frame: their tokens have times. */
export const frameSynchronousFamilies = [
  'nemo-transducer',
  'nemo-tdt',
  'gigaam-transducer',
  'nemo-ctc',
  'gigaam-ctc',
  'sense-voice',
  'zipformer-transducer',
] as const;

/** Families that write token after token: their tokens have no times. */
export const autoregressiveFamilies = ['moonshine', 'canary', 'whisper-onnx'] as const;

/** Families of recognizers that sherpa-onnx runs. */
export const recognizerFamilies = [...frameSynchronousFamilies, ...autoregressiveFamilies] as const;

/** One of them. */
export type RecognizerFamily = (typeof recognizerFamilies)[number];

const files: { readonly [Family in RecognizerFamily]: () => ModelFile[] } = {
  'nemo-transducer': nemoTransducer,
  'nemo-tdt': nemoTdt,
  'gigaam-transducer': gigaamTransducer,
  'nemo-ctc': nemoCtc,
  'gigaam-ctc': gigaamCtc,
  'sense-voice': senseVoice,
  'zipformer-transducer': zipformerTransducer,
  moonshine,
  canary,
  'whisper-onnx': whisperOnnx,
};

/** The words that a frame-synchronous family writes for the two tones. */
export const recognizerWords: {
  readonly [Family in (typeof frameSynchronousFamilies)[number]]: { readonly low: string; readonly high: string };
} = {
  'nemo-transducer': { low: 'low', high: 'high' },
  'nemo-tdt': { low: 'Low.', high: 'High.' },
  'gigaam-transducer': { low: 'Низ.', high: 'Верх.' },
  'nemo-ctc': { low: 'low', high: 'high' },
  'gigaam-ctc': { low: 'низ', high: 'верх' },
  'sense-voice': { low: 'low', high: 'high' },
  'zipformer-transducer': { low: 'low', high: 'high' },
};

/**
 * Writes a recognizer of a few kB into a folder, which is made: the files of a published model by name, with its inputs, outputs and metadata, and
 * weights made by hand. A frame-synchronous one writes the word "low" for a tone of 300 Hz and "high" for one of 3000 Hz (`toneSound`,
 * `recognizerWords`), an autoregressive one `fixedSentence` for any sound. Silence is an empty text.
 * Sound of fewer than 80 samples has no frame, and ends the process that decodes it, Moonshine's and SenseVoice's excepted.
 */
export async function writeRecognizer(folder: string, family: RecognizerFamily): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { name, content } of files[family]()) await writeFile(join(folder, name), content);
}
