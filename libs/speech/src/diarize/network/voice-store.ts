/** Numbers in a voice. */
export const voiceLength = 192;
/** 1.2 MB, so large that the allocator gives it back at once (mallopt(3)). */
const voicesInBlock = 6144;

/**
 * Keeps the voices of a recording, a byte a number, in few large blocks: a sixth of a MB an hour for each voice a window. A
 * cosine between two moves by less than 0.001.
 */
export const createVoiceStore = () => {
  let block = new Int8Array(0);
  let used = 0;
  /** Keeps the direction of a vector; gives what was kept, whose length says nothing. */
  return (vector: Float32Array): Int8Array => {
    if (used + voiceLength > block.length) {
      block = new Int8Array(voicesInBlock * voiceLength);
      used = 0;
    }
    const kept = block.subarray(used, used + voiceLength);
    used += voiceLength;
    let most = 0;
    for (const value of vector) most = Math.max(most, Math.abs(value));
    for (let i = 0; i < voiceLength; i++) kept[i] = Math.round(((vector[i] as number) * 127) / (most || 1));
    return kept;
  };
};
