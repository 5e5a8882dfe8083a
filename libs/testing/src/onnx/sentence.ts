import type { Graph, Value } from './graph.js';
import { dataType } from './schema.js';
import { idOf, type Vocabulary } from './vocabulary.js';

/** What the autoregressive families write for any sound at all. */
export const fixedSentence = 'low high';

/** The same in the languages that Canary can be asked for; it looks like a translation. */
export const fixedSentences = { en: fixedSentence, de: 'tief hoch', es: 'bajo alto', fr: 'grave aigu' } as const;

/** How one of these families goes from token to token. */
export interface FixedText {
  readonly vocabulary: Pick<Vocabulary, 'tokens'>;
  /** Tokens that follow each other: a sentence, from the token before it to the one after it. */
  readonly chains: readonly (readonly string[])[];
  /** What follows every other token. */
  readonly end: string;
}

/** What the decoder knows. */
export interface DecoderState {
  /** int32 or int64 (batch, n): tokens. */
  readonly last: Value;
  /** float, any shape: 1 where the encoder found sound, else 0; without any the text ends at once. */
  readonly sound: Value;
}

/** The logits of the token that follows: float (batch, n, tokens). */
export function following(graph: Graph, { last, sound }: DecoderState, { vocabulary, chains, end }: FixedText): Value {
  const id = (token: string): number => idOf(vocabulary, token);
  const next = new Array<number>(vocabulary.tokens.length).fill(id(end));
  for (const chain of chains)
    for (const [at, token] of chain.slice(0, -1).entries()) next[id(token)] = id(chain[at + 1] as string);

  const follower = graph.apply('Gather', [graph.constant('int64', next), last], { axis: 0 });
  const depth = graph.constant('int64', [next.length], []);
  const said = graph.apply('OneHot', [follower, depth, graph.constant('float', [0, 20])], { axis: -1 });
  const silence = graph.apply('Sub', [
    graph.constant('float', [1]),
    graph.apply('ReduceMax', [sound], { keepdims: 0 }),
  ]);
  const ended = next.map((_, at) => (at === id(end) ? 40 : 0));
  return graph.apply('Add', [said, graph.apply('Mul', [silence, graph.constant('float', ended)])]);
}

/**
 * Where there is sound: 1 in frames where any of the features is above a level, else 0.
 *
 * @param features float (batch, channels, frames)
 * @returns float (batch, ceil(frames / subsampling), 1)
 */
export function soundActivity(
  graph: Graph,
  features: Value,
  { above, subsampling }: { above: number; subsampling: number },
): Value {
  const highest = graph.apply('ReduceMax', [features], { axes: [1], keepdims: 1 });
  const whole = graph.apply('Pad', [highest, graph.constant('int64', [0, 0, 0, 0, 0, subsampling - 1])], {
    mode: 'edge',
  });
  const pooled = graph.apply('MaxPool', [whole], { kernel_shape: [subsampling], strides: [subsampling] });
  const present = graph.apply('Greater', [pooled, graph.constant('float', [above])]);
  return graph.apply('Transpose', [graph.apply('Cast', [present], { to: dataType.float })], { perm: [0, 2, 1] });
}
