import type { Word } from '../model.js';

/** A silence this long inside running words ends a sentence even without a full stop, in seconds. */
const sentencePause = 2;

const terminator = /[.!?…。！？。؟۔।॥։።]["'”’»)\]」』）】]*$/u;
const clause = /[,;:—–،؛、，；：]["'”’»)\]」』）】]*$/u;

/** Shortened words whose full stop does not end a sentence (lower case, without the stop). */
const abbreviations: ReadonlySet<string> = new Set(
  'mr mrs ms dr prof sr jr st vs etc e.g i.e no inc ltd т.е т.д т.п г гг ул им др пр стр руб тыс млн bzw usw z.b d.h ca nr m mme'.split(
    ' ',
  ),
);
const maybeEnd: ReadonlySet<string> = new Set(
  'etc no т.д т.п др г гг usw inc ltd jr sr руб тыс млн стр m st'.split(' '),
);

/** Whether a word closes a sentence, judged by its punctuation and by how the next word begins. */
export const endsSentence = (text: string, next: string | undefined): boolean => {
  if (!terminator.test(text)) return false;
  if (next === undefined) return true;
  const bare = text.replace(/[^\p{L}\p{N}]+$/u, '').toLowerCase();
  const startsLower = /^[^\p{L}\p{N}]*\p{Ll}/u.test(next);
  if (/\.{2,}$|…$/u.test(text)) return !startsLower;
  if (!text.includes('.')) return true;
  if (startsLower) return false;
  if (abbreviations.has(bare) && !maybeEnd.has(bare)) return false;
  // Initials: "J. Smith", «А. С. Пушкин».
  return !/^\p{Lu}$/u.test(bare);
};

/** Whether a clause ends after the word. */
export const endsClause = (text: string): boolean => clause.test(text);

/** Index after the last word of each sentence, rising; the last equals the number of words. */
export const sentenceEnds = (words: readonly Word[]): number[] => {
  const ends: number[] = [];
  for (const [index, word] of words.entries()) {
    const next = words[index + 1];
    if (next === undefined || endsSentence(word.text, next.text) || next.start - word.end >= sentencePause) {
      ends.push(index + 1);
    }
  }
  return ends;
};
