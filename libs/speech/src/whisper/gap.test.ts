import { expect, test } from 'vitest';
import { sampleRate } from '../wav/sample-rate.js';
import { gapsOf } from './gap.js';
import { pack, type Window } from './window.js';
import type { RecognizedWord } from './word.js';

const word = (text: string, start: number, end: number, reach = start): RecognizedWord => ({
  text,
  spaceBefore: true,
  start,
  end,
  reach,
  logProbabilities: [-0.1],
});
const windowOf = (...spans: [number, number][]): Window =>
  pack(spans.map(([from, to]) => ({ from: from * sampleRate, to: to * sampleRate })))[0] ?? [];
const spansOf = (window: Window, words: RecognizedWord[]) =>
  gapsOf({ window }, words).map((gap) => gap.window.map(({ from, to }) => [from / sampleRate, to / sampleRate]));

test('speech all of which has words has no gap', () => {
  const window = windowOf([0, 2], [5, 6.4]);
  expect(spansOf(window, [word('one', 0.2, 1), word('two', 1.1, 1.9), word('three', 2.2, 3.1)])).toEqual([]);
});

test('a slice without any word is a gap, and so is what is left out before the next word', () => {
  const window = windowOf([0, 2], [5, 6], [10, 20]);
  const words = [word('one', 0.2, 1), word('two', 1, 1.9), word('late', 9, 10), word('end', 10, 12.8)];
  expect(spansOf(window, words)).toEqual([
    [
      [5, 6],
      [10, 16],
    ],
  ]);
});

test('the last word does not reach to the end of the window because its sound does', () => {
  const window = windowOf([0, 2], [5, 6], [8, 9]);
  // As it is aligned: "two" reaches from 1.2 s to the end, 4 s.
  expect(spansOf(window, [word('one', 0.2, 1), word('two', 3.4, 4, 1.2)])).toEqual([
    [
      [5, 6],
      [8, 9],
    ],
  ]);
});
