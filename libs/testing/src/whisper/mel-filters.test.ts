import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { melFilters } from './mel-filters.js';

test('the filters of 80 bands are those of the published model', () => {
  const path = fileURLToPath(new URL('../../../../models/ggml-base-q8_0.bin', import.meta.url));
  // Behind the magic number, eleven sizes, and those of the filters.
  const published = readFileSync(path).subarray(14 * 4, 14 * 4 + 80 * 201 * 4);
  const differences = melFilters(80).map((value, i) => Math.abs(value - published.readFloatLE(i * 4)));
  expect(Math.max(...differences)).toBeLessThan(1e-6);
});
