import { expect, test } from 'vitest';
import type { WindowResult } from './answer.js';
import { inTimesOf, isDoubtful, likelier, surroundingsOf } from './short.js';

const rate = 16_000;
const result = (text: string, p: number, from = 0, to = 1): WindowResult => ({
  pieces: text === '' ? [] : [{ text, p, start: from, end: to, aligned: to, mark: false }],
  noSpeech: 0,
  languages: [],
});
const slice = (from: number, to: number, at: number) => ({ from: from * rate, to: to * rate, at: at * rate });

test('a few words have surroundings within the recording, a sentence or words far apart have none', () => {
  expect(surroundingsOf([slice(1, 2, 0)], 10 * rate)).toEqual([slice(0, 5, 0)]);
  expect(surroundingsOf([slice(7, 8, 0), slice(9, 9.5, 1)], 10 * rate)).toEqual([slice(4, 10, 0)]);
  expect(surroundingsOf([slice(1, 6, 0)], 10 * rate)).toBeNull();
  expect(surroundingsOf([slice(1, 2, 0), slice(60, 61, 1)], 100 * rate)).toBeNull();
  expect(surroundingsOf([], 10 * rate)).toBeNull();
});

test('of two results the clearly likelier counts; where the sound itself has no words, nothing was spoken', () => {
  const [unsure, sure] = [result('Так', -5), result('Да', -0.3)];
  expect(isDoubtful(unsure)).toBe(true);
  expect(isDoubtful(sure)).toBe(false);
  expect(likelier(unsure, sure)).toBe(sure);
  expect(likelier(result('Так', -1.2), result('Да', -0.9)).pieces[0]?.text).toBe('Так');
  expect(likelier(result('', 0), sure).pieces).toEqual([]);
  expect(likelier(unsure, result('', 0))).toBe(unsure);
});

test('the words of the surroundings are where the speech is', () => {
  const window = [slice(4, 5, 0), slice(7, 8, 1)];
  const words = {
    ...result('', 0),
    pieces: [result('one', -1, 2.9, 4.5), result('two', -1, 4.6, 5.5), result('three', -1, 6, 9)].flatMap(
      (one) => one.pieces,
    ),
  };
  const moved = inTimesOf(window, words, [slice(1, 10, 0)]).pieces;
  expect(moved.map(({ start, end }) => [start, end])).toEqual([
    [0, 1],
    [1, 1],
    [1, 2],
  ]);
});
