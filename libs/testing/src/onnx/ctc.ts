import type { Graph, Value } from './graph.js';
import { blank, type Vocabulary } from './vocabulary.js';

/**
 * What a CTC model makes of the tokens that are said.
 *
 * @param said float (batch, tokens, frames): 1 where a token is said
 * @returns float (batch, frames, tokens): logits, of which the blank's is the highest where nothing is said
 */
export function ctcLogits(graph: Graph, said: Value, vocabulary: Vocabulary): Value {
  const id = blank(vocabulary);
  const silence = graph.constant(
    'float',
    vocabulary.tokens.map((_, at) => (at === id ? 0.5 : 0)),
  );
  const byFrame = graph.apply('Transpose', [said], { perm: [0, 2, 1] });
  // Far apart: a token is as good as certain.
  return graph.apply('Mul', [graph.apply('Add', [byFrame, silence]), graph.constant('float', [20])]);
}
