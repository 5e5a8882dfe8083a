import { expect, test } from 'vitest';
import type { Piece } from './answer.js';
import { probabilityOf, wordsOf } from './word.js';

/** Pieces of 0.2 s, one after the other, as the aligned engine tells them. */
const pieces = (...texts: string[]): Piece[] =>
  texts.map((text, index) => ({
    text,
    p: -0.1,
    start: 0.2 * index,
    end: 0.2 * (index + 1),
    aligned: 0.2 * (index + 1),
    mark: false,
  }));
const texts = (given: Piece[], language = 'en') => wordsOf(given, language).map(({ text }) => text);

test('a leading space begins a word, punctuation belongs to the word before', () => {
  expect(texts(pieces(' Did', ' you', ' re', 'ad', ' it', '?', ' "', 'Yes', ',"', ' he', ' said', '.'))).toEqual([
    'Did',
    'you',
    'read',
    'it?',
    '"Yes,"',
    'he',
    'said.',
  ]);
});

test('a dash that stands alone is no word, and keeps its distance', () => {
  expect(texts(pieces(' —', ' Москва', ' —', ' столица', '.'))).toEqual(['Москва —', 'столица.']);
});

test('scripts without spaces are divided piece by piece', () => {
  const words = wordsOf(pieces('今', '日', 'は', '。', '雨'), 'ja');
  expect(words.map(({ text, spaceBefore }) => [text, spaceBefore])).toEqual([
    ['今', false],
    ['日', false],
    ['は。', false],
    ['雨', false],
  ]);
});

test('a pause before a word is not the word', () => {
  const [first, second] = wordsOf([...pieces(' One'), { ...pieces(' two')[0], end: 9, aligned: 9 } as Piece], 'en');
  expect(first?.end).toBeCloseTo(0.2);
  expect(second?.end).toBe(9);
  expect(second?.start).toBeGreaterThan(8.4);
});

test('a word is as likely as its pieces are together', () => {
  const [word] = wordsOf(
    pieces(' re', 'ad').map((piece, index) => ({ ...piece, p: index === 0 ? 0 : Math.log(0.25) })),
    'en',
  );
  expect(word && probabilityOf(word)).toBeCloseTo(0.5);
});
