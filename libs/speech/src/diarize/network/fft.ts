/** In-place complex FFT of a fixed power-of-two size (iterative radix 2), tables computed once. */
export const createFft = (size: number) => {
  const reversed = new Uint32Array(size);
  for (let i = 1; i < size; i++) reversed[i] = ((reversed[i >> 1] as number) >> 1) | (i & 1 ? size >> 1 : 0);
  const cos = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size));
  const sin = Float64Array.from({ length: size / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / size));

  return (re: Float64Array, im: Float64Array): void => {
    for (let i = 0; i < size; i++) {
      const j = reversed[i] as number;
      if (j <= i) continue;
      const [a, b] = [re[i] as number, im[i] as number];
      re[i] = re[j] as number;
      im[i] = im[j] as number;
      re[j] = a;
      im[j] = b;
    }
    for (let half = 1; half < size; half *= 2) {
      const stride = size / (2 * half);
      for (let start = 0; start < size; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const c = cos[k * stride] as number;
          const s = sin[k * stride] as number;
          const p = start + k;
          const q = p + half;
          const x = (re[q] as number) * c - (im[q] as number) * s;
          const y = (re[q] as number) * s + (im[q] as number) * c;
          re[q] = (re[p] as number) - x;
          im[q] = (im[p] as number) - y;
          re[p] = (re[p] as number) + x;
          im[p] = (im[p] as number) + y;
        }
      }
    }
  };
};
