import { expect, test } from 'vitest';
import { withoutEchoes, withoutLoops } from './repeat.js';
import type { RecognizedWord } from './word.js';

/** Words of `each` seconds one after another, from second `from` on. */
const words = (text: string, each: number, from = 0): RecognizedWord[] =>
  text.split(' ').map((word, index) => ({
    text: word,
    spaceBefore: true,
    start: from + index * each,
    end: from + (index + 1) * each,
    logProbabilities: [-0.1],
  }));
const textOf = (recognized: readonly RecognizedWord[]) => recognized.map(({ text }) => text).join(' ');

test.each([
  ['Push, '.repeat(11).concat('push. And rest.'), 0.5],
  ['I will not talk in class. '.repeat(6).trim(), 0.3],
  ['no no no no no no no no no no I said', 0.15],
])('what was really spoken stays, however often: %j', (text, each) => {
  expect(textOf(withoutLoops(words(text, each)).words)).toBe(text);
});

test('a loop without sound is written once, and what comes after stays', () => {
  const before = words('It goes on', 0.3);
  const loop = words('and on '.repeat(9).trim(), 0.01, 0.9);
  const after = words('until it ends.', 0.3, 2);
  const { words: kept, removed } = withoutLoops([...before, ...loop, ...after]);
  expect(textOf(kept)).toBe('It goes on and on until it ends.');
  expect(removed).toHaveLength(16);
});

test('of a phrase that is spoken and then gets stuck, the part with sound stays', () => {
  const spoken = words('Thank you. '.repeat(3).trim(), 0.4);
  const stuck = words('Thank you. '.repeat(5).trim(), 0.01, 2.4);
  expect(textOf(withoutLoops([...spoken, ...stuck]).words)).toBe('Thank you. Thank you. Thank you.');
});

test('a text that begins anew where there is no sound left ends there', () => {
  const spoken = words('No, no, no, no. The numbers look better than last month.', 0.3);
  const anew = words(
    `${'No, no, no, no. The numbers look better than last month. '.repeat(2)}The numbers look better`,
    0.005,
    3.4,
  );
  const { words: kept, removed } = withoutLoops([...spoken, ...anew]);
  expect(textOf(kept)).toBe('No, no, no, no. The numbers look better than last month.');
  expect(removed).toHaveLength(anew.length);
});

test('a sentence that is spoken again is not one that begins anew', () => {
  const spoken = words('I never said that. I never said that to anybody in this room.', 0.25);
  expect(withoutLoops(spoken)).toEqual({ words: spoken, removed: [] });
});

test.each([
  ['once, and written twice', 'Please. Please.', [0.6, 1.4], [0.8], [0.5], 'Please.'],
  ['twice', 'No. No.', [0.4, 1.4], [0.5, 1.1], [0.3, 0.9], 'No. No.'],
  ['twice in one breath', 'No, no.', [0.4, 1.4], [0.8], [0.3, 0.6], 'No, no.'],
  ['twice, and placed in its sound', 'Please. Please.', [0.6, 0.9], [0.8], [0.5], 'Please. Please.'],
  [
    'once after other words',
    'And breathe out. Breathe out. Breathe out.',
    [0.2, 0.6, 0.9, 1, 1.3, 1.3, 1.4],
    [0.9],
    [0.1, 0.4, 0.7],
    'And breathe out.',
  ],
])('what is spoken %s is written so', (_, text, ends, utterances, beats, expected) => {
  const recognized = words(text, 0.1).map((word, index) => ({
    ...word,
    start: ends[index - 1] ?? 0,
    end: ends[index] ?? 0,
  }));
  const { words: kept, removed } = withoutEchoes(recognized, { ends: utterances, beats });
  expect(textOf(kept)).toBe(expected);
  expect(kept.length + removed.length).toBe(recognized.length);
});
