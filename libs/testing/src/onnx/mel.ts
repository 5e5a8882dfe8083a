/** How sherpa-onnx spaces the mel bands of a family (mel-computations.cc of csukuangfj/kaldi-native-fbank). */
export interface MelBank {
  /** Bands. */
  readonly bins: number;
  /** Hz: the upper edge of the last band. The lower edge of the first is `lowHz`. */
  readonly highHz: number;
  /** Hz. */
  readonly lowHz: number;
  /** `htk`: 1127 ln(1 + f/700); `slaney`: linear below 1000 Hz, logarithmic above (`is_librosa`). */
  readonly scale: 'htk' | 'slaney';
}

/** The bands whose centres lie in [from, to) Hz, as a half-open range of indices. */
export function melBands({ bins, lowHz, highHz, scale }: MelBank, from: number, to: number): readonly [number, number] {
  const mel = scale === 'htk' ? htk : slaney;
  const step = (mel(highHz) - mel(lowHz)) / (bins + 1);
  const index = (hertz: number): number => Math.min(bins, Math.max(0, Math.ceil((mel(hertz) - mel(lowHz)) / step - 1)));
  return [index(from), index(to)];
}

const htk = (hertz: number): number => 1127 * Math.log(1 + hertz / 700);
// Slaney's Auditory Toolbox: 200/3 Hz a mel below 1000 Hz, then 27 mel for a factor of 6.4.
const slaney = (hertz: number): number =>
  hertz < 1000 ? hertz / (200 / 3) : 15 + (27 * Math.log(hertz / 1000)) / Math.log(6.4);
