import { expect, test } from 'vitest';
import { locales, textsIn } from './index.js';

/** Path → text; what takes values is given the same number for each. */
const written = (texts: object, number: number, path = ''): Map<string, string> => {
  const given = new Proxy({}, { get: (_target, name) => (name === Symbol.toPrimitive ? () => number : number) });
  const found = new Map<string, string>();
  for (const [key, text] of Object.entries(texts)) {
    const at = `${path}${key}`;
    if (typeof text === 'object') for (const each of written(text, number, `${at}.`)) found.set(...each);
    else if (typeof text === 'function') found.set(at, String(path === 'bot.' ? text(given) : text(number, number)));
    else found.set(at, String(text));
  }
  return found;
};

test('every language has the same texts, and none is empty', () => {
  const [first, ...others] = locales.map((locale) => written(textsIn(locale), 2));
  for (const other of others) expect([...other.keys()].sort()).toEqual([...(first?.keys() ?? [])].sort());
  for (const texts of [first, ...others])
    for (const [path, text] of texts ?? []) expect(text.trim(), path).not.toBe('');
});

test.each([
  [1, '1 recording', '1 запись'],
  [3, '3 recordings', '3 записи'],
  [5, '5 recordings', '5 записей'],
  [21, '21 recordings', '21 запись'],
  [1234, '1,234 recordings', '1\u00a0234 записи'],
])('of %d it says %s and %s', (count, english, russian) => {
  expect(textsIn('en').bot['cancel-done']({ count })).toBe(`✖️ Stopped: ${english}.`);
  expect(textsIn('ru').bot['cancel-done']({ count })).toBe(`✖️ Остановлено: ${russian}.`);
});
