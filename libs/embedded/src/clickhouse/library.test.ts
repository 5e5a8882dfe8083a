import { expect, test } from 'vitest';
import { whyNoEmbeddedClickHouse } from './library.js';

test('the embedded ClickHouse is found where npm has installed it', () => {
  expect(whyNoEmbeddedClickHouse()).toBeNull();
});

test('a system without one is named', () => {
  const missing = () => {
    throw new Error('not found');
  };
  expect(whyNoEmbeddedClickHouse(missing, { platform: 'linux', arch: 'arm64' })).toBe(
    'chdb has no ClickHouse for linux on arm64 (npm package @chdb/lib-linux-arm64-gnu)',
  );
});
