import { expect, test } from 'vitest';
import { createBlocks } from './block.js';

test('thousands of pieces of all sizes stay as they were, and none lies over another', () => {
  const keep = createBlocks();
  const piece = (index: number) => Buffer.alloc((index * 37) % 2000, index);
  const kept = Array.from({ length: 5000 }, (_, index) => keep(piece(index)));
  expect(kept.every((bytes, index) => Buffer.compare(bytes, piece(index)) === 0)).toBe(true);
});
