import type { Span } from '../../contract.js';
import { sampleRate } from '../../wav/sample-rate.js';

// What diarize-child knows as well (libs/speech/native/diarize).

/** pyannote segmentation 3.0: 10 s of 16 kHz sound in, a frame every 270 samples out, at most 3 speakers at once known. */
const windowSamples = 160_000;
export const frameSamples = 270;
export const windowFrames = 589;
export const localSpeakers = 3;
/** Numbers a frame: the probability of each local speaker, then that of anyone. */
export const columns = localSpeakers + 1;
export const anySpeaker = columns - 1;
/** Middle of frame 0, samples: half its receptive field of 991. */
export const frameCenter = 495;
/** Dimensions of an embedding. */
export const embeddingSize = 192;

/** A quarter of a window: every moment is in four windows. In whole frames (2.4975 s), so that windows share one grid. */
export const stepFrames = 148;
/** Windows that cover one moment. */
export const windowsAtOnce = Math.ceil(windowFrames / stepFrames);
const stepSamples = stepFrames * frameSamples;

/** Windows of a recording of so many samples. */
export const windowsOf = (length: number): number => Math.max(1, 1 + Math.ceil((length - windowSamples) / stepSamples));

/** Indexes of the windows, of `count`, that hold some of the speech; those are analysed whole, beyond the speech as well. */
export const windowsWith = (speech: readonly Span[], count: number): number[] => {
  const found: number[] = [];
  let span = 0;
  for (let index = 0; index < count; index++) {
    const start = (index * stepSamples) / sampleRate;
    while (span < speech.length && (speech[span] as Span).end <= start) span++;
    if (span < speech.length && (speech[span] as Span).start < start + windowSamples / sampleRate) found.push(index);
  }
  return found;
};
