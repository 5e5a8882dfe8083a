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
 * frames apart. A tone that begins within the longest word is passed over: words never mix, whatever the sound.
 *
 * @param onsets float (batch, 2, frames), of `toneOnsets`
 * @returns float (batch, tokens, frames): 1 where a token is said, else 0
 */
export function spell(graph: Graph, onsets: Value, vocabulary: Vocabulary, spacing = 1): Value {
  const { low, high, between } = vocabulary.spelling;
  const words: Word[] = between === undefined ? [low, high] : [[undefined, ...low], [undefined, ...high], [between]];
  const width = spacing * (Math.max(...words.map((word) => word.length)) - 1) + 1;
  const apart = graph.apply('Mul', [onsets, unlessRecent(graph, onsets, width)]);
  const beginnings =
    between === undefined ? apart : graph.apply('Concat', [apart, afterFirst(graph, apart)], { axis: 1 });

  const { tokens } = vocabulary;
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

/** Tokens one after another; a place may be empty. */
type Word = readonly (string | undefined)[];

/** 0 in frames that follow an onset of either tone by fewer than `width` frames, else 1: float (batch, 1, frames). */
function unlessRecent(graph: Graph, onsets: Value, width: number): Value {
  const any = graph.apply('ReduceMax', [onsets], { axes: [1], keepdims: 1 });
  const before = graph.apply('Pad', [any, graph.constant('int64', [0, 0, width, 0, 0, -1])]);
  const recent = graph.apply('MaxPool', [before], { kernel_shape: [width] });
  return graph.apply('Sub', [graph.constant('float', [1]), recent]);
}

/** The onsets of either tone but for the first of the recording: float (batch, 1, frames). */
function afterFirst(graph: Graph, onsets: Value): Value {
  const any = graph.apply('ReduceMax', [onsets], { axes: [1], keepdims: 1 });
  const earlier = graph.apply('CumSum', [any, graph.constant('int64', [2], [])], { exclusive: 1 });
  return graph.apply('Mul', [any, graph.apply('Min', [earlier, graph.constant('float', [1])])]);
}
