import { shareTime } from '../edit.js';
import { endsClause, endsSentence } from '../merge/sentence.js';
import type { Segment, Word } from '../model.js';
import { tokenize } from '../token.js';
import { singleLine } from '../word.js';
import type { SubtitleLimits } from './limit.js';

/** The smallest thing that is laid out: a word, the name before a turn, or a part of an overlong word. */
export interface Piece {
  text: string;
  /** Characters. */
  width: number;
  space: boolean;
  /** Seconds. */
  start: number;
  end: number;
  /** How bad it is to break after it: 0 after a sentence … 1000 never but for need. */
  breakCost: number;
  sentenceEnd: boolean;
}

/** Costs of a break after a piece, in arbitrary units; the order is the guide's: punctuation, before a function word, else. */
const cost = {
  sentence: 0,
  clause: 1,
  pause: 1,
  beforeFunctionWord: 3,
  plain: 5,
  afterFunctionWord: 12,
  within: 12,
  never: 1000,
};
/** A pause of half a second is heard as one. */
const heardPause = 0.5;
const longestPrefix = 24;

const marks = /[\p{M}\u200b-\u200f\u2060\ufeff]/gu;
const simple = /^[\u0020-\u02ff\u0370-\u0482\u048a-\u052f]*$/;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Characters as a viewer counts them: no combining or invisible ones. */
export const displayWidth = (text: string): number =>
  simple.test(text) ? text.length : [...text.replace(marks, '')].length;

/** A paragraph cut into pieces; `prefix` is the speaker's name where the format writes it into the text. */
export const pieces = (
  segment: Segment,
  functionWords: ReadonlySet<string>,
  { limits, prefix, language }: { limits: SubtitleLimits; prefix: string | null; language: string },
): Piece[] => {
  const words = timedWords(segment, language);
  const list: Piece[] = [];
  const first = words[0];
  if (prefix !== null && first !== undefined) {
    const most = Math.min(longestPrefix, limits.line - 2);
    const name = [...graphemes.segment(neutral(prefix))].map(({ segment }) => segment);
    const text = `${name.length > most ? `${name.slice(0, most - 1).join('')}…` : name.join('')}:`;
    list.push(piece(text, { ...first, end: first.start }, cost.never, true));
  }
  for (const [index, word] of words.entries()) {
    const next = words[index + 1];
    const sentence = endsSentence(word.text, next?.text);
    const last = piece(
      word.text,
      word,
      sentence ? cost.sentence : breakCost(word, next, functionWords),
      word.spaceBefore !== false,
    );
    last.sentenceEnd = sentence;
    // Two columns are kept free for the dash of a cue with two speakers.
    if (last.width > limits.line - 2) list.push(...splitLong(last, limits.line - 2));
    else list.push(last);
  }
  return list;
};

const piece = (
  text: string,
  { start, end }: { start: number; end: number },
  breakCost: number,
  space: boolean,
): Piece => ({
  text,
  width: displayWidth(text),
  space,
  start,
  end,
  breakCost,
  sentenceEnd: false,
});

/** The words as text that a subtitle can carry; a segment without words shares its time among them by length. */
const timedWords = (segment: Segment, language: string): Word[] => {
  const words =
    segment.words.length > 0 ? segment.words : shareTime(tokenize(segment.text, language), segment.start, segment.end);
  return words.flatMap((word) => {
    const text = neutral(word.text);
    return text === '' ? [] : [{ ...word, text }];
  });
};

/** Nothing a reader of SRT or WebVTT takes for a timing line or for the end of a cue. */
const neutral = (text: string): string => singleLine(text).replaceAll('-->', '→');

const breakCost = (word: Word, next: Word | undefined, functionWords: ReadonlySet<string>): number => {
  if (next === undefined) return cost.sentence;
  if (endsClause(word.text)) return cost.clause;
  if (next.start - word.end >= heardPause) return cost.pause;
  if (
    next.spaceBefore === false &&
    /[\p{L}\p{N}]$/u.test(word.text) &&
    /^[\p{Script=Latin}\p{Script=Cyrillic}\p{N}]/u.test(next.text)
  ) {
    return cost.within;
  }
  if (/\d$/.test(word.text) && /^\d/.test(next.text)) return cost.within;
  if (functionWords.has(bare(word.text))) return cost.afterFunctionWord;
  return functionWords.has(bare(next.text)) ? cost.beforeFunctionWord : cost.plain;
};

const bare = (text: string): string => text.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');

/** An address or a run of letters longer than a line has to be cut, between graphemes, its time shared. */
const splitLong = (long: Piece, most: number): Piece[] => {
  const parts: string[] = [];
  let current = '';
  for (const { segment } of graphemes.segment(long.text)) {
    if (current !== '' && displayWidth(current + segment) > most) {
      parts.push(current);
      current = '';
    }
    current += segment;
  }
  parts.push(current);
  return shareTime(
    parts.map((text) => ({ text })),
    long.start,
    long.end,
  ).map((word, index) => {
    const end = index === parts.length - 1;
    const part = piece(word.text, word, end ? long.breakCost : cost.within, index === 0 && long.space);
    part.sentenceEnd = end && long.sentenceEnd;
    return part;
  });
};
