import { expect, test } from 'vitest';
import { columns, windowFrames } from './grid.js';
import { createWindowStore } from './window-store.js';

const cells = windowFrames * columns;
/** Speech that begins and ends at other frames in each window, with a few values in between. */
const windowOf = (index: number) =>
  Uint8Array.from({ length: cells }, (_, cell) => {
    const frame = Math.floor(cell / columns);
    if (frame % 97 === index % 97) return (cell * 31 + index) % 256;
    return (Math.floor(frame / 50) + index + cell) % columns === 0 ? 255 : 0;
  });

/** Whether a window is what was put in; quicker than comparing 2356 numbers. */
const isRight = (found: Uint8Array | null, index: number) =>
  found !== null && Buffer.compare(found, windowOf(index)) === 0;

test('every window comes out as it went in, in any order, also those of a group not yet full', () => {
  const count = 203;
  const store = createWindowStore(count);
  const analysed = Array.from({ length: count }, (_, index) => index).filter(
    (index) => index % 7 !== 3 && index !== 100,
  );
  for (const index of analysed) {
    store.add(index, windowOf(index));
    expect(isRight(store.at(index), index)).toBe(true);
  }
  for (const index of [...analysed, ...analysed.toReversed()]) expect(isRight(store.at(index), index)).toBe(true);
  expect(store.at(3)).toBeNull();
  expect(store.at(100)).toBeNull();
  expect(store.at(-1)).toBeNull();
  expect(store.at(count)).toBeNull();
});

test('a long interval that was not processed takes no memory', () => {
  const store = createWindowStore(1000);
  store.add(2, windowOf(2));
  store.add(900, windowOf(900));
  expect(isRight(store.at(2), 2)).toBe(true);
  expect(isRight(store.at(900), 900)).toBe(true);
  expect(store.at(500)).toBeNull();
});
