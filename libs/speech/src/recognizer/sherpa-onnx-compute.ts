import type { HandlerContext } from '@whisper-bot/runtime';
import sherpa, { type OfflineModelConfig, type OfflineRecognizer } from 'sherpa-onnx-node';
import type { FileRole, RecognizerFamily } from '../model/family.js';
import { openWav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';
import { type LoadParams, loadSchema, type RecognizerResult, recognizeSchema, resultSchema } from './answer.js';

type Files = Partial<Record<FileRole, string>>;

/** sherpa-onnx's configuration of each family: https://k2-fsa.github.io/sherpa/onnx/pretrained_models/index.html. */
const configs: Record<RecognizerFamily, (files: Files, language: string | undefined) => OfflineModelConfig> = {
  'nemo-transducer': ({ encoder, decoder, joiner }) => ({
    transducer: { encoder, decoder, joiner },
    modelType: 'nemo_transducer',
  }),
  'nemo-ctc': ({ model }) => ({ nemoCtc: { model } }),
  'sense-voice': ({ model }, language = 'auto') => ({
    senseVoice: { model, language, useInverseTextNormalization: 1 },
  }),
  'zipformer-transducer': ({ encoder, decoder, joiner }) => ({
    transducer: { encoder, decoder, joiner },
    modelType: 'transducer',
  }),
  moonshine: ({ preprocessor, encoder, uncachedDecoder, cachedDecoder }) => ({
    moonshine: { preprocessor, encoder, uncachedDecoder, cachedDecoder },
  }),
  canary: ({ encoder, decoder }, language = 'en') => ({
    canary: { encoder, decoder, srcLang: language, tgtLang: language, usePnc: 1 },
  }),
  'whisper-onnx': ({ encoder, decoder }, language = '') => ({
    whisper: { encoder, decoder, language, task: 'transcribe' },
  }),
};

let loaded: { key: string; recognizer: OfflineRecognizer } | undefined;

const recognizerOf = ({ family, files, threads, language }: LoadParams): OfflineRecognizer => {
  const { tokens } = files;
  const own = configs[family](files, language);
  const key = JSON.stringify([own, threads]);
  if (loaded?.key === key) return loaded.recognizer;
  const modelConfig = { ...own, ...(tokens === undefined ? {} : { tokens }), numThreads: threads };
  const recognizer = new sherpa.OfflineRecognizer({ modelConfig, decodingMethod: 'greedy_search' });
  loaded = { key, recognizer };
  return recognizer;
};

/**
 * Loads a model and lets it recognize two seconds, so that what is wrong with its files shows before any work: sherpa-onnx ends the process
 * then.
 */
export const loadWithSherpaOnnx = (params: unknown): void => {
  recognize(recognizerOf(loadSchema.parse(params)), rise(2 * sampleRate));
};

/** A tone that rises through all pitches of speech, which no layer of a model may be silent about. */
const rise = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, at) => {
    const part = at / length;
    return 0.3 * Math.sin(2 * Math.PI * (at / sampleRate) * (100 + 2000 * part));
  });

/** Samples below which some models have nothing to compute, and end the process: 0.2 s. */
const shortest = 0.2 * sampleRate;

const recognize = (recognizer: OfflineRecognizer, sound: Float32Array): RecognizerResult => {
  const samples = new Float32Array(Math.max(sound.length, shortest));
  samples.set(sound);
  const stream = recognizer.createStream();
  stream.acceptWaveform({ samples, sampleRate });
  recognizer.decode(stream);
  return resultSchema.parse(recognizer.getResult(stream));
};

/** The result for each window. */
export const recognizeWithSherpaOnnx = async (
  params: unknown,
  context: HandlerContext,
): Promise<RecognizerResult[]> => {
  const { wav: path, windows, ...model } = recognizeSchema.parse(params);
  const recognizer = recognizerOf(model);
  const total = windows.reduce((sum, { from, to }) => sum + to - from, 0);
  const results: RecognizerResult[] = [];
  let done = 0;
  const wav = await openWav(path);
  try {
    for (const { from, to } of windows) {
      context.throwIfCancelled();
      results.push(recognize(recognizer, await wav.read(from, to - from)));
      done += to - from;
      context.progress(done / total);
    }
  } finally {
    await wav.close();
  }
  return results;
};
