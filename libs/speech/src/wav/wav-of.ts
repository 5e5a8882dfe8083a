import { sampleRate } from './sample-rate.js';

const headerBytes = 44;

/** The header of a 16 kHz mono 16-bit WAV of so many samples. */
export const wavHeader = (samples: number): Buffer => {
  const header = Buffer.alloc(headerBytes);
  const bytes = Math.min(0xffff_ffff - headerBytes, samples * 2);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(headerBytes - 8 + bytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(bytes, 40);
  return header;
};

/** A 16 kHz mono 16-bit WAV of samples −1 … 1, in memory: for clips, not for recordings. */
export const wavOf = (samples: Float32Array): Buffer => {
  const wav = Buffer.alloc(headerBytes + samples.length * 2);
  wavHeader(samples.length).copy(wav);
  for (const [i, sample] of samples.entries())
    wav.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), headerBytes + i * 2);
  return wav;
};
