import type { Word } from './model.js';

/** The words as written: a space between them but where `spaceBefore` is false. */
export const joinWords = (words: readonly Pick<Word, 'text' | 'spaceBefore'>[]): string => {
  let text = '';
  for (const word of words) {
    if (text !== '' && word.spaceBefore !== false) text += ' ';
    text += word.text;
  }
  return text;
};

/** One line of plain text: runs of white space become one space, control characters vanish. */
export const singleLine = (text: string): string =>
  text
    .replace(/[\s\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\ufffe\uffff]/gu, '')
    .replace(/ {2,}/g, ' ')
    .trim();
