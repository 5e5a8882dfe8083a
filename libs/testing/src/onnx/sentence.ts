import type { Graph, Value } from './graph.js';
import { idOf, type Vocabulary } from './vocabulary.js';

/** What the autoregressive families write for any sound at all. */
export const fixedSentence = 'low high';

/** A sentence as one of these families writes it, token by token. */
export interface FixedText {
  readonly vocabulary: Pick<Vocabulary, 'tokens'>;
  /** The tokens of the sentence. */
  readonly pieces: readonly string[];
  /** The token before the sentence, and the one after it. */
  readonly begin: string;
  readonly end: string;
  /** What follows other tokens than these; by default the end. */
  readonly others?: Readonly<Record<string, string>>;
}

/**
 * The logits of the token that follows.
 *
 * @param last int32 or int64 (batch, n): tokens
 * @param sound float, any shape: 1 where the encoder found sound, else 0; without any the text ends at once
 * @returns float (batch, n, tokens)
 */
export function following(graph: Graph, { last, sound }: { last: Value; sound: Value }, fixedText: FixedText): Value {
  const { vocabulary, pieces, begin, end, others = {} } = fixedText;
  const id = (token: string): number => idOf(vocabulary, token);
  const next = new Array<number>(vocabulary.tokens.length).fill(id(end));
  const chain = [begin, ...pieces, end];
  for (const [at, token] of chain.slice(0, -1).entries()) next[id(token)] = id(chain[at + 1] as string);
  for (const [token, follower] of Object.entries(others)) next[id(token)] = id(follower);

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
  return graph.apply('Transpose', [graph.apply('Cast', [present], { to: 1 })], { perm: [0, 2, 1] });
}
