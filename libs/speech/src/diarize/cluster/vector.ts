/** 1.2 MB of voices: so large that the allocator gives it back at once (mallopt(3)). */
const inBlock = 1536;

/** Makes vectors beside each other in large blocks: single ones would leave a heap full of holes behind hours of voices. */
export const createVectors = (length: number): (() => Float32Array) => {
  let block = new Float32Array(0);
  let used = 0;
  return () => {
    if (used + length > block.length) {
      block = new Float32Array(inBlock * length);
      used = 0;
    }
    used += length;
    return block.subarray(used - length, used);
  };
};

/** Writes the same direction at length 1 into `target`. */
export const unitInto = (target: Float32Array, vector: Float32Array | Int8Array): Float32Array => {
  const norm = lengthOf(vector) || 1;
  for (let i = 0; i < target.length; i++) target[i] = (vector[i] as number) / norm;
  return target;
};

/** The same direction at length 1. */
export const unit = (vector: Float32Array | Int8Array): Float32Array =>
  unitInto(new Float32Array(vector.length), vector);

export const lengthOf = (vector: Float32Array | Int8Array): number => {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] as number) ** 2;
  return Math.sqrt(sum);
};

export const dot = (a: Float32Array | Int8Array, b: Float32Array | Int8Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

/** −1 … 1; 0 where one has no direction. */
export const cosine = (a: Float32Array | Int8Array, b: Float32Array | Int8Array): number =>
  dot(a, b) / (lengthOf(a) * lengthOf(b) || 1);
