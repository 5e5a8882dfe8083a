import { expect, test } from 'vitest';
import { en } from './en.js';
import { acceptedLocale, wordsOf } from './locale.js';

/** Every sentence by its path, functions called with sample values. */
const sentences = (words: object, path = ''): Map<string, string> => {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    const at = `${path}.${key}`;
    if (typeof value === 'function') found.set(at, String((value as (...given: unknown[]) => string)(3, 5)));
    else if (typeof value === 'object') for (const [inner, text] of sentences(value, at)) found.set(inner, text);
    else found.set(at, String(value));
  }
  return found;
};

const english = sentences(en);
const russian = sentences(wordsOf('ru'));

test('Russian says everything English says, and nothing else', () => {
  expect([...russian.keys()].sort()).toEqual([...english.keys()].sort());
});

test('no sentence is empty', () => {
  for (const [path, text] of [...english, ...russian]) expect(text.trim(), path).not.toBe('');
});

test('Russian sentences are Russian, but for names and signs', () => {
  const same = new Set(['.code', '.product', '.channel.telegram', '.channel.stream', '.time.none', '.people.id']);
  for (const [path, text] of russian) {
    if (same.has(path) || path.startsWith('.analytics.p9')) continue;
    expect(text, path).toMatch(/[а-яё]/i);
  }
});

test.each([
  ['ru-RU,ru;q=0.9,en;q=0.8', 'ru'],
  ['de, en;q=0.5, ru;q=0.7', 'ru'],
  ['fr', 'en'],
  ['', 'en'],
])('of %s we speak %s', (header, locale) => {
  expect(acceptedLocale(header)).toBe(locale);
});
