import type { FileRole, RecognizerFamily } from './family.js';

/** Errors of a model on a test set, as someone reports them; figures from different sources do not compare. */
export interface PublishedAccuracy {
  dataset: string;
  /** Where it is reported. */
  source: string;
  /** What is counted. */
  unit: 'words' | 'characters';
  /** Error rates in percent by language, ISO 639-1. */
  rates: Readonly<Record<string, number>>;
}

/** A recognizer that is published for download: several files for sherpa-onnx. */
export interface PublishedRecognizer {
  name: string;
  kind: 'recognizer';
  family: RecognizerFamily;
  /** ISO 639-1. */
  languages: readonly string[];
  /** Owner and name on the Hugging Face hub. */
  repository: string;
  files: Readonly<Partial<Record<FileRole, string>>>;
  /** Of all files together, as published. */
  bytes: number;
  licence: string;
  accuracy: readonly PublishedAccuracy[];
}

/** Measured with one harness on 8-bit ports of the models: comparable with each other, not quite what sherpa-onnx’s exports do. */
const ports =
  'https://github.com/handy-computer/transcribe.cpp/blob/0a264781e0ca6fa67a6131371aae4fc3cd19dbe2/docs/models';
const gigaamEvaluation =
  'https://github.com/salute-developers/GigaAM/blob/9c8c5e995cb8e1db6f7775ad51be56e8039abc54/evaluation.md';

/** The recognizers that `model add` knows by name, as sherpa-onnx publishes them. */
export const publishedRecognizers: readonly PublishedRecognizer[] = [
  {
    name: 'gigaam-v3-e2e-rnnt',
    kind: 'recognizer',
    family: 'nemo-transducer',
    languages: ['ru'],
    repository: 'csukuangfj/sherpa-onnx-nemo-transducer-punct-giga-am-v3-russian-2025-12-16',
    files: { encoder: 'encoder.int8.onnx', decoder: 'decoder.onnx', joiner: 'joiner.onnx', tokens: 'tokens.txt' },
    bytes: 231_897_202,
    licence: 'MIT',
    accuracy: [
      { dataset: 'FLEURS, 8-bit port', source: `${ports}/gigaam-v3-e2e-rnnt.md`, unit: 'words', rates: { ru: 5.36 } },
      { dataset: 'mean of ten Russian test sets', source: gigaamEvaluation, unit: 'words', rates: { ru: 11.2 } },
    ],
  },
  {
    name: 'gigaam-v3-e2e-ctc',
    kind: 'recognizer',
    family: 'nemo-ctc',
    languages: ['ru'],
    repository: 'csukuangfj/sherpa-onnx-nemo-ctc-punct-giga-am-v3-russian-2025-12-16',
    files: { model: 'model.int8.onnx', tokens: 'tokens.txt' },
    bytes: 224_895_668,
    licence: 'MIT',
    accuracy: [
      {
        dataset: 'FLEURS, 8-bit port',
        source: 'https://huggingface.co/memoravox/gigaam-v3-e2e-ctc-gguf',
        unit: 'words',
        rates: { ru: 5.5 },
      },
      { dataset: 'mean of ten Russian test sets', source: gigaamEvaluation, unit: 'words', rates: { ru: 12.0 } },
    ],
  },
  {
    name: 'gigaam-v3-rnnt',
    kind: 'recognizer',
    family: 'nemo-transducer',
    languages: ['ru'],
    repository: 'csukuangfj/sherpa-onnx-nemo-transducer-giga-am-v3-russian-2025-12-16',
    files: { encoder: 'encoder.int8.onnx', decoder: 'decoder.onnx', joiner: 'joiner.onnx', tokens: 'tokens.txt' },
    bytes: 229_343_109,
    licence: 'MIT',
    accuracy: [
      {
        dataset: 'FLEURS, 8-bit port',
        source: 'https://huggingface.co/handy-computer/gigaam-v3-rnnt-gguf',
        unit: 'words',
        rates: { ru: 8.08 },
      },
      { dataset: 'mean of ten Russian test sets', source: gigaamEvaluation, unit: 'words', rates: { ru: 8.3 } },
    ],
  },
  {
    name: 'gigaam-v3-ctc',
    kind: 'recognizer',
    family: 'nemo-ctc',
    languages: ['ru'],
    repository: 'csukuangfj/sherpa-onnx-nemo-ctc-giga-am-v3-russian-2025-12-16',
    files: { model: 'model.int8.onnx', tokens: 'tokens.txt' },
    bytes: 224_721_672,
    licence: 'MIT',
    accuracy: [
      { dataset: 'FLEURS, 8-bit port', source: `${ports}/gigaam.md`, unit: 'words', rates: { ru: 8.4 } },
      { dataset: 'mean of ten Russian test sets', source: gigaamEvaluation, unit: 'words', rates: { ru: 9.1 } },
    ],
  },
  {
    name: 'gigaam-v2-rnnt',
    kind: 'recognizer',
    family: 'nemo-transducer',
    languages: ['ru'],
    repository: 'csukuangfj/sherpa-onnx-nemo-transducer-giga-am-v2-russian-2025-04-19',
    files: { encoder: 'encoder.int8.onnx', decoder: 'decoder.onnx', joiner: 'joiner.onnx', tokens: 'tokens.txt' },
    bytes: 241_086_439,
    licence: 'MIT',
    accuracy: [
      { dataset: 'mean of ten Russian test sets', source: gigaamEvaluation, unit: 'words', rates: { ru: 10.6 } },
    ],
  },
  {
    name: 'gigaam-v2-ctc',
    kind: 'recognizer',
    family: 'nemo-ctc',
    languages: ['ru'],
    repository: 'csukuangfj/sherpa-onnx-nemo-ctc-giga-am-v2-russian-2025-04-19',
    files: { model: 'model.int8.onnx', tokens: 'tokens.txt' },
    bytes: 236_458_173,
    licence: 'MIT',
    accuracy: [
      { dataset: 'mean of ten Russian test sets', source: gigaamEvaluation, unit: 'words', rates: { ru: 11.1 } },
    ],
  },
  {
    name: 'parakeet-tdt-0.6b-v3',
    kind: 'recognizer',
    family: 'nemo-transducer',
    languages: [
      'bg',
      'cs',
      'da',
      'de',
      'el',
      'en',
      'es',
      'et',
      'fi',
      'fr',
      'hr',
      'hu',
      'it',
      'lt',
      'lv',
      'mt',
      'nl',
      'pl',
      'pt',
      'ro',
      'ru',
      'sk',
      'sl',
      'sv',
      'uk',
    ],
    repository: 'csukuangfj/sherpa-onnx-nemo-parakeet-tdt-0.6b-v3-int8',
    files: {
      encoder: 'encoder.int8.onnx',
      decoder: 'decoder.int8.onnx',
      joiner: 'joiner.int8.onnx',
      tokens: 'tokens.txt',
    },
    bytes: 670_478_772,
    licence: 'CC-BY-4.0',
    accuracy: [
      {
        dataset: 'FLEURS',
        source: 'https://huggingface.co/nvidia/parakeet-tdt-0.6b-v3',
        unit: 'words',
        rates: {
          bg: 12.64,
          cs: 11.01,
          da: 18.41,
          de: 5.04,
          el: 20.7,
          en: 4.85,
          es: 3.45,
          et: 17.73,
          fi: 13.21,
          fr: 5.15,
          hr: 12.46,
          hu: 15.72,
          it: 3.0,
          lt: 20.35,
          lv: 22.84,
          mt: 20.46,
          nl: 7.48,
          pl: 7.31,
          pt: 4.76,
          ro: 12.44,
          ru: 5.51,
          sk: 8.82,
          sl: 24.03,
          sv: 15.08,
          uk: 6.79,
        },
      },
    ],
  },
  {
    name: 'parakeet-tdt-0.6b-v2',
    kind: 'recognizer',
    family: 'nemo-transducer',
    languages: ['en'],
    repository: 'csukuangfj/sherpa-onnx-nemo-parakeet-tdt-0.6b-v2-int8',
    files: {
      encoder: 'encoder.int8.onnx',
      decoder: 'decoder.int8.onnx',
      joiner: 'joiner.int8.onnx',
      tokens: 'tokens.txt',
    },
    bytes: 661_190_513,
    licence: 'CC-BY-4.0',
    accuracy: [
      { dataset: 'FLEURS, 8-bit port', source: `${ports}/parakeet-tdt-0.6b-v2.md`, unit: 'words', rates: { en: 4.11 } },
    ],
  },
  {
    name: 'sense-voice-small',
    kind: 'recognizer',
    family: 'sense-voice',
    languages: ['zh', 'en', 'ja', 'ko', 'yue'],
    repository: 'csukuangfj/sherpa-onnx-sense-voice-zh-en-ja-ko-yue-2024-07-17',
    files: { model: 'model.int8.onnx', tokens: 'tokens.txt' },
    bytes: 239_549_735,
    licence: 'FunASR Model Open Source License Agreement',
    accuracy: [
      { dataset: 'FLEURS, 8-bit port', source: `${ports}/sensevoice-small.md`, unit: 'words', rates: { en: 7.14 } },
      {
        dataset: 'FLEURS, 8-bit port',
        source: `${ports}/sensevoice-small.md`,
        unit: 'characters',
        rates: { ja: 7.63, ko: 8.27, yue: 37.44, zh: 10.12 },
      },
    ],
  },
  {
    name: 'canary-180m-flash',
    kind: 'recognizer',
    family: 'canary',
    languages: ['en', 'es', 'de', 'fr'],
    repository: 'csukuangfj/sherpa-onnx-nemo-canary-180m-flash-en-es-de-fr-int8',
    files: { encoder: 'encoder.int8.onnx', decoder: 'decoder.int8.onnx', tokens: 'tokens.txt' },
    bytes: 207_170_046,
    licence: 'CC-BY-4.0',
    accuracy: [
      {
        dataset: 'FLEURS, 8-bit port',
        source: `${ports}/canary-180m-flash.md`,
        unit: 'words',
        rates: { de: 7.33, en: 5.98, es: 6.54, fr: 8.53 },
      },
    ],
  },
  {
    name: 'moonshine-base-en',
    kind: 'recognizer',
    family: 'moonshine',
    languages: ['en'],
    repository: 'csukuangfj/sherpa-onnx-moonshine-base-en-int8',
    files: {
      preprocessor: 'preprocess.onnx',
      encoder: 'encode.int8.onnx',
      uncachedDecoder: 'uncached_decode.int8.onnx',
      cachedDecoder: 'cached_decode.int8.onnx',
      tokens: 'tokens.txt',
    },
    bytes: 286_929_760,
    licence: 'MIT',
    accuracy: [
      { dataset: 'FLEURS, 8-bit port', source: `${ports}/moonshine-base.md`, unit: 'words', rates: { en: 12.25 } },
    ],
  },
  {
    name: 'moonshine-tiny-en',
    kind: 'recognizer',
    family: 'moonshine',
    languages: ['en'],
    repository: 'csukuangfj/sherpa-onnx-moonshine-tiny-en-int8',
    files: {
      preprocessor: 'preprocess.onnx',
      encoder: 'encode.int8.onnx',
      uncachedDecoder: 'uncached_decode.int8.onnx',
      cachedDecoder: 'cached_decode.int8.onnx',
      tokens: 'tokens.txt',
    },
    bytes: 123_967_539,
    licence: 'MIT',
    accuracy: [
      { dataset: 'FLEURS, 8-bit port', source: `${ports}/moonshine-tiny.md`, unit: 'words', rates: { en: 14.13 } },
    ],
  },
  {
    name: 'zipformer-gigaspeech-en',
    kind: 'recognizer',
    family: 'zipformer-transducer',
    languages: ['en'],
    repository: 'k2-fsa/sherpa-onnx-zipformer-gigaspeech-2023-12-12',
    files: {
      encoder: 'encoder-epoch-30-avg-1.int8.onnx',
      decoder: 'decoder-epoch-30-avg-1.int8.onnx',
      joiner: 'joiner-epoch-30-avg-1.int8.onnx',
      tokens: 'tokens.txt',
    },
    bytes: 73_655_806,
    licence: 'Apache-2.0',
    accuracy: [
      {
        dataset: 'GigaSpeech',
        source: 'https://github.com/k2-fsa/icefall/blob/master/egs/gigaspeech/ASR/RESULTS.md',
        unit: 'words',
        rates: { en: 10.5 },
      },
    ],
  },
];

/** What Whisper's sizes do on the same test set, to compare with. */
export const whisperAccuracy: Readonly<Record<string, readonly PublishedAccuracy[]>> = {
  base: [
    {
      dataset: 'FLEURS, 8-bit port',
      source: `${ports}/whisper-base.md`,
      unit: 'words',
      rates: {
        de: 19.69,
        en: 9.88,
        es: 11.15,
        fr: 27.91,
        it: 17.26,
        nl: 36.75,
        pl: 35.68,
        pt: 13.91,
        ru: 22.92,
        uk: 42.03,
      },
    },
    {
      dataset: 'FLEURS, 8-bit port',
      source: `${ports}/whisper-base.md`,
      unit: 'characters',
      rates: { ja: 25.28, ko: 12.98, zh: 36.21 },
    },
  ],
  small: [
    {
      dataset: 'FLEURS, 8-bit port',
      source: `${ports}/whisper-small.md`,
      unit: 'words',
      rates: { de: 9.86, en: 6.51, es: 5.92, fr: 13.3, it: 7.97, nl: 18.48, pl: 16.82, pt: 7.65, ru: 11.9, uk: 20.42 },
    },
    {
      dataset: 'FLEURS, 8-bit port',
      source: `${ports}/whisper-small.md`,
      unit: 'characters',
      rates: { ja: 12.81, ko: 7.7, zh: 23.06 },
    },
  ],
  medium: [
    {
      dataset: 'FLEURS, 8-bit port',
      source: `${ports}/whisper-medium.md`,
      unit: 'words',
      rates: { de: 6.23, en: 4.64, es: 3.8, fr: 8.07, it: 4.17, nl: 10.4, pl: 8.59, pt: 5.07, ru: 7.3, uk: 11.59 },
    },
    {
      dataset: 'FLEURS, 8-bit port',
      source: `${ports}/whisper-medium.md`,
      unit: 'characters',
      rates: { ja: 7.35, ko: 5.46, zh: 13.13 },
    },
  ],
  'large-v3': [
    {
      dataset: 'FLEURS, 8-bit port',
      source: `${ports}/whisper-large-v3.md`,
      unit: 'words',
      rates: { de: 4.13, en: 4.03, es: 2.7, fr: 5.39, it: 2.54, nl: 5.42, pl: 4.69, pt: 3.88, ru: 4.96, uk: 6.28 },
    },
    {
      dataset: 'FLEURS, 8-bit port',
      source: `${ports}/whisper-large-v3.md`,
      unit: 'characters',
      rates: { ja: 4.81, ko: 4.89, yue: 22.06, zh: 7.98 },
    },
    { dataset: 'mean of ten Russian test sets', source: gigaamEvaluation, unit: 'words', rates: { ru: 21.0 } },
  ],
  'large-v3-turbo': [
    {
      dataset: 'FLEURS, 8-bit port',
      source: `${ports}/whisper-large-v3-turbo.md`,
      unit: 'words',
      rates: { de: 4.54, en: 4.38, es: 3.12, fr: 5.51, it: 2.77, nl: 5.98, pl: 5.81, pt: 4.17, ru: 5.93, uk: 7.31 },
    },
    {
      dataset: 'FLEURS, 8-bit port',
      source: `${ports}/whisper-large-v3-turbo.md`,
      unit: 'characters',
      rates: { ja: 4.82, ko: 5.24, yue: 34.62, zh: 8.5 },
    },
  ],
};
