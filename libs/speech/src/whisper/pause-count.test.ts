import { expect, test } from 'vitest';
import { timesByPauses } from './pause-count.js';
import type { RecognizedWord } from './word.js';

const phrases = (text: string, times: number): RecognizedWord[][] =>
  Array.from({ length: times }, () =>
    text.split(' ').map((word) => ({ text: word, spaceBefore: true, start: 0, end: 0, logProbabilities: [-0.1] })),
  );
/** Utterances of some lengths, so many seconds apart. */
const utterances = (lengths: readonly number[], pause = 0.8) => {
  let end = 0;
  return lengths.map((length) => {
    const start = end + pause;
    end = start + length;
    return { start, end };
  });
};
const everywhere = { from: 0, to: Number.POSITIVE_INFINITY };
const same = (count: number, length = 0.5): number[] => Array(count).fill(length);

test('each utterance is one time, however often it is written', () => {
  const ten = utterances(same(10));
  for (const written of [8, 10, 13]) expect(timesByPauses(phrases('be quiet', written), ten, everywhere)).toEqual(ten);
});

test('a phrase of two parts has two utterances each time', () => {
  const places = timesByPauses(phrases('Breathe in. Breathe out.', 4), utterances(same(10)), everywhere);
  expect(places).toHaveLength(5);
  expect(places?.[1]?.start).toBeCloseTo(3.4);
  expect(places?.[1]?.end).toBeCloseTo(5.2);
});

test('pauses within a phrase that shows none are believed where the number is as written', () => {
  const pairs = utterances([0.9, 0.3, 0.9, 0.3, 0.9, 0.3]);
  expect(timesByPauses(phrases('testing one', 3), pairs, everywhere)).toHaveLength(3);
  expect(timesByPauses(phrases('testing one', 4), pairs, everywhere)).toBeNull();
});

test('where the model repeats itself to the end, last utterances of another length are something else', () => {
  const all = utterances([...same(10, 0.3), 0.55]);
  expect(timesByPauses(phrases('jump', 14), all, everywhere)).toEqual(all.slice(0, 10));
  expect(timesByPauses(phrases('jump', 14), all, { from: 0, to: 14 })).toBeNull();
});

test.each([
  ['utterances are of different lengths', utterances([0.5, 0.5, 1.2, 0.5]), everywhere],
  ['no one pauses', utterances([4]), everywhere],
  ['another word is in the same breath', utterances(same(4, 1.5)), { from: 1.4, to: 10 }],
  ['there are far more than written', utterances(same(20)), everywhere],
])('pauses do not tell where %s', (_, own, between) => {
  expect(timesByPauses(phrases('push', 4), own, between)).toBeNull();
});
