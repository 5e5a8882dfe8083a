import { readdirSync, readFileSync } from 'node:fs';
import { taskErrorCodes } from '@whisper-bot/task';
import { type Locale, locales, textsIn } from '@whisper-bot/text';
import { expect, test } from 'vitest';
import { renderFailure } from '../render/status.js';
import { chooseLocale, inLocale } from './locale.js';

/** Key → the names of the values its text takes. */
const shape = (locale: Locale): Record<string, string[]> =>
  Object.fromEntries(
    Object.entries(textsIn(locale).bot).map(([key, text]): [string, string[]] => {
      const names = new Set<string>();
      const given = new Proxy({}, { get: (_target, name) => names.add(String(name)).size });
      if (typeof text === 'function') (text as (values: object) => string)(given);
      return [key, [...names].sort()];
    }),
  );

const sources = (directory: URL): string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? sources(new URL(`${entry.name}/`, directory))
      : entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts')
        ? [readFileSync(new URL(entry.name, directory), 'utf8')]
        : [],
  );

test('both languages have the same keys and the same placeholders', () => {
  expect(shape('ru')).toEqual(shape('en'));
  expect(shape('en')['rename-done']).toEqual(['name', 'speaker']);
});

test('every key the code asks for exists, and every key is asked for', () => {
  const code = sources(new URL('../', import.meta.url)).join('\n');
  const keys = Object.keys(shape('en'));
  const asked = [...code.matchAll(/\.(?:text|html)\(\s*'([^']+)'/g)].map((match) => match[1]);
  expect(asked.length).toBeGreaterThan(20);
  expect(asked.filter((key) => key && !keys.includes(key))).toEqual([]);
  // A key is either written out or made from a prefix such as `error-${code}`.
  const prefixes = [...code.matchAll(/`([a-z-]+-)\$\{/g)].map((match) => match[1] ?? '');
  const unused = keys.filter((key) => !code.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)));
  expect(unused).toEqual([]);
});

test.each(locales)('every message of %s can be formatted and its markup is balanced', (locale) => {
  for (const [key, names] of Object.entries(shape(locale))) {
    const write: (key: string, values: object) => string = inLocale(locale).html as never;
    const text = write(key, Object.fromEntries(names.map((name) => [name, 5])));
    expect(text, key).not.toContain('{');
    expect(text.match(/<[a-z]+>/g)?.length ?? 0, key).toBe(text.match(/<\/[a-z]+>/g)?.length ?? 0);
  }
});

test.each(locales)('every error of the pipeline has a sentence in %s', (locale) => {
  for (const code of taskErrorCodes) {
    expect(renderFailure(code, { limit: '20 MB' }, inLocale(locale)).length).toBeGreaterThan(5);
    expect(renderFailure(code, {}, inLocale(locale)).length).toBeGreaterThan(5);
  }
});

test('a name cannot smuggle markup into a message', () => {
  const text = inLocale('en').html('rename-done', { speaker: 'Speaker 1', name: '<a href="x">&' });
  expect(text).toBe('<b>Speaker 1</b> is now <b>&lt;a href=&quot;x&quot;&gt;&amp;</b>.');
});

test('the language is the chosen one, else that of the person’s Telegram', () => {
  expect(chooseLocale('ru', 'en')).toBe('ru');
  expect(chooseLocale('auto', 'ru-RU')).toBe('ru');
  expect(chooseLocale(undefined, 'de')).toBe('en');
  expect(chooseLocale('xx', undefined)).toBe('en');
});
