import type { Span } from '../contract.js';
import type { Wav } from '../wav/reader.js';
import { sampleRate } from '../wav/sample-rate.js';
import { cutLong } from '../whisper/cut.js';
import { widen } from '../whisper/window.js';

/** Samples [from, to) of the recording. */
export interface Interval {
  from: number;
  to: number;
}

/**
 * Longest interval given to a recognizer at once, samples: 30 s. They were trained on utterances up to about that; GigaAM's export
 * breaks above 200 s.
 */
const longest = 30 * sampleRate;
/** A pause up to here stays as it is, samples: 1.5 s. What is recognized as it was spoken needs no joins; longer silence only costs time. */
const longestPause = 1.5 * sampleRate;

/** Intervals of the recording to recognize one by one: neighbouring speech with the pauses within. */
export const intervalsOf = async (wav: Wav, speech: readonly Span[]): Promise<Interval[]> => {
  const wide = widen(speech).map(({ from, to }) => ({ from, to: Math.min(to, wav.length) }));
  const joined: Interval[] = [];
  for (const { from, to } of await cutLong(wav, wide, longest)) {
    if (to <= from) continue;
    const last = joined.at(-1);
    if (last !== undefined && from - last.to <= longestPause && to - last.from <= longest) last.to = to;
    else joined.push({ from, to });
  }
  return joined;
};
