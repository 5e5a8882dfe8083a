import type { Graph, Value } from './graph.js';

/** How a family spells the two words. */
export interface Spelling {
  /** The tokens of the words, in the order they are said. */
  readonly low: readonly string[];
  readonly high: readonly string[];
}

/** A family's tokens. */
export interface Vocabulary {
  /** By id. */
  readonly tokens: readonly string[];
  readonly spelling: Spelling;
}

/** The text of tokens.txt: a token and its id a line, as the export scripts of sherpa-onnx write it. */
export const tokensFile = ({ tokens }: Vocabulary): string => tokens.map((token, id) => `${token} ${id}\n`).join('');

/** The id of a token. */
export function idOf({ tokens }: Vocabulary, token: string): number {
  const id = tokens.indexOf(token);
  if (id < 0) throw new Error(`no token ${token}`);
  return id;
}

/**
 * Spells a word where each tone begins: its first token in that frame, the others `spacing` frames apart.
 *
 * @param onsets float (batch, 2, frames), of `toneOnsets`
 * @returns float (batch, tokens, frames): 1 where a token is said, else 0
 */
export function spell(graph: Graph, onsets: Value, vocabulary: Vocabulary, spacing = 1): Value {
  const { tokens, spelling } = vocabulary;
  const words = [spelling.low, spelling.high];
  const width = spacing * (Math.max(...words.map((word) => word.length)) - 1) + 1;
  const weight = new Array<number>(tokens.length * words.length * width).fill(0);
  words.forEach((word, channel) => {
    word.forEach((token, place) => {
      // A convolution that looks back `spacing * place` frames.
      weight[(idOf(vocabulary, token) * words.length + channel) * width + width - 1 - spacing * place] = 1;
    });
  });
  const kernel = graph.constant('float', weight, [tokens.length, words.length, width]);
  return graph.apply('Conv', [onsets, kernel], { kernel_shape: [width], pads: [width - 1, 0] });
}
