import { createFft } from './fft.js';

/** Kaldi's log mel filter bank as CAM++ was trained on it (3D-Speaker: torchaudio.compliance.kaldi.fbank, 80 bins). */
export const melBins = 80;
/** Samples at 16 kHz: a frame every 10 ms, 25 ms long. */
export const frameShift = 160;
export const frameLength = 400;

const fftSize = 512;
const preemphasis = 0.97;
/** Float32's machine epsilon, Kaldi's floor under the logarithm. */
const floor = 1.1920929e-7;

const mel = (hertz: number) => 1127 * Math.log(1 + hertz / 700);

/** Triangles equally wide in mel, 20–8000 Hz: for each bin its first FFT bin and the weights from there. */
const filters = (() => {
  const [low, high] = [mel(20), mel(8000)];
  const delta = (high - low) / (melBins + 1);
  return Array.from({ length: melBins }, (_, bin) => {
    const [left, center, right] = [low + bin * delta, low + (bin + 1) * delta, low + (bin + 2) * delta];
    const weights: number[] = [];
    let first = -1;
    for (let i = 0; i < fftSize / 2; i++) {
      const at = mel((i * 16_000) / fftSize);
      if (at <= left || at >= right) continue;
      if (first < 0) first = i;
      weights.push(at <= center ? (at - left) / (center - left) : (right - at) / (right - center));
    }
    return { first, weights: Float64Array.from(weights) };
  });
})();

/** Kaldi's "povey" window: a Hann window to the power of 0.85. */
const povey = Float64Array.from(
  { length: frameLength },
  (_, i) => (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (frameLength - 1))) ** 0.85,
);

/** Whole frames in so many samples. */
export const frameCount = (samples: number): number =>
  samples < frameLength ? 0 : 1 + Math.floor((samples - frameLength) / frameShift);

const transform = createFft(fftSize);

/**
 * Features of some frames of samples −1 … 1: a row of `melBins` for each of `chosen` (below `frameCount(samples.length)`), not
 * yet mean-subtracted.
 */
export const fbank = (samples: Float32Array, chosen: readonly number[]): Float32Array<ArrayBuffer> => {
  const features = new Float32Array(chosen.length * melBins);
  const [re, im] = [new Float64Array(fftSize), new Float64Array(fftSize)];
  const power = new Float64Array(fftSize / 2);
  // Two real frames share one complex transform.
  for (let row = 0; row < chosen.length; row += 2) {
    const paired = row + 1 < chosen.length;
    window(samples, (chosen[row] as number) * frameShift, re);
    if (paired) window(samples, (chosen[row + 1] as number) * frameShift, im);
    else im.fill(0);
    transform(re, im);
    for (let part = 0; part < (paired ? 2 : 1); part++) {
      powerOf(re, im, part === 0 ? 1 : -1, power);
      for (let bin = 0; bin < melBins; bin++) {
        const { first, weights } = filters[bin] as { first: number; weights: Float64Array };
        let energy = 0;
        for (let i = 0; i < weights.length; i++) energy += (weights[i] as number) * (power[first + i] as number);
        features[(row + part) * melBins + bin] = Math.log(Math.max(energy, floor));
      }
    }
  }
  return features;
};

/** Power of the frame that was the real part (`sign` 1) or the imaginary part (−1) of the transformed. */
const powerOf = (re: Float64Array, im: Float64Array, sign: number, power: Float64Array): void => {
  for (let i = 0; i < fftSize / 2; i++) {
    const j = (fftSize - i) % fftSize;
    const a = ((re[i] as number) + sign * (re[j] as number)) / 2;
    const b = ((im[i] as number) - sign * (im[j] as number)) / 2;
    power[i] = a * a + b * b;
  }
};

/** One frame without its mean, pre-emphasized and windowed, into `target`. */
const window = (samples: Float32Array, start: number, target: Float64Array): void => {
  let mean = 0;
  for (let i = 0; i < frameLength; i++) mean += samples[start + i] as number;
  mean /= frameLength;
  let before = (samples[start] as number) - mean;
  for (let i = 0; i < frameLength; i++) {
    const sample = (samples[start + i] as number) - mean;
    target[i] = (sample - preemphasis * before) * (povey[i] as number);
    before = sample;
  }
  target.fill(0, frameLength);
};
