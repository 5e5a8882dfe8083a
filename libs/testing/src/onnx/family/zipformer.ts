import { Graph } from '../graph.js';
import type { ModelFile } from '../model-file.js';
import { type Frontend, toneOnsets } from '../tone.js';
import { spell, tokensFile, type Vocabulary } from '../vocabulary.js';

// sherpa-onnx's own features (features.h): 80 bands from 20 to 7600 Hz. It takes an encoder frame for 40 ms (offline-transducer-model.h).
const frontend: Frontend = { bank: { bins: 80, lowHz: 20, highHz: 7600, scale: 'htk' }, subsampling: 4, level: -7 };

/** The blank is the first token. */
const vocabulary: Vocabulary = {
  tokens: ['<blk>', '<sos/eos>', '<unk>', '▁', '▁l', 'ow', '▁h', 'igh', 's'],
  spelling: { low: ['▁l', 'ow'], high: ['▁h', 'igh'] },
};
const dimension = vocabulary.tokens.length - 1;

/** Tokens that the decoder sees. */
const context = 2;

/**
 * Zipformer transducer, from egs/librispeech/ASR/zipformer/export-onnx.py of k2-fsa/icefall. Encoder and decoder speak of the tokens but for the blank:
 * which is due, and which was said last; the joiner takes one from the other. Keys of the metadata: offline-transducer-model.cc of sherpa-onnx.
 */
export const zipformerTransducer = (): ModelFile[] => [
  {
    name: 'encoder-epoch-99-avg-1.int8.onnx',
    content: encoder().encode({ model_type: 'zipformer2', version: '1', model_author: 'k2-fsa' }),
  },
  {
    name: 'decoder-epoch-99-avg-1.onnx',
    content: decoder().encode({ vocab_size: vocabulary.tokens.length, context_size: context }),
  },
  { name: 'joiner-epoch-99-avg-1.int8.onnx', content: joiner().encode({ joiner_dim: dimension }) },
  { name: 'tokens.txt', content: tokensFile(vocabulary) },
];

function encoder(): Graph {
  const graph = new Graph();
  const features = graph.input('x', 'float', ['N', 'T', frontend.bank.bins]);
  const length = graph.input('x_lens', 'int64', ['N']);
  const mel = graph.apply('Transpose', [features], { perm: [0, 2, 1] });
  const due = graph.apply('Transpose', [spell(graph, toneOnsets(graph, mel, frontend), vocabulary)], {
    perm: [0, 2, 1],
  });
  const withoutBlank = graph.apply('Slice', [
    due,
    graph.constant('int64', [1]),
    graph.constant('int64', [dimension + 1]),
    graph.constant('int64', [2]),
  ]);
  const { subsampling } = frontend;
  const rounded = graph.apply('Add', [length, graph.constant('int64', [subsampling - 1])]);
  const lengths = graph.apply('Div', [rounded, graph.constant('int64', [subsampling])]);
  graph.output('encoder_out', withoutBlank, 'float', ['N', 'encoded_frames', dimension]);
  graph.output('encoder_out_lens', lengths, 'int64', ['N']);
  return graph;
}

function decoder(): Graph {
  const graph = new Graph();
  const tokens = graph.input('y', 'int64', ['N', context]);
  const rows = vocabulary.tokens.map((_, row) => Array.from({ length: dimension }, (_, at) => Number(at + 1 === row)));
  const table = graph.constant('float', rows.flat(), [dimension + 1, dimension]);
  const last = graph.apply('Gather', [tokens, graph.constant('int64', [context - 1], [])], { axis: 1 });
  graph.output('decoder_out', graph.apply('Gather', [table, last], { axis: 0 }), 'float', ['N', dimension]);
  return graph;
}

function joiner(): Graph {
  const graph = new Graph();
  const due = graph.input('encoder_out', 'float', ['N', dimension]);
  const last = graph.input('decoder_out', 'float', ['N', dimension]);
  const open = graph.apply('Sub', [due, last]);
  // The blank, of a constant height, before the others.
  const blank = graph.constant('float', [0.5], []);
  const all = graph.apply('Pad', [open, graph.constant('int64', [0, 1, 0, 0]), blank]);
  graph.output('logit', graph.apply('Mul', [all, graph.constant('float', [20])]), 'float', ['N', dimension + 1]);
  return graph;
}
