import { segmentLanguage } from './language.js';
import type { Segment, Transcript, Word } from './model.js';
import { type Token, tokenize } from './token.js';
import { joinWords, singleLine } from './word.js';

/** Longest name of a speaker, in UTF-16 code units. */
export const longestName = 60;

/**
 * Gives a speaker a name, in a new transcript; an empty one takes the name away. Longer names are cut.
 * Throws RangeError where there is no such speaker.
 */
export const renameSpeaker = (transcript: Transcript, label: string, name: string): Transcript => {
  if (!transcript.speakers.list.some((speaker) => speaker.label === label)) throw new RangeError('No such speaker.');
  const chosen = singleLine([...singleLine(name)].slice(0, longestName).join(''));
  const list = transcript.speakers.list.map((speaker) =>
    speaker.label !== label ? speaker : chosen === '' ? { label } : { label, name: chosen },
  );
  return { ...transcript, speakers: { ...transcript.speakers, list } };
};

/**
 * Replaces the text of a segment, in a new transcript. Words that stay keep their times; new ones share the time of
 * those they replace, by length. An empty text removes the segment. Throws RangeError where there is no such segment.
 */
export const correctText = (transcript: Transcript, segmentIndex: number, text: string): Transcript => {
  const segment = transcript.segments[segmentIndex];
  if (segment === undefined) throw new RangeError('No such paragraph.');
  const words = realign(segment, tokenize(text, segmentLanguage(transcript, segment)));
  const segments = transcript.segments.flatMap((other, index) =>
    index !== segmentIndex ? [other] : words.length === 0 ? [] : [{ ...segment, words, text: joinWords(words) }],
  );
  return { ...transcript, segments, text: joinSegments(segments) };
};

const joinSegments = (segments: readonly Segment[]): string => joinWords(segments.flatMap(({ words }) => words));

/** Times for written tokens within a segment: those of equal old words (longest common subsequence), the rest shared out. */
const realign = (segment: Segment, tokens: readonly Token[]): Word[] => {
  const old = segment.words;
  const pairs = commonPairs(
    old.map(({ text }) => text),
    tokens.map(({ text }) => text),
  );
  const words: Word[] = [];
  let oldAt = 0;
  let newAt = 0;
  for (const [oldIndex, newIndex] of [...pairs, [old.length, tokens.length] as const]) {
    const fresh = tokens.slice(newAt, newIndex);
    // Replaced words take the time of what they replace; an insertion the silence between its neighbours.
    const before = words.at(-1)?.end ?? segment.start;
    const after = old[oldIndex]?.start ?? segment.end;
    const start = oldIndex > oldAt ? (old[oldAt]?.start ?? before) : before;
    const end = oldIndex > oldAt ? (old[oldIndex - 1]?.end ?? after) : after;
    // One by one: as arguments of a call a pasted book would overflow the stack.
    for (const word of shareTime(fresh, start, Math.max(start, end))) words.push(word);
    const kept = old[oldIndex];
    const token = tokens[newIndex];
    if (kept !== undefined && token !== undefined) words.push(withSpace({ ...kept }, token));
    oldAt = oldIndex + 1;
    newAt = newIndex + 1;
  }
  // What was first in the segment keeps its relation to the segment before.
  const first = words[0];
  if (first !== undefined) withSpace(first, old[0] ?? {});
  return words;
};

const withSpace = (word: Word, like: { spaceBefore?: boolean | undefined }): Word => {
  delete word.spaceBefore;
  if (like.spaceBefore !== undefined) word.spaceBefore = like.spaceBefore;
  return word;
};

/** Words for tokens, sharing `[start, end]` by length. */
export const shareTime = (tokens: readonly Token[], start: number, end: number): Word[] => {
  const total = tokens.reduce((sum, { text }) => sum + text.length, 0);
  let at = start;
  return tokens.map((token) => {
    const until = Math.min(end, at + ((end - start) * token.text.length) / total);
    const word: Word = { ...token, start: at, end: until };
    at = until;
    return word;
  });
};

/** Index pairs of a longest common subsequence; common ends are cut first, so a small edit costs little. */
const commonPairs = (a: readonly string[], b: readonly string[]): (readonly [number, number])[] => {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail])
    tail += 1;
  const pairs: (readonly [number, number])[] = Array.from({ length: head }, (_, index) => [index, index] as const);
  const rows = a.length - head - tail;
  const columns = b.length - head - tail;
  // Beyond this a person has pasted another text: aligning word by word would mean nothing.
  if (rows * columns <= 4_000_000) {
    const width = columns + 1;
    const table = new Uint16Array((rows + 1) * width);
    for (let i = rows - 1; i >= 0; i -= 1) {
      for (let j = columns - 1; j >= 0; j -= 1) {
        table[i * width + j] =
          a[head + i] === b[head + j]
            ? (table[(i + 1) * width + j + 1] ?? 0) + 1
            : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
      }
    }
    for (let i = 0, j = 0; i < rows && j < columns; ) {
      if (a[head + i] === b[head + j]) pairs.push([head + i++, head + j++]);
      else if ((table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0)) i += 1;
      else j += 1;
    }
  }
  for (let index = tail; index > 0; index -= 1) pairs.push([a.length - index, b.length - index]);
  return pairs;
};
