import type { Wav } from './reader.js';

/** The recording in consecutive pieces of `count` samples, the last one shorter. */
export async function* piecesOf(wav: Wav, count: number): AsyncGenerator<{ start: number; samples: Float32Array }> {
  for (let start = 0; start < wav.length; start += count) yield { start, samples: await wav.read(start, count) };
}
