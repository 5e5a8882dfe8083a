import type { SpokenWords } from './channel.js';
import { endsClause, endsSentence } from './sentence.js';

/** Where a paragraph ends. Characters are UTF-16 code units, times seconds. */
export interface ParagraphLimits {
  /** A pause this long after a sentence ends the paragraph. */
  pause: number;
  /** A silence this long ends it even within a sentence: no one keeps a sentence up so long. */
  silence: number;
  /** From this length on it ends with its sentence. */
  comfortable: number;
  /** From this length on a comma is enough (speech without full stops). */
  long: number;
  /** Never longer than this, but for a single longer word. */
  most: number;
}

/** About what fits a phone's screen: five lines, ten, and a screenful. */
const paragraphLimits: ParagraphLimits = { pause: 1.5, silence: 6, comfortable: 400, long: 800, most: 1200 };

/**
 * Splits words into paragraphs at changes of speaker or language, before words that begin a turn in any case, at pauses and, when
 * long, ends of sentences. Returns ranges `[from, to)`.
 */
export const paragraphs = ({ words, clusters: speakers, languages, turns }: SpokenWords): [number, number][] => {
  const limits = paragraphLimits;
  const ranges: [number, number][] = [];
  let from = 0;
  let length = 0;
  for (const [index, word] of words.entries()) {
    length += word.text.length + (index > from && word.spaceBefore !== false ? 1 : 0);
    const next = words[index + 1];
    if (next === undefined) {
      ranges.push([from, index + 1]);
      break;
    }
    const pause = next.start - word.end;
    const sentence = endsSentence(word.text, next.text);
    const ends =
      turns.has(index + 1) ||
      (speakers[index] ?? null) !== (speakers[index + 1] ?? null) ||
      languages[index] !== languages[index + 1] ||
      pause >= limits.silence ||
      (sentence && (pause >= limits.pause || length >= limits.comfortable)) ||
      (length >= limits.long && endsClause(word.text)) ||
      length + next.text.length + 1 > limits.most;
    if (!ends) continue;
    ranges.push([from, index + 1]);
    from = index + 1;
    length = 0;
  }
  return ranges;
};
