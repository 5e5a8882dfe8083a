import { expect, test } from 'vitest';
import { sampleRate } from '../wav/sample-rate.js';
import type { Hearing, Piece } from './answer.js';
import { unheard, withTails } from './tail.js';
import type { Window } from './window.js';

const word = (text: string, end: number): Piece => ({
  text,
  p: -0.1,
  start: end - 0.3,
  end,
  aligned: end,
  mark: false,
});
const mark = (at: number): Piece => ({ text: '', p: -0.1, start: at, end: at, aligned: -1, mark: true });
const heard = (...pieces: Piece[]): Hearing => ({ pieces, noSpeech: 0 });
const window = (length: number): Window => [{ from: 0, to: length * sampleRate, at: 0 }];

test('speech that was left out after the last word is found', () => {
  const windows = [window(20), window(20), window(20)];
  const hearings = [heard(word(' all', 19)), heard(word(' half', 9), word('.', 10), mark(20)), heard()];
  expect([...unheard(windows, hearings).entries()]).toEqual([
    [1, [{ from: 9 * sampleRate, to: 20 * sampleRate, at: 0 }]],
  ]);
});

test('what is heard of it comes behind its window', () => {
  const windows = [window(20), window(20)];
  const hearings = [heard(word(' half', 9)), heard(word(' all', 19))];
  const tails = unheard(windows, hearings);
  const rest = heard(word(' rest', 8));
  const joined = withTails({ windows, hearings }, tails, [rest]);
  expect(joined.hearings).toEqual([hearings[0], rest, hearings[1]]);
  expect(joined.windows).toEqual([windows[0], tails.get(0), windows[1]]);
});
