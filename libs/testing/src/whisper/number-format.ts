/** How a ggml file stores a tensor: its number there, how many elements make a block, and the bytes of a block. */
export interface NumberFormat {
  readonly type: number;
  readonly block: number;
  readonly bytes: number;
  readonly write: (values: Float32Array, from: number, target: Buffer, at: number) => void;
}

const bits = new DataView(new ArrayBuffer(4));

/** IEEE half precision, rounded to the nearest; what is too small becomes 0. */
const half = (value: number): number => {
  bits.setFloat32(0, value);
  const whole = bits.getUint32(0);
  const sign = (whole >>> 16) & 0x8000;
  const rounded = (whole & 0x7fffffff) + 0x1000;
  const exponent = (rounded >>> 23) - 112;
  if (exponent <= 0) return sign;
  return sign | Math.min(0x7bff, (exponent << 10) | ((rounded >>> 13) & 0x3ff));
};

/** The greatest by magnitude of a block of 32, with its sign. */
const extreme = (values: Float32Array, from: number): number => {
  let most = 0;
  for (let i = 0; i < 32; i += 1) {
    const value = values[from + i] ?? 0;
    if (Math.abs(value) > Math.abs(most)) most = value;
  }
  return most;
};

export const numberFormats = {
  f32: { type: 0, block: 1, bytes: 4, write: (values, from, target, at) => target.writeFloatLE(values[from] ?? 0, at) },
  f16: {
    type: 1,
    block: 1,
    bytes: 2,
    write: (values, from, target, at) => target.writeUInt16LE(half(values[from] ?? 0), at),
  },
  /** A scale in half precision, then 32 numbers of 8 bits. */
  q8_0: {
    type: 8,
    block: 32,
    bytes: 34,
    write: (values, from, target, at) => {
      const scale = Math.abs(extreme(values, from)) / 127;
      target.writeUInt16LE(half(scale), at);
      for (let i = 0; i < 32; i += 1)
        target.writeInt8(scale > 0 ? Math.round((values[from + i] ?? 0) / scale) : 0, at + 2 + i);
    },
  },
  /** A scale in half precision, the fifth bits of 32 numbers, then their lower four: the first 16 below, the others above. */
  q5_0: {
    type: 6,
    block: 32,
    bytes: 22,
    write: (values, from, target, at) => {
      const scale = extreme(values, from) / -16;
      target.writeUInt16LE(half(scale), at);
      let high = 0;
      target.fill(0, at + 6, at + 22);
      for (let i = 0; i < 32; i += 1) {
        const number = scale === 0 ? 16 : Math.min(31, Math.floor((values[from + i] ?? 0) / scale + 16.5));
        if (number > 15) high += 2 ** i;
        const byte = at + 6 + (i % 16);
        target[byte] = (target[byte] ?? 0) | ((number & 15) << (i < 16 ? 0 : 4));
      }
      target.writeUInt32LE(high, at + 2);
    },
  },
} as const satisfies Readonly<Record<string, NumberFormat>>;
