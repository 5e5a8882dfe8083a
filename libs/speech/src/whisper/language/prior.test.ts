import { expect, test } from 'vitest';
import { likeliest } from './prior.js';

test('a single word is in the language the person speaks, a sentence in the one it is in', () => {
  const thanks = { el: 0.41, en: 0.3, cy: 0.1 };
  expect(likeliest(thanks, ['en']).language).toBe('en');
  const sentence = { el: 0.995, en: 0.001 };
  expect(likeliest(sentence, ['en', 'ru']).language).toBe('el');
});

test('languages that Whisper hardly knows need more evidence', () => {
  expect(likeliest({ cy: 0.4, en: 0.3 }, []).language).toBe('en');
  expect(likeliest({ cy: 0.95, en: 0.02 }, []).language).toBe('cy');
});

test('where nothing is detected, the person’s own language is assumed', () => {
  expect(likeliest({}, ['ru', 'en'])).toEqual({ language: 'ru', probability: 0 });
  expect(likeliest({}, [])).toEqual({ language: 'en', probability: 0 });
});
