import { isUnspaced } from './script.js';
import { singleLine } from './word.js';

/** A word of written text, before it has a time. */
export interface Token {
  text: string;
  /** False where it follows the one before it without a space. */
  spaceBefore?: boolean;
}

/** Splits text into words with their punctuation: at spaces, and in languages without them as ICU's dictionary does. */
export const tokenize = (text: string, language: string): Token[] => {
  const spaced = singleLine(text)
    .split(' ')
    .filter((part) => part !== '');
  if (!isUnspaced(language)) return spaced.map((part) => ({ text: part }));
  const segmenter = new Intl.Segmenter(language === 'yue' ? 'zh' : language, { granularity: 'word' });
  const tokens: Token[] = [];
  for (const part of spaced) {
    let glue = false;
    for (const { segment, isWordLike } of segmenter.segment(part)) {
      const last = tokens.at(-1);
      if (!isWordLike && glue && last !== undefined) last.text += segment;
      else tokens.push(glue ? { text: segment, spaceBefore: false } : { text: segment });
      glue = true;
    }
  }
  return tokens;
};
