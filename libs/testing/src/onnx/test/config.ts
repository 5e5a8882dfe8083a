import { join } from 'node:path';
import type { RecognizerFamily } from '../recognizer.js';

/**
 * The configuration of sherpa-onnx-node's OfflineRecognizer for a model that `writeRecognizer` wrote into a folder.
 *
 * @param language of the text, where a family can be asked for one; by default found out (Canary: English)
 */
export function recognizerConfig(folder: string, family: RecognizerFamily, language?: string): object {
  const { tokens = 'tokens.txt', ...model } = modelConfig((name) => join(folder, name), language)[family];
  return {
    modelConfig: { ...model, tokens: join(folder, tokens), numThreads: 1, provider: 'cpu', debug: 0 },
    decodingMethod: 'greedy_search',
  };
}

interface ModelConfig {
  /** The name of tokens.txt. */
  readonly tokens?: string;
  readonly [key: string]: unknown;
}

function modelConfig(
  path: (name: string) => string,
  language: string | undefined,
): { readonly [Family in RecognizerFamily]: ModelConfig } {
  const nemoTransducer = {
    transducer: {
      encoder: path('encoder.int8.onnx'),
      decoder: path('decoder.int8.onnx'),
      joiner: path('joiner.int8.onnx'),
    },
    modelType: 'nemo_transducer',
  };
  const gigaamTransducer = {
    transducer: { encoder: path('encoder.int8.onnx'), decoder: path('decoder.onnx'), joiner: path('joiner.onnx') },
    modelType: 'nemo_transducer',
  };
  const nemoCtc = { nemoCtc: { model: path('model.int8.onnx') } };
  return {
    'nemo-transducer': nemoTransducer,
    'nemo-tdt': nemoTransducer,
    'gigaam-transducer': gigaamTransducer,
    'nemo-ctc': nemoCtc,
    'gigaam-ctc': nemoCtc,
    'sense-voice': {
      senseVoice: { model: path('model.int8.onnx'), language: language ?? 'auto', useInverseTextNormalization: 1 },
    },
    moonshine: {
      moonshine: {
        preprocessor: path('preprocess.onnx'),
        encoder: path('encode.int8.onnx'),
        uncachedDecoder: path('uncached_decode.int8.onnx'),
        cachedDecoder: path('cached_decode.int8.onnx'),
      },
    },
    canary: {
      canary: {
        encoder: path('encoder.int8.onnx'),
        decoder: path('decoder.int8.onnx'),
        srcLang: 'en',
        tgtLang: language ?? 'en',
        usePnc: 1,
      },
    },
    'whisper-onnx': {
      whisper: {
        encoder: path('tiny-encoder.int8.onnx'),
        decoder: path('tiny-decoder.int8.onnx'),
        language: language ?? '',
        task: 'transcribe',
      },
      tokens: 'tiny-tokens.txt',
    },
    'zipformer-transducer': {
      transducer: {
        encoder: path('encoder-epoch-99-avg-1.int8.onnx'),
        decoder: path('decoder-epoch-99-avg-1.onnx'),
        joiner: path('joiner-epoch-99-avg-1.int8.onnx'),
      },
      modelType: 'transducer',
    },
  };
}
