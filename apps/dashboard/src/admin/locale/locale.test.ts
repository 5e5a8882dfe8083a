import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
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

const english = sentences(wordsOf('en'));
const russian = sentences(wordsOf('ru'));

test('Russian says everything English says, and nothing else', () => {
  expect([...russian.keys()].sort()).toEqual([...english.keys()].sort());
});

test('every sentence is used', () => {
  const src = new URL('../../', import.meta.url);
  const code = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(new URL(name, src), 'utf8'))
    .join('\n');
  const used = new Set(code.match(/[\w-]+/g));
  // Looked up by a code, a state, a status or a setting's name.
  const computed =
    /^\.(errors|job|state|stage|status|role|roleMeans|channel|settings\.(names|hints)|overview\.telegramAway|task\.removedFor|signIn\.problems)\./;
  const unused = [...english.keys()].filter((path) => !computed.test(path) && !used.has(path.split('.').at(-1) ?? ''));
  expect(unused).toEqual([]);
});

test('no sentence is empty', () => {
  for (const [path, text] of [...english, ...russian]) expect(text.trim(), path).not.toBe('');
});

test('Russian sentences are Russian, but for names and signs', () => {
  const same = new Set([
    '.models.whisper',
    '.models.recognizer',
    '.code',
    '.product',
    '.channel.telegram',
    '.channel.stream',
    '.time.none',
    '.people.id',
  ]);
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
