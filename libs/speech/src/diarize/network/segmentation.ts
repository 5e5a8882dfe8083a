import type { InferenceSession } from 'onnxruntime-node';
import * as ort from 'onnxruntime-node';

/** pyannote segmentation 3.0: 10 s of 16 kHz sound in, a frame every 270 samples out, at most 3 speakers at once known. */
export const windowSamples = 160_000;
export const frameSamples = 270;
export const windowFrames = 589;
export const localSpeakers = 3;
/** Numbers a frame: the probability of each local speaker, then that of anybody. */
export const columns = localSpeakers + 1;
export const anybody = columns - 1;
/** Middle of frame 0, samples: half its receptive field of 991. */
export const frameCenter = 495;

/** The 7 powerset classes: nobody, one of three, two of three. */
const classes: readonly (readonly number[])[] = [[], [0], [1], [2], [0, 1], [0, 2], [1, 2]];

/**
 * Probability of each local speaker, and of anybody, in each frame of each window (windows of `windowSamples`, one after
 * another in `samples`): `windowFrames` × `columns` numbers a window.
 */
export const segment = async (
  session: InferenceSession,
  samples: Float32Array,
  windows: number,
): Promise<Float32Array[]> => {
  const input = new ort.Tensor('float32', samples, [windows, 1, windowSamples]);
  const { y } = await session.run({ x: input });
  const scores = y?.data as Float32Array;
  return Array.from({ length: windows }, (_, window) => {
    const probabilities = new Float32Array(windowFrames * columns);
    for (let frame = 0; frame < windowFrames; frame++) {
      const at = (window * windowFrames + frame) * classes.length;
      for (const [index, members] of classes.entries()) {
        // The network ends in a log softmax.
        const probability = Math.exp(scores[at + index] as number);
        if (members.length > 0)
          probabilities[frame * columns + anybody] = (probabilities[frame * columns + anybody] as number) + probability;
        for (const speaker of members) {
          const cell = frame * columns + speaker;
          probabilities[cell] = (probabilities[cell] as number) + probability;
        }
      }
    }
    return probabilities;
  });
};

/**
 * Who speaks in each frame of one window, a bit for each local speaker: all that are likelier than not, or the likeliest where
 * only somebody is.
 */
export const whoSpeaks = (probabilities: Float32Array): Uint8Array => {
  const present = new Uint8Array(windowFrames);
  for (let frame = 0; frame < windowFrames; frame++) {
    const at = frame * columns;
    if ((probabilities[at + anybody] as number) <= 0.5) continue;
    let [bits, likeliest] = [0, 0];
    for (let local = 0; local < localSpeakers; local++) {
      if ((probabilities[at + local] as number) > 0.5) bits |= 1 << local;
      if ((probabilities[at + local] as number) > (probabilities[at + likeliest] as number)) likeliest = local;
    }
    present[frame] = bits || 1 << likeliest;
  }
  return present;
};
