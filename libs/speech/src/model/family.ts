import { z } from 'zod';

/** Files of a recognizer by what they are for. */
export const fileRoles = [
  'encoder',
  'decoder',
  'joiner',
  'model',
  'preprocessor',
  'uncachedDecoder',
  'cachedDecoder',
  'tokens',
] as const;
export type FileRole = (typeof fileRoles)[number];

/** How models of one architecture are stored, and what they can do. */
interface Family {
  /** Its files, each with the names it has among the exports of sherpa-onnx. */
  files: Partial<Record<FileRole, RegExp>>;
  /** Whether each token has a time; else times are estimated from the sound. */
  hasTimes: boolean;
  /** Whether it must be given the language; else it finds out by itself. */
  takesLanguage: boolean;
}

const tokens = /(?:^|[-_])tokens\.txt$/;
const encoder = /(?:^|[-_])encoder\b[^/]*\.onnx$/;
const decoder = /(?:^|[-_])decoder\b[^/]*\.onnx$/;
const joiner = /(?:^|[-_])joiner\b[^/]*\.onnx$/;
const model = /(?:^|[-_])(?:model|ctc)\b[^/]*\.onnx$/;

/** The architectures that are recognized by sherpa-onnx: https://k2-fsa.github.io/sherpa/onnx/pretrained_models/index.html. */
export const recognizerFamilies = {
  /** RNN-T and TDT of NeMo, GigaAM's RNN-T among them. */
  'nemo-transducer': { files: { encoder, decoder, joiner, tokens }, hasTimes: true, takesLanguage: false },
  'nemo-ctc': { files: { model, tokens }, hasTimes: true, takesLanguage: false },
  'sense-voice': { files: { model, tokens }, hasTimes: true, takesLanguage: true },
  'zipformer-transducer': { files: { encoder, decoder, joiner, tokens }, hasTimes: true, takesLanguage: false },
  moonshine: {
    files: {
      preprocessor: /(?:^|[-_])preprocess(?:or)?\b[^/]*\.onnx$/,
      encoder: /(?:^|[-_])encode(?:r)?\b[^/]*\.onnx$/,
      uncachedDecoder: /(?:^|[-_])uncached_decode(?:r)?\b[^/]*\.onnx$/,
      cachedDecoder: /(?:^|[-_])cached_decode(?:r)?\b[^/]*\.onnx$/,
      tokens,
    },
    hasTimes: false,
    takesLanguage: false,
  },
  canary: { files: { encoder, decoder, tokens }, hasTimes: false, takesLanguage: true },
  'whisper-onnx': { files: { encoder, decoder, tokens }, hasTimes: false, takesLanguage: true },
} as const satisfies Record<string, Family>;

export type RecognizerFamily = keyof typeof recognizerFamilies;
export const familyNames = Object.keys(recognizerFamilies) as [RecognizerFamily, ...RecognizerFamily[]];
export const familySchema = z.enum(familyNames);

/** What the family needs, without the narrow type of its own entry. */
export const familyOf = (name: RecognizerFamily): Family => recognizerFamilies[name];

/** The roles whose files a model of the family has. */
export const rolesOf = (name: RecognizerFamily): FileRole[] => {
  const { files } = familyOf(name);
  return fileRoles.filter((role) => files[role] !== undefined);
};
