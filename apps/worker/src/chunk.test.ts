import type { Span } from '@whisper-bot/speech';
import { describe, expect, test } from 'vitest';
import { chunkCount, cutChunks, seconds } from './chunk.js';

/** Nine seconds of speech, one of silence, …; every tenth silence is three seconds long. */
const talk = (spans: number): Span[] => {
  const speech: Span[] = [];
  let at = 0;
  for (let index = 0; index < spans; index += 1) {
    speech.push({ start: at, end: at + 9 });
    at += index % 10 === 9 ? 12 : 10;
  }
  return speech;
};

describe('how many chunks', () => {
  test.each([
    ['nothing', 0, 1, 0],
    ['a voice note', 1, 8, 1],
    ['five minutes', 33, 8, 1],
    ['an hour for one worker', 400, 1, 20],
    ['an hour for eight: the same number each', 400, 8, 24],
    ['six minutes for eight: none shorter than a minute', 40, 8, 6],
  ])('%s', (_name, spans, workers, count) => {
    expect(chunkCount(talk(spans), workers)).toBe(count);
  });
});

describe('where they are cut', () => {
  test('every span is in exactly one chunk, in order', () => {
    for (const [spans, count] of [
      [400, 24],
      [7, 3],
      [3, 5],
      [1, 1],
    ] as const) {
      expect(cutChunks(talk(spans), count).flat()).toEqual(talk(spans));
      expect(cutChunks(talk(spans), count)).toHaveLength(count);
    }
  });

  test('at the longest silence near the even place, so that all hold about as much', () => {
    const chunks = cutChunks(talk(400), 20);
    const share = seconds(talk(400)) / 20;
    for (const chunk of chunks) expect(Math.abs(seconds(chunk) - share)).toBeLessThan(share * 0.5);
    for (const [index, chunk] of chunks.slice(1).entries()) {
      const silence = (chunk[0]?.start ?? 0) - (chunks[index]?.at(-1)?.end ?? 0);
      expect(silence).toBe(3);
    }
  });
});
