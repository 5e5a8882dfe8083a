import { Graph, type Value } from '../graph.js';
import type { ModelFile } from '../model-file.js';
import { dataType } from '../schema.js';
import { type FixedText, type fixedSentences, following, soundActivity } from '../sentence.js';
import { idOf, tokensFile } from '../vocabulary.js';

/** Mel bands. */
const bins = 128;
const subsampling = 8;
const layers = 6;
/** Numbers a token and a frame; 1024 in the published models. */
const hidden = 4;

/** Where in the prompt the language of the text stands (offline-recognizer-canary-impl.h of sherpa-onnx, as the prompt's other tokens). */
const targetPlace = 4;

/** The sentences' tokens. A word begins with ▁: symbol-table.cc drops a blank. */
const sentences: { readonly [Language in keyof typeof fixedSentences]: readonly string[] } = {
  en: ['▁l', 'ow', '▁h', 'igh'],
  de: ['▁tief', '▁hoch'],
  es: ['▁bajo', '▁alto'],
  fr: ['▁grave', '▁aigu'],
};

const end = '<|endoftext|>';
const begin = '<|nodiarize|>';

const fixedText: FixedText = {
  vocabulary: {
    tokens: [
      ...['<unk>', '<|nospeech|>', '<pad>', end, '<|startoftranscript|>', '<|startofcontext|>'],
      ...['<|pnc|>', '<|nopnc|>', '<|itn|>', '<|noitn|>', '<|timestamp|>', '<|notimestamp|>', '<|diarize|>', begin],
      ...['<|emo:undefined|>', ...Object.keys(sentences).map((language) => `<|${language}|>`)],
      ...Object.values(sentences).flat(),
    ],
  },
  // A sentence follows the token of its language; that one takes the place of the prompt's last.
  chains: Object.entries(sentences).map(([language, pieces]) => [`<|${language}|>`, ...pieces, end]),
  end,
};
const { vocabulary } = fixedText;

/** Canary 180M flash, from scripts/nemo/canary/export_onnx_180m_flash.py; the metadata's keys are those that offline-canary-model.cc reads. */
export const canary = (): ModelFile[] => [
  {
    name: 'encoder.int8.onnx',
    content: encoder().encode({
      model_type: 'EncDecMultiTaskModel',
      vocab_size: vocabulary.tokens.length,
      normalize_type: 'per_feature',
      subsampling_factor: subsampling,
      feat_dim: bins,
      num_decoder_layers: layers,
      decoder_hidden_size: hidden,
    }),
  },
  { name: 'decoder.int8.onnx', content: decoder().encode() },
  { name: 'tokens.txt', content: tokensFile(vocabulary) },
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

/** A token and its place at a time; the memories of the layers grow by one each time. The first holds the tokens. */
function decoder(): Graph {
  const graph = new Graph();
  const input = graph.input('decoder_input_ids', 'int32', ['N', 'num_tokens']);
  const memories = Array.from({ length: layers }, (_, at) =>
    graph.input(`decoder_mems_list_${at}`, 'float', ['N', 'past', hidden]),
  );
  const sound = graph.input('enc_states', 'float', ['N', 'frames', hidden]);
  graph.input('enc_mask', 'bool', ['N', 'frames']);
  const token = graph.apply('Slice', [
    input,
    graph.constant('int64', [-2]),
    graph.constant('int64', [-1]),
    graph.constant('int64', [1]),
  ]);
  const current = graph.apply('Tile', [
    graph.apply('Unsqueeze', [graph.apply('Cast', [token], { to: dataType.float }), graph.constant('int64', [2])]),
    graph.constant('int64', [1, 1, hidden]),
  ]);
  const grown = memories.map((memory) => graph.apply('Concat', [memory, current], { axis: 1 }));
  const last = languageForBegin(graph, token, grown[0] as Value);
  graph.output('logits', following(graph, { last, sound }, fixedText), 'float', ['N', 1, vocabulary.tokens.length]);
  for (const [at, memory] of grown.entries())
    graph.output(`next_decoder_mem_list_${at}`, memory, 'float', ['N', 'length', hidden]);
  return graph;
}

/** The token (N, 1), but in place of the prompt's last token the language that the prompt asks for. */
function languageForBegin(graph: Graph, token: Value, memory: Value): Value {
  // Within the prompt the place may not be there yet.
  const enough = graph.apply('Pad', [memory, graph.constant('int64', [0, 0, 0, 0, targetPlace + 1, 0])]);
  const target = graph.apply('Slice', [
    enough,
    graph.constant('int64', [targetPlace, 0]),
    graph.constant('int64', [targetPlace + 1, 1]),
    graph.constant('int64', [1, 2]),
  ]);
  const language = graph.apply('Cast', [graph.apply('Squeeze', [target, graph.constant('int64', [2])])], {
    to: dataType.int32,
  });
  const atBegin = graph.apply('Equal', [token, graph.constant('int32', [idOf(vocabulary, begin)])]);
  return graph.apply('Where', [atBegin, language, token]);
}
