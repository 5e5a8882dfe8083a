/** So large, bytes, that the allocator gives blocks back when they are freed. */
const blockSize = 2 ** 20;

/** Copies small things that are kept for long into large blocks, beside each other; gives what is kept. */
export const createBlocks = () => {
  let block = new Uint8Array(0);
  let used = 0;
  return (bytes: Uint8Array): Uint8Array => {
    if (used + bytes.length > block.length) {
      block = new Uint8Array(blockSize);
      used = 0;
    }
    const kept = block.subarray(used, used + bytes.length);
    kept.set(bytes);
    used += bytes.length;
    return kept;
  };
};
