import { parseDump } from './dump.js';

/**
 * What ffmpeg's demuxers say where a file ends before its own tables, elements or header do: mov, matroska, and mp3 whose header
 * tells of a sixteenth more.
 */
const reports = /: partial file\b|\] File ended prematurely|\] filesize and duration do not match/;
/** Seconds: FLAC tells its length to the sample. */
const tolerance = 1;

/**
 * Whether a decoded file certainly ended before its time. False for what does not say how long it should be: ADTS, AMR, MP3
 * without a header, and WAV, of which ffmpeg says nothing.
 * @param log of the run that decoded
 * @param duration seconds that were decoded
 */
export const breaksOff = (log: string, duration: number): boolean => {
  if (reports.test(log)) return true;
  const told = parseDump(log)?.audio;
  return told?.format === 'flac' && told.duration !== null && duration < told.duration - tolerance;
};
