import { expect, test } from 'vitest';
import { countRepeats } from './count.js';
import type { RecognizedWord } from './word.js';

/** Words with their ends, as attention places them: each begins where the one before ended. */
const words = (...all: [text: string, end: number][]): RecognizedWord[] =>
  all.map(([text, end], index) => ({
    text,
    spaceBefore: true,
    start: Math.max(all[index - 1]?.[1] ?? 0, end - 0.6),
    end,
    reach: all[index - 1]?.[1] ?? 0,
    logProbabilities: [-0.1],
  }));
const textOf = (recognized: readonly RecognizedWord[]) => recognized.map(({ text }) => text).join(' ');

test('what was written once more than it was spoken is written as often, each where it was spoken', () => {
  const recognized = words(
    ['Push,', 0.9],
    ['push,', 2.4],
    ['push,', 3.7],
    ['push,', 3.8],
    ['push', 4.9],
    ['and', 5.8],
    ['rest.', 6.2],
  );
  const counted = countRepeats(recognized, { beats: [0.5, 1.8, 3.1, 4.5, 5.7, 6], utterances: [] });
  expect(textOf(counted.words)).toBe('Push, push, push, push and rest.');
  expect(textOf(counted.surplus)).toBe('push,');
  expect(counted).toMatchObject({ isSure: true, missed: [] });
  for (const [index, beat] of [0.5, 1.8, 3.1, 4.5].entries()) {
    expect(counted.words[index]?.start).toBeLessThan(beat);
    expect(counted.words[index]?.end).toBeGreaterThan(beat);
  }
});

test('a phrase has as many syllables each time', () => {
  const recognized = words(
    ...Array.from({ length: 6 }, (_, time): [string, number][] => [
      ['We', 0.3 + time],
      ['will', 0.6 + time],
      ['win.', 1 + time - (time === 5 ? 0.3 : 0)],
    ]).flat(),
  );
  const beats = Array.from({ length: 15 }, (_, index) => 0.2 + (index * 5.6) / 14);
  expect(textOf(countRepeats(recognized, { beats, utterances: [] }).words)).toBe('We will win. '.repeat(5).trim());
});

test('what was spoken more often than it is written stays, and its places are named', () => {
  const recognized = words(['So', 0.3], ['stop.', 1.2], ['Stop.', 2.4], ['Stop.', 3.6]);
  const counted = countRepeats(recognized, { beats: [0.2, 0.9, 1.6, 2.2, 2.8, 3.4], utterances: [] });
  expect(textOf(counted.words)).toBe('So stop. Stop. Stop.');
  expect(counted).toMatchObject({ isSure: false, surplus: [], missed: [{ at: 1, count: 3 }] });
  expect(counted.missed[0]?.places).toHaveLength(5);
});

test.each([
  ['fits no number of repeats', [0.5, 1, 1.5, 2, 2.5, 3, 3.5]],
  ['has next to no syllables', [0.5]],
  ['has no syllables', []],
])('a sound that %s takes nothing out', (_, beats) => {
  const text = 'They can do it. They can do it. They can do it. They can do it.';
  const recognized = words(
    ...text.split(' ').map((text, index): [string, number] => [text, 0.25 * (index + 1) + (index > 11 ? 0.5 : 0)]),
  );
  const counted = countRepeats(recognized, { beats, utterances: [] });
  expect(textOf(counted.words)).toBe(text);
  expect(counted).toMatchObject({ isSure: false, surplus: [], missed: [] });
});

test('a syllable of the word before is none of the repeats', () => {
  const recognized = words(['работы.', 2.7], ['Нет.', 4], ['Нет.', 5.3], ['Нет.', 6.6]);
  const counted = countRepeats(recognized, { beats: [2.1, 2.6, 2.8, 3.9, 5.2, 6.5], utterances: [] });
  expect(counted).toMatchObject({ isSure: true, missed: [], surplus: [] });
  expect(counted.words).toHaveLength(4);
});

test('what is spoken at an even pace was spoken as often as it is written, whatever the syllables', () => {
  const recognized = words(...Array.from({ length: 9 }, (_, time): [string, number] => ['Once', 1.5 * (time + 1)]));
  const counted = countRepeats(recognized, { beats: [0.7, 2.2, 3.7, 5.2, 6.7, 8.2], utterances: [] });
  expect(counted).toMatchObject({ isSure: true, missed: [], surplus: [] });
  expect(counted.words).toEqual(recognized);
});
