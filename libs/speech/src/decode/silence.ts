import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { Gap } from './timeline.js';

const pieceBytes = 1 << 20;

export interface SilencePlan {
  /** In samples of one channel. */
  gaps: readonly Gap[];
  channels: number;
  /** Bytes of the WAV header, whose lengths are put right; 0 where there is none. */
  headerBytes: number;
}

/** Copies 16-bit samples with silence where sound is missing. It is not written: file systems keep it as a hole. */
const withSilence = async (from: FileHandle, to: FileHandle, plan: SilencePlan): Promise<void> => {
  const { gaps, channels, headerBytes } = plan;
  const frame = 2 * channels;
  const { size } = await from.stat();
  const header = Buffer.alloc(headerBytes);
  await from.read(header, 0, headerBytes, 0);
  let shift = 0;
  let at = headerBytes;
  for (const gap of [...gaps, { at: Number.POSITIVE_INFINITY, length: 0 }]) {
    const until = Math.min(size, headerBytes + gap.at * frame);
    await copy(from, to, { at, until, shift });
    at = Math.max(at, until);
    shift += gap.length * frame;
  }
  const bytes = size - headerBytes + shift;
  if (headerBytes > 0) {
    header.writeUInt32LE(Math.min(0xffff_ffff, bytes + headerBytes - 8), 4);
    header.writeUInt32LE(Math.min(0xffff_ffff, bytes), headerBytes - 4);
  }
  await to.write(header, 0, headerBytes, 0);
  await to.truncate(headerBytes + bytes);
};

const copy = async (
  from: FileHandle,
  to: FileHandle,
  { at, until, shift }: { at: number; until: number; shift: number },
): Promise<void> => {
  const piece = Buffer.alloc(pieceBytes);
  for (let position = at; position < until; ) {
    const { bytesRead } = await from.read(piece, 0, Math.min(pieceBytes, until - position), position);
    if (bytesRead === 0) return;
    await to.write(piece, 0, bytesRead, position + shift);
    position += bytesRead;
  }
};

/** Puts the silence into a file; on an error the file stays as it was. */
export const putSilence = async (path: string, plan: SilencePlan): Promise<void> => {
  const spread = `${path}-spread`;
  const from = await open(path, 'r');
  try {
    const to = await open(spread, 'wx');
    try {
      await withSilence(from, to, plan);
    } finally {
      await to.close();
    }
    await rename(spread, path);
  } finally {
    await from.close();
    await rm(spread, { force: true });
  }
};
