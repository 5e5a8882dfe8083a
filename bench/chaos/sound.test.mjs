import { expect, test } from 'vitest';
import { markOf, numberIn, soundOf } from './sound.mjs';

const pcmOf = (wav) => new Int16Array(wav.buffer, wav.byteOffset + 44, (wav.length - 44) / 2);

test.each([0, 1, 77, 4711, 2 ** 20 - 1])('the number %i is heard in its recording', (number) => {
  expect(numberIn(pcmOf(soundOf(number)))).toBe(number);
});

test('silence, noise, speech-like sound and a recording that breaks off carry no number', () => {
  const one = pcmOf(soundOf(4711));
  expect(numberIn(new Int16Array(one.length))).toBeNull();
  expect(numberIn(one.map((_, index) => ((index * 7919) % 4000) - 2000))).toBeNull();
  expect(numberIn(one.subarray(0, one.length - 3200))).toBeNull();
});

test('a bit that was lost does not make another number', () => {
  const damaged = pcmOf(soundOf(4711)).slice();
  damaged.fill(0, 1600 * 14, 1600 * 16);
  damaged.fill(0, 1600 * 11, 1600 * 13);
  expect(numberIn(damaged)).not.toBe(4711);
});

test('no mark is part of another', () => {
  expect(markOf(12)).not.toContain(markOf(1));
  expect(markOf(1_000_000)).not.toContain(markOf(0));
});
