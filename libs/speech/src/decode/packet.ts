/**
 * Reads ffmpeg's list of packets (`framecrc`): stream, decoding time, time, length, bytes, checksum; times in samples.
 * Returns the function to feed it with.
 */
export const createPacketReader = (onPacket: (time: number, length: number) => void) => {
  let pending = '';
  return (chunk: Buffer): void => {
    const lines = (pending + chunk.toString('latin1')).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('#')) continue;
      const [, , time, , bytes] = line.split(',');
      // Two bytes a sample: the stated length may be that of another clock.
      const length = Number(bytes) / 2;
      if (Number.isInteger(length)) onPacket(Number(time), length);
    }
  };
};
