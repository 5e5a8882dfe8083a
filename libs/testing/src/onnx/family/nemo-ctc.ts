import { Graph, type Value } from '../graph.js';
import type { ModelFile } from '../model-file.js';
import { type Hearing, toneOnsets } from '../tone.js';
import { spell, tokensFile, type Vocabulary } from '../vocabulary.js';
import { lowerCase, nemoHearing } from './nemo.js';

/** FastConformer CTC, from scripts/nemo/fast-conformer-hybrid-transducer-ctc/export-onnx-ctc-non-streaming.py. */
export const nemoCtc = (): ModelFile[] =>
  ctc(nemoHearing(80), lowerCase, { model_type: 'EncDecHybridRNNTCTCBPEModel', version: '1', model_author: 'NeMo' });

/** One model: log mel energies (batch, bins, frames) to log probabilities (batch, frames / subsampling, tokens), the last token being the blank. */
function ctc(
  hearing: Hearing,
  vocabulary: Vocabulary,
  metadata: Readonly<Record<string, string | number>>,
): ModelFile[] {
  const graph = new Graph();
  const mel = graph.input('audio_signal', 'float', ['batch', hearing.bank.bins, 'frames']);
  graph.input('length', 'int64', ['batch']);
  const said = spell(graph, toneOnsets(graph, mel, hearing), vocabulary);
  graph.output('logprobs', logProbabilities(graph, said, vocabulary), 'float', [
    'batch',
    'encoded_frames',
    vocabulary.tokens.length,
  ]);
  // Keys: offline-nemo-enc-dec-ctc-model.cc.
  const content = graph.encode({
    vocab_size: vocabulary.tokens.length,
    normalize_type: '',
    subsampling_factor: hearing.subsampling,
    ...metadata,
  });
  return [
    { name: 'model.int8.onnx', content },
    { name: 'tokens.txt', content: tokensFile(vocabulary) },
  ];
}

/**
 * @param said float (batch, tokens, frames): 1 where a token is said
 * @returns float (batch, frames, tokens); the blank is likeliest where nothing is said
 */
function logProbabilities(graph: Graph, said: Value, { tokens }: Vocabulary): Value {
  const blank = tokens.map((token) => (token === '<blk>' ? 0.5 : 0));
  const byFrame = graph.apply('Transpose', [said], { perm: [0, 2, 1] });
  const logits = graph.apply('Mul', [
    graph.apply('Add', [byFrame, graph.constant('float', blank)]),
    graph.constant('float', [20]),
  ]);
  return graph.apply('LogSoftmax', [logits], { axis: -1 });
}
