import { ctcLogits } from '../ctc.js';
import { Graph } from '../graph.js';
import type { ModelFile } from '../model-file.js';
import { type Frontend, toneOnsets } from '../tone.js';
import { spell, tokensFile, type Vocabulary } from '../vocabulary.js';
import { gigaamFrontend, lowerCase, nemoFrontend, russianLetters } from './nemo.js';

/** FastConformer CTC, from scripts/nemo/fast-conformer-hybrid-transducer-ctc/export-onnx-ctc-non-streaming.py. */
export const nemoCtc = (): ModelFile[] =>
  ctc(nemoFrontend(80), lowerCase, {
    // Without the blank.
    vocab_size: lowerCase.tokens.length - 1,
    model_type: 'EncDecHybridRNNTCTCBPEModel',
    version: '1',
    model_author: 'NeMo',
  });

/** GigaAM v3 CTC, from scripts/nemo/GigaAM/export-onnx-ctc-v3.py. */
export const gigaamCtc = (): ModelFile[] =>
  ctc(gigaamFrontend, russianLetters, {
    // With the blank.
    vocab_size: russianLetters.tokens.length,
    model_type: 'EncDecCTCModel',
    version: '1',
    model_author: 'https://github.com/salute-developers/GigaAM',
    language: 'Russian',
    is_giga_am: 1,
  });

/** One model: log mel energies (batch, bins, frames) to log probabilities (batch, frames / subsampling, tokens), the last token being the blank. */
function ctc(
  frontend: Frontend,
  vocabulary: Vocabulary,
  metadata: Readonly<Record<string, string | number>>,
): ModelFile[] {
  const graph = new Graph();
  const mel = graph.input('audio_signal', 'float', ['batch', frontend.bank.bins, 'frames']);
  graph.input('length', 'int64', ['batch']);
  const said = spell(graph, toneOnsets(graph, mel, frontend), vocabulary);
  graph.output('logprobs', graph.apply('LogSoftmax', [ctcLogits(graph, said, vocabulary)], { axis: -1 }), 'float', [
    'batch',
    'encoded_frames',
    vocabulary.tokens.length,
  ]);
  // Keys: offline-nemo-enc-dec-ctc-model.cc.
  const content = graph.encode({
    normalize_type: '',
    subsampling_factor: frontend.subsampling,
    ...metadata,
  });
  return [
    { name: 'model.int8.onnx', content },
    { name: 'tokens.txt', content: tokensFile(vocabulary) },
  ];
}
