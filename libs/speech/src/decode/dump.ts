import type { AudioTrack, MediaInfo } from '../contract.js';

/**
 * What ffmpeg says of its input before it begins: the part of its log that every version prints alike. (ffprobe would
 * answer in JSON, but `ffmpeg-static` brings none.) Null where there was no input; `audio` is null where it has no sound.
 */
export const parseDump = (
  log: string,
): { audio: (MediaInfo & Required<Pick<MediaInfo, 'tracks'>>) | null; format: string; start: number } | null => {
  const input = /^Input #0, (.+), from '/m.exec(log);
  if (!input) return null;
  // The output's streams are listed in the same words.
  const part = log.slice(input.index).split(/^(?:Output #0|Stream mapping:)/m)[0] ?? '';
  const format = input[1] ?? '';
  const tracks = [...part.matchAll(streamLine)].map(toTrack);
  // Of all streams: where the file begins.
  const start = Number(/^ {2}Duration: [^\n]*?, start: (-?\d+(?:\.\d+)?)/m.exec(part)?.[1] ?? 0);
  const [first] = tracks;
  if (first === undefined) return { audio: null, format, start };
  const { codec, channels, sampleRate } = first;
  return { format, start, audio: { duration: parseDuration(part), format, codec, channels, sampleRate, tracks } };
};

/** `Stream #0:1[0x101](eng): Audio: aac (LC), 48000 Hz, stereo, fltp (default)`, in parts. */
const streamLine =
  /^ {2,4}Stream #0:\d+(?:\[0x[0-9a-f]+\])?(?:\(([^)\s]{1,40})\))?\S*: Audio: (\w+)\b[^\n]*?, (\d+) Hz, ([^,\n]+)([^\n]*)/gm;

const toTrack = (
  [, language, codec = '', rate, layout = '', rest = '']: RegExpExecArray,
  index: number,
): AudioTrack => ({
  number: index + 1,
  language: language === undefined || language === 'und' ? null : language,
  isDefault: rest.includes('(default)'),
  isExtra: /\((?:comment|visual impaired|descriptions|karaoke|lyrics)\)/.test(rest),
  codec,
  channels: channelCount(layout),
  sampleRate: Number(rate),
});

const parseDuration = (part: string): number | null => {
  const match = /^ {2}Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)/m.exec(part);
  return match ? Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]) : null;
};

const named: Record<string, number> = { mono: 1, stereo: 2, downmix: 2, quad: 4, hexagonal: 6, octagonal: 8, cube: 8 };

/** Channels of ffmpeg's layout name: `stereo`, `5.1(side)`, `7.1`, `8 channels`, `2 channels (FL+FR)`. */
export const channelCount = (layout: string): number => {
  const counted = /^(\d+) channels/.exec(layout);
  if (counted) return Number(counted[1]);
  const dotted = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(layout);
  if (dotted) return Number(dotted[1]) + Number(dotted[2]) + Number(dotted[3] ?? 0);
  return named[layout.replace(/\(.*/, '').trim()] ?? 1;
};
