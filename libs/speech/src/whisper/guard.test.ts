import { expect, test } from 'vitest';
import { compressionRatio, withoutHallucinations } from './guard.js';
import type { RecognizedWord } from './word.js';

const words = (text: string, p = -0.2): RecognizedWord[] =>
  text.split(' ').map((word, index) => ({
    text: word,
    spaceBefore: true,
    start: index * 0.3,
    end: index * 0.3 + 0.3,
    logProbabilities: [p],
  }));
const textOf = (recognized: readonly RecognizedWord[]) => recognized.map(({ text }) => text).join(' ');
const sure = { pieces: [], noSpeech: 0.01, languages: [] };

test('speech stays as it is, with what people repeat', () => {
  const text = 'No, no, no, no, I said no. Very, very good. Never say never.';
  expect(textOf(withoutHallucinations(sure, words(text), 6))).toBe(text);
});

test('where the model detects no speech and is unsure, nothing was spoken', () => {
  const result = { pieces: [], noSpeech: 0.9, languages: [] };
  expect(withoutHallucinations(result, words('Thanks for watching', -1.4), 2)).toEqual([]);
  expect(withoutHallucinations(result, words('Thanks for watching', -0.3), 2)).toHaveLength(3);
});

test('two words in half a minute are an invention', () => {
  expect(withoutHallucinations(sure, words('Thank you.'), 30)).toEqual([]);
  expect(withoutHallucinations(sure, words('Thank you.'), 2)).toHaveLength(2);
});

test('text that repeats itself deflates well', () => {
  expect(compressionRatio('The warehouse in Hamburg promised the second week of March.')).toBeLessThan(1.3);
  expect(compressionRatio('so '.repeat(100))).toBeGreaterThan(10);
  expect(compressionRatio('')).toBe(0);
});
