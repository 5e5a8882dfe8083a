import { expect, test } from 'vitest';
import { createTurns } from './turns.js';

test('a pause within a word does not end a turn, a longer one does, and speakers do not disturb each other', () => {
  const turns = createTurns(10);
  // A frame is 16.9 ms: 10 frames of silence are less than 0.2 s, 20 are more.
  const speak = (speaker: number, from: number, to: number) => {
    for (let frame = from; frame < to; frame++) turns.add(frame, speaker);
  };
  speak(0, 0, 50);
  speak(0, 60, 100);
  speak(1, 90, 120);
  speak(0, 120, 150);
  const found = turns
    .all()
    .map(({ start, end, speaker }) => ({ speaker, seconds: Math.round((end - start) * 10) / 10 }));
  expect(found).toEqual([
    { speaker: 0, seconds: 1.7 },
    { speaker: 1, seconds: 0.5 },
    { speaker: 0, seconds: 0.5 },
  ]);
});

test('nothing reaches beyond the recording', () => {
  const turns = createTurns(1);
  for (let frame = 0; frame < 100; frame++) turns.add(frame, 0);
  expect(turns.all()).toMatchObject([{ end: 1 }]);
});
