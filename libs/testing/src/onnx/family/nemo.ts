import type { MelBank } from '../mel.js';
import type { Frontend } from '../tone.js';
import type { Vocabulary } from '../vocabulary.js';

// Features of models exported from NeMo (offline-recognizer-transducer-nemo-impl.h and offline-recognizer-ctc-impl.h of sherpa-onnx):
// Slaney's mel scale from 0 Hz. Those of GigaAM have 64 bands on the HTK scale. NeMo's models have `normalize_type` per_feature: every band with its
// own mean and deviation over the recording, in which a tone that lasts throughout vanishes. Here it is empty, as in GigaAM's.
const bank = (bins: number): MelBank => ({ bins, lowHz: 0, highHz: 8000, scale: 'slaney' });

/** Parakeet's 128 bands (transducers) or FastConformer's 80, in frames of 80 ms. */
export const nemoFrontend = (bins: 80 | 128): Frontend => ({ bank: bank(bins), subsampling: 8, level: -7 });

/** GigaAM's 64 bands, in frames of 40 ms. */
export const gigaamFrontend: Frontend = {
  bank: { bins: 64, lowHz: 0, highHz: 8000, scale: 'htk' },
  subsampling: 4,
  level: -7,
};

/** Lower-case words in pieces, as FastConformer writes them. */
export const lowerCase: Vocabulary = {
  tokens: ['<unk>', '▁', '▁l', 'ow', '▁h', 'igh', 's', '<blk>'],
  spelling: { low: ['▁l', 'ow'], high: ['▁h', 'igh'] },
};

/** Capitals and punctuation, as Parakeet TDT writes them. */
export const punctuated: Vocabulary = {
  tokens: ['<unk>', '▁', '▁L', 'ow', '▁H', 'igh', '.', ',', '?', '<blk>'],
  spelling: { low: ['▁L', 'ow', '.'], high: ['▁H', 'igh', '.'] },
};

/** Russian in pieces with capitals and punctuation, as GigaAM v3 e2e writes it. */
export const russianPieces: Vocabulary = {
  tokens: ['<unk>', '▁', '▁Ни', 'з', '▁Вер', 'х', '.', ',', '?', '<blk>'],
  spelling: { low: ['▁Ни', 'з', '.'], high: ['▁Вер', 'х', '.'] },
};

/** Russian in letters, with a space of its own, as GigaAM's CTC models write it. */
export const russianLetters: Vocabulary = {
  tokens: [' ', ...'абвгдежзийклмнопрстуфхцчшщъыьэюя', '<blk>'],
  spelling: { low: [...'низ'], high: [...'верх'], between: ' ' },
};
