import type { FileHandle } from 'node:fs/promises';

const mark = Buffer.from('OggS');
const headerBytes = 27;
/** The largest page: header, 255 lacing values, 255 segments of 255 bytes (RFC 3533, section 6). */
const largestPage = headerBytes + 255 + 255 * 255;

/**
 * Whether an Ogg file ends in the middle of a page, as a broken download does; ffmpeg plays such a file up to there
 * without a word. False for anything that is no Ogg.
 */
export const isCutOffOgg = async (handle: FileHandle, head: Buffer): Promise<boolean> => {
  if (!head.subarray(0, mark.length).equals(mark)) return false;
  const { size } = await handle.stat();
  const tail = Buffer.alloc(Math.min(size, largestPage));
  await handle.read(tail, 0, tail.length, size - tail.length);
  const page = tail.subarray(Math.max(0, tail.lastIndexOf(mark)));
  const segments = page[headerBytes - 1];
  if (segments === undefined || page.length < headerBytes + segments) return true;
  const body = page.subarray(headerBytes, headerBytes + segments).reduce((sum, length) => sum + length, 0);
  return page.length < headerBytes + segments + body;
};
