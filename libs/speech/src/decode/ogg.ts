import type { FileHandle } from 'node:fs/promises';

const mark = Buffer.from('OggS');
const headerBytes = 27;
/** The largest page: header, 255 lacing values, 255 segments of 255 bytes (RFC 3533, section 6). */
const largestPage = headerBytes + 255 + 255 * 255;
const granuleAt = 6;
const serialAt = 14;
const checksumAt = 22;

export interface CutOffOgg {
  /** Bytes of the file up to the page that it breaks off in. */
  size: number;
  /** That page with what is whole in it, to be put behind them; empty where nothing is. */
  page: Buffer;
}

/**
 * Where an Ogg file ends in the middle of a page, as a broken download does: ffmpeg plays such a file up to the page before
 * without a word, and a page holds a second and more. Null for what ends with a page, and for anything that is no Ogg.
 */
export const cutOffOgg = async (handle: FileHandle, head: Buffer): Promise<CutOffOgg | null> => {
  if (!head.subarray(0, mark.length).equals(mark)) return null;
  const { size } = await handle.stat();
  const tail = Buffer.alloc(Math.min(size, 2 * largestPage));
  await handle.read(tail, 0, tail.length, size - tail.length);
  const at = Math.max(0, tail.lastIndexOf(mark));
  const page = tail.subarray(at);
  const start = size - tail.length + at;
  const segments = page[headerBytes - 1];
  if (segments === undefined || page.length < headerBytes + segments) return { size: start, page: Buffer.alloc(0) };
  const lacing = page.subarray(headerBytes, headerBytes + segments);
  const body = lacing.reduce((sum, length) => sum + length, 0);
  const rest = page.subarray(headerBytes + segments + body);
  // A few bytes of the next page's mark, or something that is no Ogg behind the last page.
  if (rest.length > 0)
    return mark.subarray(0, rest.length).equals(rest) ? { size: size - rest.length, page: Buffer.alloc(0) } : null;
  return page.length < headerBytes + segments + body
    ? { size: start, page: wholePackets(page, granuleBefore(tail.subarray(0, at), page)) }
    : null;
};

/** Where the page before of the same stream ends, as the stream counts; null where that is not near. */
const granuleBefore = (pages: Buffer, page: Buffer): Buffer | null => {
  const serial = page.subarray(serialAt, serialAt + 4);
  for (let at = pages.lastIndexOf(mark); at >= 0; at = at === 0 ? -1 : pages.lastIndexOf(mark, at - 1)) {
    const granule = pages.subarray(at + granuleAt, at + granuleAt + 8);
    const isOfStream = pages.subarray(at + serialAt, at + serialAt + 4).equals(serial);
    if (isOfStream && granule.length === 8 && granule.some((byte) => byte !== 0xff)) return granule;
  }
  return null;
};

/**
 * The page with only those packets that are all there: a packet ends with a lacing value below 255. The page tells when its last
 * packet ends, which is not there; with the time of the page before, the sound goes on where that ended.
 */
const wholePackets = (page: Buffer, granule: Buffer | null): Buffer => {
  const lacing = page.subarray(headerBytes, headerBytes + (page[headerBytes - 1] ?? 0));
  let bytes = 0;
  let kept = { segments: 0, bytes: 0 };
  for (const [index, length] of lacing.entries()) {
    bytes += length;
    if (headerBytes + lacing.length + bytes > page.length) break;
    if (length < 255) kept = { segments: index + 1, bytes };
  }
  if (kept.segments === 0 || granule === null) return Buffer.alloc(0);
  const body = page.subarray(headerBytes + lacing.length, headerBytes + lacing.length + kept.bytes);
  const whole = Buffer.concat([page.subarray(0, headerBytes), lacing.subarray(0, kept.segments), body]);
  granule.copy(whole, granuleAt);
  // It is not the end of the stream, which would have its length from the packets that are not there.
  whole[5] = (whole[5] ?? 0) & ~4;
  whole[headerBytes - 1] = kept.segments;
  whole.writeUInt32LE(0, checksumAt);
  whole.writeUInt32LE(checksum(whole), checksumAt);
  return whole;
};

/** RFC 3533: CRC-32 of polynomial 0x04c11db7, bits in their order, from 0. */
const checksum = (bytes: Buffer): number => {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000_0000 ? (crc << 1) ^ 0x04c1_1db7 : crc << 1;
  }
  return crc >>> 0;
};
