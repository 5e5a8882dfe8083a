/** How a text differs from what was said. */
export interface WordErrors {
  /** Errors by words of the reference; may exceed 1. 0 for two empty texts, Infinity if only the reference is empty. */
  readonly rate: number;
  readonly substitutions: number;
  readonly deletions: number;
  readonly insertions: number;
  /** Words of the reference. */
  readonly words: number;
}

/**
 * The words of a text as they are compared: NFKC, lower case, `ё` as `е`, every character that is neither letter, digit nor
 * an apostrophe within a word taken as a blank. Numbers and abbreviations are not spelled out, and fillers stay.
 */
export function normalizeWords(text: string): string[] {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replace(/[’ʼ`]/g, "'")
    .replace(/[^\p{L}\p{N}\p{M}']+/gu, ' ')
    .replace(/(?<![\p{L}\p{N}])'|'(?![\p{L}\p{N}])/gu, ' ')
    .trim();
  return plain === '' ? [] : plain.split(/\s+/);
}

/**
 * Word error rate: the fewest substitutions, deletions and insertions that turn the reference into the hypothesis
 * (Levenshtein distance over normalized words), divided by the number of words of the reference.
 */
export function wordErrorRate(reference: string, hypothesis: string): WordErrors {
  const expected = normalizeWords(reference);
  const heard = normalizeWords(hypothesis);
  let row: Cell[] = Array.from({ length: heard.length + 1 }, (_, insertions) => ({
    cost: insertions,
    substitutions: 0,
    deletions: 0,
    insertions,
  }));
  for (const word of expected) row = nextRow(row, word, heard);
  const { cost, ...counts } = row.at(-1) as Cell;
  const rate = expected.length === 0 ? (cost === 0 ? 0 : Number.POSITIVE_INFINITY) : cost / expected.length;
  return { rate, ...counts, words: expected.length };
}

interface Cell {
  readonly cost: number;
  readonly substitutions: number;
  readonly deletions: number;
  readonly insertions: number;
}

function nextRow(above: readonly Cell[], word: string, heard: readonly string[]): Cell[] {
  const row: Cell[] = [];
  above.forEach((up, at) => {
    let best: Cell = { ...up, cost: up.cost + 1, deletions: up.deletions + 1 };
    const left = row[at - 1];
    const diagonal = above[at - 1];
    if (left && diagonal) {
      const same = heard[at - 1] === word;
      const replaced = same
        ? diagonal
        : { ...diagonal, cost: diagonal.cost + 1, substitutions: diagonal.substitutions + 1 };
      if (replaced.cost <= best.cost) best = replaced;
      if (left.cost + 1 < best.cost) best = { ...left, cost: left.cost + 1, insertions: left.insertions + 1 };
    }
    row.push(best);
  });
  return row;
}
