// A recording put together from sentences, with what was said when.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dice } from '../dice.mjs';
import { ffmpeg, rate } from './voice.mjs';

/**
 * A scene grows sentence by sentence: each is a turn with its times, and lies on one of the channels. `gap` is the silence
 * before it in seconds, `level` in decibels, `at` a fixed time instead of a gap.
 */
export const createScene = (say, { channels = 1, before = 1 } = {}) => {
  const pieces = [];
  const turns = [];
  let end = before;
  const add = (
    voice,
    text,
    { gap = pieces.length === 0 ? 0 : 0.7, at, level = 0, channel = 0, also = [], through } = {},
  ) => {
    const clean = say(voice, text);
    const samples = through === undefined ? clean : through(clean);
    const start = at ?? end + gap;
    pieces.push({ samples, start, channel, factor: 10 ** (level / 20) });
    turns.push({ text, start, end: start + samples.length / rate, speaker: voice, also });
    end = Math.max(end, start + samples.length / rate);
    return scene;
  };
  const scene = {
    turns,
    add,
    /** Seconds of silence more. */
    rest: (seconds) => {
      end += seconds;
      return scene;
    },
    get end() {
      return end;
    },
    /** One Float32Array a channel; `noise` is the peak of a hiss on all of them. */
    render: ({ after = 1, noise = 0 } = {}) => {
      const length = Math.round((end + after) * rate);
      const random = dice(9);
      const tracks = Array.from({ length: channels }, () =>
        Float32Array.from({ length }, () => (noise === 0 ? 0 : noise * random())),
      );
      for (const { samples, start, channel, factor } of pieces) {
        const from = Math.round(start * rate);
        for (const track of channel === 'all' ? tracks : [tracks[channel]])
          for (let i = 0; i < samples.length; i += 1) track[from + i] += factor * samples[i];
      }
      return tracks;
    },
  };
  return scene;
};

/** Writes channels as a WAV of 16 bits. */
export const writeTracks = (dir, name, tracks) => {
  const [first] = tracks;
  const raw = Buffer.alloc(first.length * tracks.length * 2);
  for (const [channel, track] of tracks.entries())
    for (let i = 0; i < track.length; i += 1)
      raw.writeInt16LE(Math.round(32_767 * Math.max(-1, Math.min(1, track[i]))), (i * tracks.length + channel) * 2);
  const path = join(dir, `${name}.raw`);
  writeFileSync(path, raw);
  const wav = join(dir, `${name}.wav`);
  ffmpeg(['-f', 's16le', '-ar', String(rate), '-ac', String(tracks.length), '-i', path, wav]);
  return wav;
};

/** A sentence through ffmpeg's filters, e.g. a telephone's band. */
export const filtered = (dir, filters) => (samples) => {
  const raw = join(dir, 'filtered.raw');
  writeFileSync(raw, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
  const from = ['-f', 'f32le', '-ar', String(rate), '-ac', '1', '-i', raw];
  const bytes = ffmpeg([...from, '-af', filters, '-ar', String(rate), '-f', 'f32le', '-']);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};
