import type { InferenceSession } from 'onnxruntime-node';
import * as ort from 'onnxruntime-node';
import { melBins } from './fbank.js';

/**
 * The voice of some frames as CAM++ hears it: a vector of length 1, so that a dot product is a cosine. `features` are rows
 * of `melBins`; their mean over time is taken off, as in the network's training. Changes `features`.
 */
export const embed = async (session: InferenceSession, features: Float32Array): Promise<Float32Array> => {
  const frames = features.length / melBins;
  for (let bin = 0; bin < melBins; bin++) {
    let mean = 0;
    for (let at = bin; at < features.length; at += melBins) mean += features[at] as number;
    mean /= frames;
    for (let at = bin; at < features.length; at += melBins) features[at] = (features[at] as number) - mean;
  }
  const { embedding } = await session.run({ x: new ort.Tensor('float32', features, [1, frames, melBins]) });
  const vector = Float32Array.from(embedding?.data as Float32Array);
  const norm = Math.hypot(...vector) || 1;
  return vector.map((value) => value / norm);
};
