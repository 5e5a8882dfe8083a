import { Graph, type Value } from '../graph.js';
import type { ModelFile } from '../model-file.js';
import { dataType } from '../schema.js';
import { type FixedText, following, soundActivity } from '../sentence.js';
import { tokensFile } from '../vocabulary.js';

// Ids 1 and 2 are those that offline-moonshine-greedy-search-decoder.cc of sherpa-onnx begins and ends with.
const fixedText: FixedText = {
  vocabulary: { tokens: ['<unk>', '<s>', '</s>', '▁l', 'ow', '▁h', 'igh', '.'] },
  chains: [['<s>', '▁l', 'ow', '▁h', 'igh', '</s>']],
  end: '</s>',
};

/** Samples at 16 kHz that are one frame (offline-moonshine-greedy-search-decoder.cc). */
const frame = 384;

/** Numbers a frame; the published models have 288 and more. */
const width = 1;

/**
 * Moonshine, with the inputs and outputs of scripts/moonshine/test.py and the file names of sherpa-onnx-moonshine-tiny-en-int8. It has no metadata;
 * sherpa-onnx goes by the order of inputs and outputs.
 */
export const moonshine = (): ModelFile[] => [
  { name: 'preprocess.onnx', content: preprocess().encode() },
  { name: 'encode.int8.onnx', content: encode().encode() },
  { name: 'uncached_decode.int8.onnx', content: decode(false).encode() },
  { name: 'cached_decode.int8.onnx', content: decode(true).encode() },
  { name: 'tokens.txt', content: tokensFile(fixedText.vocabulary) },
];

/** The sound to features: here, whether there is any. */
function preprocess(): Graph {
  const graph = new Graph();
  const samples = graph.input('args_0', 'float', ['batch', 'samples']);
  const channel = graph.apply('Unsqueeze', [graph.apply('Abs', [samples]), graph.constant('int64', [1])]);
  graph.output('features', soundActivity(graph, channel, { above: 0.01, subsampling: frame }), 'float', [
    'batch',
    'frames',
    width,
  ]);
  return graph;
}

function encode(): Graph {
  const graph = new Graph();
  const features = graph.input('args_0', 'float', ['batch', 'frames', width]);
  graph.input('args_1', 'int32', [1]);
  graph.output('encoded', features, 'float', ['batch', 'frames', width]);
  return graph;
}

/** The decoder for the first token, and the one for the others, which is given the states that the one before returned. */
function decode(cached: boolean): Graph {
  const graph = new Graph();
  const last = graph.input('args_0', 'int32', ['batch', 1]);
  const sound = graph.input('args_1', 'float', ['batch', 'frames', width]);
  graph.input('args_2', 'int32', [1]);
  const selfShape = ['batch', 'past', width];
  const crossShape = ['batch', 'frames', width];
  const past = cached ? [3, 4].map((at) => graph.input(`args_${at}`, 'float', selfShape)) : [];
  const cross = cached ? [5, 6].map((at) => graph.input(`args_${at}`, 'float', crossShape)) : [sound, sound];

  graph.output('logits', following(graph, { last, sound }, fixedText), 'float', [
    'batch',
    1,
    fixedText.vocabulary.tokens.length,
  ]);
  const current = graph.apply('Unsqueeze', [
    graph.apply('Cast', [last], { to: dataType.float }),
    graph.constant('int64', [2]),
  ]);
  const grown = (state: Value | undefined): Value =>
    state === undefined ? current : graph.apply('Concat', [state, current], { axis: 1 });
  const names = ['self_k', 'self_v', 'cross_k', 'cross_v'];
  const states = [grown(past[0]), grown(past[1]), ...cross];
  for (const [at, state] of states.entries())
    graph.output(names[at] as string, state, 'float', at < 2 ? ['batch', 'length', width] : crossShape);
  return graph;
}
