import { open } from 'node:fs/promises';
import { wavHeader } from '../wav/wav-of.js';

const pieceBytes = 1 << 20;

/** Writes one of the channels that lie side by side in a file of 16-bit samples as a WAV of its own. */
export const extractChannel = async (
  path: string,
  target: string,
  { channel, channels }: { channel: number; channels: number },
): Promise<void> => {
  const [from, to] = [await open(path, 'r'), await open(target, 'w')];
  try {
    const { size } = await from.stat();
    const frame = 2 * channels;
    const frames = Math.floor(size / frame);
    await to.write(wavHeader(frames));
    const perPiece = Math.floor(pieceBytes / frame);
    const piece = Buffer.alloc(perPiece * frame);
    const out = Buffer.alloc(perPiece * 2);
    for (let at = 0; at < frames; at += perPiece) {
      const { bytesRead } = await from.read(piece, 0, piece.length, at * frame);
      const count = Math.floor(bytesRead / frame);
      for (let index = 0; index < count; index += 1)
        out.writeInt16LE(piece.readInt16LE(index * frame + 2 * channel), 2 * index);
      await to.write(out, 0, 2 * count);
    }
  } finally {
    await Promise.all([from.close(), to.close()]);
  }
};
