import type { FileHandle } from 'node:fs/promises';
import { messagesOf } from './cause.js';
import { parseDump } from './dump.js';

/**
 * What ffmpeg's demuxers say where a file ends before its own tables, elements or header do: mov, matroska, and mp3 whose header
 * tells of a sixteenth more.
 */
const reports = /: partial file\b|\] File ended prematurely|\] filesize and duration do not match/;
/** Seconds: FLAC states its length to the sample. */
const tolerance = 1;

/**
 * Whether ffmpeg noticed that a decoded file ended before its time. False for what does not say how long it should be: ADTS, AMR,
 * MP3 without a header.
 * @param log of the run that decoded
 * @param duration seconds that were decoded
 */
export const breaksOff = (log: string, duration: number): boolean => {
  if (reports.test(messagesOf(log))) return true;
  const declared = parseDump(log)?.audio;
  return declared?.format === 'flac' && declared.duration !== null && duration < declared.duration - tolerance;
};

/** Bytes that a RIFF header may promise: programs that write to a pipe, and know no length, promise two or four gigabytes. */
const honest = 2 ** 31 - 2 ** 16;

/** Whether a WAV file certainly ends before its time, of which ffmpeg says nothing: it is a second shorter than its header says. */
export const isCutOffWav = async (handle: FileHandle, head: Buffer): Promise<boolean> => {
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE' || head.length < 36)
    return false;
  const promised = head.readUInt32LE(4) + 8;
  const format = head.indexOf('fmt ', 12, 'latin1');
  if (promised > honest || format === -1 || format + 20 > head.length) return false;
  const bytesASecond = head.readUInt32LE(format + 16);
  return (await handle.stat()).size < promised - bytesASecond * tolerance;
};
