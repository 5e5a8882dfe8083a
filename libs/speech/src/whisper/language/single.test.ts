import { expect, test } from 'vitest';
import { bestOf, candidatesOf } from './single.js';

const result = (text: string, p: number) => ({
  pieces: [{ text, p, start: 0, end: 1, aligned: 1, mark: false }],
  noSpeech: 0,
  languages: [],
});

test('a word whose language is clear is tried in one, another in several and in what the person speaks', () => {
  expect(candidatesOf({ ru: 0.97, uk: 0.02 }, [])).toEqual(['ru']);
  expect(candidatesOf({ ja: 0.37, ko: 0.25, en: 0.21, de: 0.05, fr: 0.04, es: 0.03, pl: 0.01 }, ['pl'])).toContain(
    'pl',
  );
});

test('language and text together decide: "Yes." is no Japanese', () => {
  const shares = { ja: 0.38, en: 0.21 };
  const results = [
    { language: 'ja', alone: result('イエス', -1.7) },
    { language: 'en', alone: result(' Yes.', -0.9) },
  ];
  expect(bestOf(results, shares, [])?.language).toBe('en');
  expect(bestOf([{ language: 'ja', alone: result('', 0) }], shares, [])).toBeNull();
});

test('what the surroundings make clear counts: "Да, хорошо." is no Japanese', () => {
  const shares = { ja: 0.36, ru: 0.06 };
  const results = [
    { language: 'ja', alone: result('さあ', -2.3), wide: result('はい', -8.5) },
    { language: 'ru', alone: result(' Давай', -6.3), wide: result(' Да, хорошо.', -0.2) },
  ];
  expect(bestOf(results, shares, [])?.language).toBe('ru');
  expect(bestOf([{ language: 'ru', alone: result('', 0), wide: result(' Да.', -0.2) }], shares, [])).toBeNull();
});
