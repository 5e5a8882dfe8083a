import { expect, test } from 'vitest';
import { sampleRate } from '../../wav/sample-rate.js';
import type { LanguageShares, Piece } from '../answer.js';
import { doubtsOf, withLoneParts } from './doubt.js';

/** Words of half a second each, with a log probability. */
const pieces = (text: string, p: number): Piece[] =>
  text.split(' ').map((word, index) => ({
    text: ` ${word}`,
    p,
    start: index / 2,
    end: (index + 1) / 2,
    aligned: (index + 1) / 2,
    mark: false,
  }));
const isDoubted = (text: string, p: number, shares: LanguageShares, { base = 'en', seconds = 2.5 } = {}) =>
  doubtsOf(
    { pieces: text === '' ? [] : pieces(text, p), noSpeech: 0.1, languages: [shares] },
    [{ from: 0, to: seconds * sampleRate, at: 0 }],
    base,
  )[0];

test('unsure words in what sounds like another language', () => {
  expect(isDoubted('the village of Nadecho', -0.9, { ru: 0.1, bs: 0.4 })).toBe(true);
  expect(isDoubted('the village of Nantes', -0.1, { ru: 0.1, bs: 0.4 })).toBe(false);
  expect(isDoubted('the village of Nadecho', -0.9, { en: 0.6, ru: 0.1 })).toBe(false);
});

test('words in letters that the language is not written in', () => {
  expect(isDoubted('Мы visit her every', -0.2, { en: 0.9 }, { base: 'ru' })).toBe(true);
  expect(isDoubted('Мы купили новый iPhone', -0.2, { en: 0.9 }, { base: 'ru' })).toBe(false);
});

test('no words at all, where it surely sounds like another language', () => {
  expect(isDoubted('', 0, { en: 0.9 }, { base: 'ru' })).toBe(true);
  expect(isDoubted('', 0, { en: 0.4, ja: 0.3 }, { base: 'ru' })).toBe(false);
});

test('a word by itself is not doubted', () => {
  expect(isDoubted('Poole', -0.9, { ko: 0.9 }, { seconds: 1.1 })).toBe(false);
});

const part = (shares: LanguageShares, seconds = 2.5) => ({ shares, seconds });

test('a sentence in another language is found among others, also where the path goes past it', () => {
  const english = part({ en: 0.97 });
  const russian = part({ ru: 0.98, en: 0.01 });
  const mixed = part({ ru: 0.74, en: 0.21 });
  expect(withLoneParts([english, russian, english, mixed], ['en', 'en', 'en', 'en'])).toEqual(['en', 'ru', 'en', 'ru']);
  expect(withLoneParts([russian, english, russian], ['ru', 'ru', 'ru'])).toEqual(['ru', 'en', 'ru']);
});

test('what merely sounds like another language changes nothing, nor does a word', () => {
  const english = part({ en: 0.97 });
  expect(withLoneParts([english, part({ ru: 0.9, en: 0.02 })], ['en', 'en'])).toEqual(['en', 'en']);
  expect(withLoneParts([english, part({ cy: 0.99 }, 1.2)], ['en', 'en'])).toEqual(['en', 'en']);
  expect(withLoneParts([english, part({ ru: 0.98 }), part({ ru: 0.5, en: 0.45 })], ['en', null, 'en'])).toEqual([
    'en',
    null,
    'en',
  ]);
});
