import { expect, test } from 'vitest';
import { sampleRate } from '../wav/sample-rate.js';
import { createPlacer } from './place.js';
import { pack, widen } from './window.js';

const speech = [
  { start: 10, end: 12 },
  { start: 100, end: 103 },
];
const [window = []] = pack(widen(speech));
const place = createPlacer(window, speech);

test('a word goes back to where it was spoken', () => {
  // In the window: 0.2 s of margin, 2 s of speech, two margins, 3 s of speech.
  expect(place(0.7, 1.2)).toEqual({ start: 10.5, end: 11 });
  expect(place(3.6, 4.1)).toEqual({ start: 101, end: 101.5 });
});

test('no word reaches out of the speech it belongs to', () => {
  // It seems to begin before the pause that precedes it.
  expect(place(1.0, 3.1)).toEqual({ start: 100, end: 100.5 });
  expect(place(0, 0.5)).toEqual({ start: 10, end: 10.3 });
  const last = place(5.3, 9);
  expect(last?.end).toBe(103);
});

test('no speech, no place', () => {
  expect(createPlacer([{ from: 0, to: sampleRate, at: 0 }], [])(0, 1)).toBeNull();
});
