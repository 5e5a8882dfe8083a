import { ctcLogits } from '../ctc.js';
import { Graph, type Value } from '../graph.js';
import type { ModelFile } from '../model-file.js';
import { type Frontend, toneOnsets } from '../tone.js';
import { idOf, spell, tokensFile, type Vocabulary } from '../vocabulary.js';

// Samples are scaled to 16 bits before the features are taken: log energies are higher by 2 ln 32768. One frame in six is kept, of 7 x 80 energies
// (offline-recognizer-sense-voice-impl.h of sherpa-onnx).
const bins = 80;
const window = 7;
const frontend: Frontend = {
  bank: { bins, lowHz: 20, highHz: 8000, scale: 'htk' },
  subsampling: 1,
  level: -7 + 2 * Math.log(32768),
};

// Ids of the languages and of the text norms in the model's own embedding (SenseVoice's model.py); 0 is `auto`.
const languages = { zh: 3, en: 4, yue: 7, ja: 11, ko: 12 } as const;
const withItn = 14;
const withoutItn = 15;

/** The blank is the first token. */
const vocabulary: Vocabulary = {
  tokens: [
    ...['<unk>', '<s>', '</s>', '▁l', 'ow', '▁h', 'igh', '▁'],
    ...Object.keys(languages).map((code) => `<|${code}|>`),
    ...['<|nospeech|>', '<|NEUTRAL|>', '<|Speech|>', '<|withitn|>', '<|woitn|>'],
  ],
  spelling: { low: ['▁l', 'ow'], high: ['▁h', 'igh'] },
};

/** SenseVoice small, from scripts/sense-voice/export-onnx.py; the metadata's keys are those that offline-sense-voice-model.cc reads. */
export function senseVoice(): ModelFile[] {
  const graph = new Graph();
  const features = graph.input('x', 'float', ['N', 'T', window * bins]);
  graph.input('x_length', 'int32', ['N']);
  const language = graph.input('language', 'int32', ['N']);
  const textNorm = graph.input('text_norm', 'int32', ['N']);
  const said = spell(graph, toneOnsets(graph, withoutWindow(graph, features), frontend), vocabulary);
  const text = graph.apply('Slice', [
    ctcLogits(graph, said, vocabulary),
    graph.constant('int64', [4]),
    graph.constant('int64', [2 ** 40]),
    graph.constant('int64', [1]),
  ]);
  const logits = graph.apply('Concat', [...queries(graph, language, textNorm), text], { axis: 1 });
  graph.output('logits', logits, 'float', ['N', 'frames', vocabulary.tokens.length]);
  const content = graph.encode({
    model_type: 'sense_voice_ctc',
    version: '2',
    model_author: 'iic',
    vocab_size: vocabulary.tokens.length,
    lfr_window_size: window,
    lfr_window_shift: 6,
    normalize_samples: 0,
    neg_mean: new Array<number>(window * bins).fill(0).join(','),
    inv_stddev: new Array<number>(window * bins).fill(1).join(','),
    lang_auto: 0,
    ...Object.fromEntries(Object.entries(languages).map(([code, id]) => [`lang_${code}`, id])),
    with_itn: withItn,
    without_itn: withoutItn,
    comment: 'iic/SenseVoiceSmall',
  });
  return [
    { name: 'model.int8.onnx', content },
    { name: 'tokens.txt', content: tokensFile(vocabulary) },
  ];
}

/** Log mel energies (N, 80, T + 4) of windows (N, T, 7 x 80), whose mean is taken; four frames of silence precede them, in place of the queries. */
function withoutWindow(graph: Graph, features: Value): Value {
  const silence = graph.constant('float', [0], []);
  const preceded = graph.apply('Pad', [features, graph.constant('int64', [0, 4, 0, 0, 0, 0]), silence]);
  const frames = graph.apply('Reshape', [preceded, graph.constant('int64', [0, 0, window, bins])]);
  return graph.apply('Transpose', [graph.apply('ReduceMean', [frames], { axes: [2], keepdims: 0 })], {
    perm: [0, 2, 1],
  });
}

/** What stands before the text: language (English unless one is asked for), emotion, event, text norm; logits of a frame each. */
function queries(graph: Graph, language: Value, textNorm: Value): Value[] {
  const codes = Object.entries(languages);
  const row = (...tokens: string[]): number[] =>
    tokens.flatMap((token) => vocabulary.tokens.map((_, id) => (id === idOf(vocabulary, token) ? 20 : 0)));
  const ids = Array.from({ length: 16 }, (_, id) => id);
  const code = (id: number): string => codes.find(([, other]) => other === id)?.[0] ?? 'en';
  const table = (rows: number[][]): Value =>
    graph.constant('float', rows.flat(), [rows.length, (rows[0] as number[]).length]);
  const look = (rows: number[][], id: Value): Value =>
    graph.apply('Reshape', [
      graph.apply('Gather', [table(rows), id], { axis: 0 }),
      graph.constant('int64', [0, -1, vocabulary.tokens.length]),
    ]);
  return [
    look(
      ids.map((id) => row(`<|${code(id)}|>`, '<|NEUTRAL|>', '<|Speech|>')),
      language,
    ),
    look(
      ids.map((id) => row(id === withItn ? '<|withitn|>' : '<|woitn|>')),
      textNorm,
    ),
  ];
}
