import { Graph } from '../graph.js';
import type { ModelFile } from '../model-file.js';
import { type FixedText, following, soundActivity } from '../sentence.js';
import { tokensFile } from '../vocabulary.js';

/** Mel bands. */
const bins = 128;
const subsampling = 8;
const layers = 6;
/** Numbers a token and a frame; 1024 in the published models. */
const hidden = 4;

// The prompt, token by token: offline-recognizer-canary-impl.h of sherpa-onnx. A word begins with ▁: symbol-table.cc drops a blank.
const fixedText: FixedText = {
  vocabulary: {
    tokens: [
      ...['<unk>', '<|nospeech|>', '<pad>', '<|endoftext|>', '<|startoftranscript|>', '<|startofcontext|>'],
      ...['<|pnc|>', '<|nopnc|>', '<|itn|>', '<|noitn|>', '<|timestamp|>', '<|notimestamp|>', '<|diarize|>'],
      ...['<|nodiarize|>', '<|emo:undefined|>', '<|en|>', '<|de|>', '<|es|>', '<|fr|>'],
      ...['▁l', 'ow', '▁h', 'igh', '.'],
    ],
  },
  pieces: ['▁l', 'ow', '▁h', 'igh'],
  begin: '<|nodiarize|>',
  end: '<|endoftext|>',
};

/** Canary 180M flash, from scripts/nemo/canary/export_onnx_180m_flash.py; the metadata's keys are those that offline-canary-model.cc reads. */
export const canary = (): ModelFile[] => [
  {
    name: 'encoder.int8.onnx',
    content: encoder().encode({
      model_type: 'EncDecMultiTaskModel',
      vocab_size: fixedText.vocabulary.tokens.length,
      normalize_type: 'per_feature',
      subsampling_factor: subsampling,
      feat_dim: bins,
      num_decoder_layers: layers,
      decoder_hidden_size: hidden,
    }),
  },
  { name: 'decoder.int8.onnx', content: decoder().encode() },
  { name: 'tokens.txt', content: tokensFile(fixedText.vocabulary) },
];

function encoder(): Graph {
  const graph = new Graph();
  const features = graph.input('x', 'float', ['N', 'T', bins]);
  const length = graph.input('x_len', 'int64', ['N']);
  const mel = graph.apply('Transpose', [features], { perm: [0, 2, 1] });
  // Every band has mean 0 and deviation 1; silence throughout is 0 throughout.
  const sound = soundActivity(graph, mel, { above: 1, subsampling });
  const states = graph.apply('Tile', [sound, graph.constant('int64', [1, 1, hidden])]);
  const rounded = graph.apply('Add', [length, graph.constant('int64', [subsampling - 1])]);
  const frames = graph.apply('Squeeze', [sound, graph.constant('int64', [2])]);
  graph.output('enc_states', states, 'float', ['N', 'frames', hidden]);
  graph.output('enc_len', graph.apply('Div', [rounded, graph.constant('int64', [subsampling])]), 'int64', ['N']);
  graph.output('enc_mask', graph.apply('Equal', [frames, frames]), 'bool', ['N', 'frames']);
  return graph;
}

/** A token and its place at a time; the memories of the layers grow by one each time. */
function decoder(): Graph {
  const graph = new Graph();
  const input = graph.input('decoder_input_ids', 'int32', ['N', 'num_tokens']);
  const memories = Array.from({ length: layers }, (_, at) =>
    graph.input(`decoder_mems_list_${at}`, 'float', ['N', 'past', hidden]),
  );
  const sound = graph.input('enc_states', 'float', ['N', 'frames', hidden]);
  graph.input('enc_mask', 'bool', ['N', 'frames']);
  const last = graph.apply('Slice', [
    input,
    graph.constant('int64', [-2]),
    graph.constant('int64', [-1]),
    graph.constant('int64', [1]),
  ]);
  graph.output('logits', following(graph, { last, sound }, fixedText), 'float', [
    'N',
    1,
    fixedText.vocabulary.tokens.length,
  ]);
  const current = graph.constant('float', new Array<number>(hidden).fill(0), [1, 1, hidden]);
  for (const [at, memory] of memories.entries()) {
    const grown = graph.apply('Concat', [memory, current], { axis: 1 });
    graph.output(`next_decoder_mem_list_${at}`, grown, 'float', ['N', 'length', hidden]);
  }
  return graph;
}
