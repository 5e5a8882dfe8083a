import { Graph } from '../graph.js';
import type { ModelFile } from '../model-file.js';
import { type FixedText, following, soundActivity } from '../sentence.js';

const mels = 80;
const layers = 1;
/** Numbers a token and a frame; 384 in Whisper tiny. */
const state = 4;
/** Tokens of a text, prompt included. */
const context = 448;

const languages = ['en', 'zh', 'de', 'es', 'ru', 'ko', 'fr', 'ja'];

/** Tokens of text; only these are in tokens.txt. */
const pieces = [' ', ' l', 'ow', ' h', 'igh', '.', ','];

// Time stamps, 0.00 to 30.00 in steps of 0.02 s, are the last tokens, as in Whisper's vocabulary.
const tokens = [
  ...[...pieces, '<|endoftext|>', '<|startoftranscript|>', ...languages.map((code) => `<|${code}|>`)],
  ...['<|translate|>', '<|transcribe|>', '<|startoflm|>', '<|startofprev|>', '<|nospeech|>', '<|notimestamps|>'],
  ...Array.from({ length: 1501 }, (_, at) => `<|${(at * 0.02).toFixed(2)}|>`),
];
const id = (token: string): number => tokens.indexOf(token);

const fixedText: FixedText = {
  vocabulary: { tokens },
  chains: [
    ['<|notimestamps|>', ' l', 'ow', ' h', 'igh', '<|endoftext|>'],
    // The language, when none is asked for, is the likeliest of the languages here.
    ['<|startoftranscript|>', '<|en|>'],
  ],
  end: '<|endoftext|>',
};

/**
 * Whisper tiny, from scripts/whisper/export-onnx.py; the metadata's keys are those that offline-whisper-model.cc of sherpa-onnx reads. Like the
 * published exports it has no cross attention among its outputs, and so no times.
 */
export const whisperOnnx = (): ModelFile[] => [
  { name: 'tiny-encoder.int8.onnx', content: encoder().encode(metadata()) },
  { name: 'tiny-decoder.int8.onnx', content: decoder().encode() },
  { name: 'tiny-tokens.txt', content: pieces.map((piece, at) => `${btoa(piece)} ${at}\n`).join('') },
];

const metadata = (): Record<string, string | number> => ({
  model_type: 'whisper-tiny',
  version: '1',
  maintainer: 'k2-fsa',
  n_mels: mels,
  n_audio_ctx: 1500,
  n_vocab: tokens.length,
  n_text_ctx: context,
  n_text_state: state,
  n_text_layer: layers,
  sot_sequence: ['<|startoftranscript|>', '<|en|>', '<|transcribe|>'].map(id).join(','),
  all_language_tokens: languages.map((code) => id(`<|${code}|>`)).join(','),
  all_language_codes: languages.join(','),
  sot: id('<|startoftranscript|>'),
  eot: id('<|endoftext|>'),
  blank_id: id(' '),
  is_multilingual: 1,
  no_speech: id('<|nospeech|>'),
  transcribe: id('<|transcribe|>'),
  translate: id('<|translate|>'),
  no_timestamps: id('<|notimestamps|>'),
});

/** Features to the keys and values of the cross attention, one every 20 ms: 1 where there is sound. */
function encoder(): Graph {
  const graph = new Graph();
  const mel = graph.input('mel', 'float', ['n_audio', mels, 'T']);
  // Whisper's features: 1 and more for a loud band, at most 0 where nothing is (padding is 0).
  const sound = graph.apply('Unsqueeze', [
    soundActivity(graph, mel, { above: 0.7, subsampling: 2 }),
    graph.constant('int64', [0]),
  ]);
  const wide = graph.apply('Tile', [sound, graph.constant('int64', [layers, 1, 1, state])]);
  for (const name of ['n_layer_cross_k', 'n_layer_cross_v'])
    graph.output(name, wide, 'float', [layers, 'n_audio', 'frames', state]);
  return graph;
}

/** Tokens to the logits of those that follow; the caches of the self attention go through as they are. */
function decoder(): Graph {
  const graph = new Graph();
  const cache = [layers, 'n_audio', context, state];
  const cross = [layers, 'n_audio', 'frames', state];
  const last = graph.input('tokens', 'int64', ['n_audio', 'n_tokens']);
  const k = graph.input('in_n_layer_self_k_cache', 'float', cache);
  const v = graph.input('in_n_layer_self_v_cache', 'float', cache);
  const sound = graph.input('n_layer_cross_k', 'float', cross);
  graph.input('n_layer_cross_v', 'float', cross);
  graph.input('offset', 'int64', [1]);
  graph.output('logits', following(graph, { last, sound }, fixedText), 'float', ['n_audio', 'n_tokens', tokens.length]);
  graph.output('out_n_layer_self_k_cache', k, 'float', cache);
  graph.output('out_n_layer_self_v_cache', v, 'float', cache);
  return graph;
}
