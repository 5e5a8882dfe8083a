/** Keeps the last `maxBytes` of a stream: enough of stderr to explain why a process died. */
export const createTail = (maxBytes: number) => {
  let kept: Buffer = Buffer.alloc(0);
  return {
    add(chunk: Buffer): void {
      kept = Buffer.concat([kept, chunk]);
      if (kept.length > maxBytes) kept = Buffer.from(kept.subarray(kept.length - maxBytes));
    },
    text: (): string => kept.toString('utf8').trim(),
  };
};
