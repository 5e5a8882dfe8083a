import type { Graph, Value } from './graph.js';

/** How a family spells the two words: their tokens, in the order they are said. No token follows itself. */
export interface Spelling {
  readonly low: readonly string[];
  readonly high: readonly string[];
  /** A token between two words, where words do not begin with a mark of their own. */
  readonly between?: string;
}

/** A family's tokens. */
export interface Vocabulary {
  /** By id. */
  readonly tokens: readonly string[];
  readonly spelling: Spelling;
}

/** The text of tokens.txt: a token and its id a line, as the export scripts of sherpa-onnx write it. */
export const tokensFile = ({ tokens }: Pick<Vocabulary, 'tokens'>): string =>
  tokens.map((token, id) => `${token} ${id}\n`).join('');

/** The id of the blank: of the token `<blk>`, or 0. */
export const blank = ({ tokens }: Vocabulary): number => Math.max(0, tokens.indexOf('<blk>'));

/** The id of a token. */
export function idOf({ tokens }: Pick<Vocabulary, 'tokens'>, token: string): number {
  const id = tokens.indexOf(token);
  if (id < 0) throw new Error(`no token ${token}`);
  return id;
}

/**
 * Spells a word where each tone begins: its first token in that frame, or the one after it if there is a token between words; the others `spacing`
 * frames apart.
 *
 * @param onsets float (batch, 2, frames), of `toneOnsets`
 * @returns float (batch, tokens, frames): 1 where a token is said, else 0
 */
export function spell(graph: Graph, onsets: Value, vocabulary: Vocabulary, spacing = 1): Value {
  const { low, high, between } = vocabulary.spelling;
  if (between === undefined) return sequences(graph, onsets, { vocabulary, words: [low, high], spacing });
  const repeated = graph.apply('Concat', [onsets, afterFirst(graph, onsets)], { axis: 1 });
  const words = [[undefined, ...low], [undefined, ...high], [between]];
  return sequences(graph, repeated, { vocabulary, words, spacing });
}

/** Tokens one after another; a place may be empty. */
type Word = readonly (string | undefined)[];

/** Says a word for each 1 in its channel of `beginnings`, float (batch, words, frames). */
function sequences(
  graph: Graph,
  beginnings: Value,
  { vocabulary, words, spacing }: { vocabulary: Vocabulary; words: readonly Word[]; spacing: number },
): Value {
  const { tokens } = vocabulary;
  const width = spacing * (Math.max(...words.map((word) => word.length)) - 1) + 1;
  const weight = new Array<number>(tokens.length * words.length * width).fill(0);
  words.forEach((word, channel) => {
    word.forEach((token, place) => {
      if (token === undefined) return;
      // A convolution that looks back `spacing * place` frames.
      weight[(idOf(vocabulary, token) * words.length + channel) * width + width - 1 - spacing * place] = 1;
    });
  });
  const kernel = graph.constant('float', weight, [tokens.length, words.length, width]);
  return graph.apply('Conv', [beginnings, kernel], { kernel_shape: [width], pads: [width - 1, 0] });
}

/** The onsets of either tone but for the first of the recording: float (batch, 1, frames). */
function afterFirst(graph: Graph, onsets: Value): Value {
  const any = graph.apply('ReduceMax', [onsets], { axes: [1], keepdims: 1 });
  const earlier = graph.apply('CumSum', [any, graph.constant('int64', [2], [])], { exclusive: 1 });
  return graph.apply('Mul', [any, graph.apply('Min', [earlier, graph.constant('float', [1])])]);
}
