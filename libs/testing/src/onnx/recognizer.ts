import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gigaamCtc, nemoCtc } from './family/nemo-ctc.js';
import { gigaamTransducer, nemoTdt, nemoTransducer } from './family/nemo-transducer.js';
import { senseVoice } from './family/sense-voice.js';
import { zipformerTransducer } from './family/zipformer.js';
import type { ModelFile } from './model-file.js';

/** Families of recognizers that sherpa-onnx runs. */
export const recognizerFamilies = [
  'nemo-transducer',
  'nemo-tdt',
  'gigaam-transducer',
  'nemo-ctc',
  'gigaam-ctc',
  'sense-voice',
  'zipformer-transducer',
] as const;

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
};

/** The words that a family writes for the two tones. */
export const recognizerWords: {
  readonly [Family in RecognizerFamily]: { readonly low: string; readonly high: string };
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
 * weights made by hand. It hears tones (`toneSound`): one of 300 Hz is the word "low", one of 3000 Hz the word "high"
 * (`recognizerWords`), silence is nothing.
 */
export async function writeRecognizer(folder: string, family: RecognizerFamily): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { name, content } of files[family]()) await writeFile(join(folder, name), content);
}
