import { describe, expect, it } from 'vitest';
import { normalizeWords, wordErrorRate } from './word-error-rate.js';

describe('word error rate', () => {
  it('is zero when only case, punctuation and ё differ', () => {
    expect(wordErrorRate('Ещё раз, пожалуйста!', 'еще раз пожалуйста').rate).toBe(0);
  });

  it('counts each kind of error', () => {
    expect(wordErrorRate('one two three four five six', 'one too three five six seven eight')).toEqual({
      rate: 4 / 6,
      substitutions: 1,
      deletions: 1,
      insertions: 2,
      words: 6,
    });
  });

  it('counts every word of an empty hypothesis as deleted', () => {
    expect(wordErrorRate('one two', '')).toMatchObject({ rate: 1, deletions: 2 });
    expect(wordErrorRate('', 'one').rate).toBe(Number.POSITIVE_INFINITY);
    expect(wordErrorRate('', '...').rate).toBe(0);
  });

  it('keeps the apostrophe of a word and drops quotes', () => {
    expect(normalizeWords("‘Don’t’ — she said, 'no'")).toEqual(["don't", 'she', 'said', 'no']);
  });
});
