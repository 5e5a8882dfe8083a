const rate = 16_000;
/** Of a Fourier transform of 400 samples. */
const bins = 201;

// Slaney's scale: linear below 1 kHz, 27 steps to each factor of 6.4 above.
const melOf = (hertz: number): number =>
  hertz < 1000 ? (3 * hertz) / 200 : 15 + (27 * Math.log(hertz / 1000)) / Math.log(6.4);
const hertzOf = (mel: number): number => (mel < 15 ? (200 * mel) / 3 : 1000 * 6.4 ** ((mel - 15) / 27));

/**
 * The filters of a Whisper model, [mels][201] row by row: triangles of equal area on Slaney's scale, 0 to 8 kHz (openai/whisper's mel_filters.npz, which
 * librosa made).
 */
export const melFilters = (mels: number): Float32Array => {
  const top = melOf(rate / 2);
  const edges = Array.from({ length: mels + 2 }, (_, i) => hertzOf((top * i) / (mels + 1)));
  const filters = new Float32Array(mels * bins);
  for (let mel = 0; mel < mels; mel += 1) {
    const [low, middle, high] = edges.slice(mel, mel + 3) as [number, number, number];
    for (let bin = 0; bin < bins; bin += 1) {
      const hertz = (bin * rate) / (2 * (bins - 1));
      const share = Math.min((hertz - low) / (middle - low), (high - hertz) / (high - middle));
      filters[mel * bins + bin] = (Math.max(0, share) * 2) / (high - low);
    }
  }
  return filters;
};
