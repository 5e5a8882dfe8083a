import { expect, test } from 'vitest';
import { isSameOrigin } from './origin.js';

const host = '127.0.0.1:7380';

test.each([
  [{ origin: 'http://127.0.0.1:7380' }, true],
  [{ origin: 'http://127.0.0.1:7381' }, false],
  [{ origin: 'https://evil.example' }, false],
  [{ origin: 'null' }, false],
  [{ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }, false],
  [{ 'sec-fetch-site': 'same-origin' }, true],
  [{ 'sec-fetch-site': 'cross-site', referer: 'http://127.0.0.1:7380/' }, false],
  [{ referer: 'http://127.0.0.1:7380/tasks' }, true],
  [{ referer: 'http://127.0.0.1:7380.evil.example/' }, false],
  [{}, false],
])('%o is ours: %s', (headers, ours) => {
  expect(isSameOrigin(headers, host)).toBe(ours);
});
