import { type FileHandle, open } from 'node:fs/promises';
import { TaskError } from '@whisper-bot/task';
import { sampleRate } from './sample-rate.js';

export interface Wav {
  /** Of the recording, samples. */
  length: number;
  /** Seconds. */
  duration: number;
  /** Samples from `start` on, −1 … 1; fewer than `count` at the end of the recording. */
  read(start: number, count: number): Promise<Float32Array>;
  close(): Promise<void>;
}

const invalid = (path: string, why: string) =>
  new TaskError('internal', 'The decoded audio cannot be read.', { cause: `${path}: ${why}` });

/** Opens a 16 kHz mono 16-bit WAV to be read in pieces, so that ten hours need no more memory than ten seconds. */
export const openWav = async (path: string): Promise<Wav> => {
  const handle = await open(path, 'r');
  try {
    const { offset, bytes } = await findSamples(handle, path);
    const length = Math.floor(bytes / 2);
    return {
      length,
      duration: length / sampleRate,
      async read(start, count) {
        const wanted = Math.max(0, Math.min(count, length - start));
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(wanted * 2), 0, wanted * 2, offset + start * 2);
        const samples = new Float32Array(Math.floor(bytesRead / 2));
        for (let i = 0; i < samples.length; i++) samples[i] = buffer.readInt16LE(i * 2) / 32_768;
        return samples;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
};

const findSamples = async (handle: FileHandle, path: string): Promise<{ offset: number; bytes: number }> => {
  const { size } = await handle.stat();
  const header = Buffer.alloc(12);
  await handle.read(header, 0, 12, 0);
  if (header.toString('latin1', 0, 4) !== 'RIFF' || header.toString('latin1', 8, 12) !== 'WAVE')
    throw invalid(path, 'no RIFF WAVE header');
  for (let at = 12; at + 8 <= size; ) {
    const chunk = Buffer.alloc(24);
    await handle.read(chunk, 0, 24, at);
    const kind = chunk.toString('latin1', 0, 4);
    const bytes = chunk.readUInt32LE(4);
    if (kind === 'fmt ') {
      const [channels, rate, bits] = [chunk.readUInt16LE(10), chunk.readUInt32LE(12), chunk.readUInt16LE(22)];
      if (channels !== 1 || rate !== sampleRate || bits !== 16)
        throw invalid(path, `${channels} channels, ${rate} Hz, ${bits} bits`);
    }
    // A file still open elsewhere, or cut, may say more than it has.
    if (kind === 'data') return { offset: at + 8, bytes: Math.min(bytes, size - at - 8) };
    at += 8 + bytes + (bytes % 2);
  }
  throw invalid(path, 'no samples');
};
