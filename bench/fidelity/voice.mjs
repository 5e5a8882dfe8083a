// Sentences spoken by voices that Debian packages, as samples of 16 kHz between -1 and 1, without silence around them.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { resolveFfmpeg } from '@whisper-bot/speech';
import { voicePackages } from '../../setup/debian.mjs';

export const rate = 16_000;

const flite = (name) => (text, wav) => ['flite', ['-voice', name, '-t', text, '-o', wav]];
const espeak = (name) => (text, wav) => ['espeak-ng', ['-v', name, '-s', '150', '-w', wav, text]];
const festival = (name) => (text, wav) => ['text2wave', ['-eval', `(voice_${name})`, '-o', wav], text];

/** By language: who can speak it, and with which program. */
const voices = {
  slt: flite('slt'),
  rms: flite('rms'),
  awb: flite('awb'),
  kal: flite('kal'),
  nsh: festival('msu_ru_nsh_clunits'),
  diphone: festival('kal_diphone'),
  robot: espeak('en-us'),
  german: espeak('de'),
};

/** Throws with the one command that installs what is missing. */
export const requireVoices = () => {
  const missing = voicePackages.filter(([, path]) => !existsSync(path)).map(([name]) => name);
  if (missing.length === 0) return;
  throw new Error(`The voices are missing: apt-get install -y --no-install-recommends ${missing.join(' ')}`);
};

export const ffmpeg = (args) =>
  execFileSync(resolveFfmpeg(process.env.FFMPEG_PATH), ['-v', 'error', '-y', ...args], { maxBuffer: 2 ** 30 });

/** A recording as samples, mixed to one channel. */
export const samplesOf = (path) => {
  const bytes = ffmpeg(['-i', path, '-ac', '1', '-ar', String(rate), '-f', 'f32le', '-']);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

/** Voices differ in how much silence they put around a sentence; times are to be known. */
const withoutSilence = (samples) => {
  const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const isHeard = (value) => Math.abs(value) > 0.01 * peak;
  const [from, to] = [samples.findIndex(isHeard), samples.findLastIndex(isHeard)];
  return samples.subarray(Math.max(0, from - 160), to + 160);
};

/** Opens the voices; what was spoken once in `dir` is not spoken again. */
export const openVoices = (dir) => {
  const known = new Map();
  /** A sentence at a peak of 0.5 (-6 dB). */
  return (voice, text) => {
    const key = createHash('sha256').update(`${voice}\n${text}`).digest('hex').slice(0, 16);
    if (!known.has(key)) {
      const wav = join(dir, `said-${key}.wav`);
      const [program, args, input = ''] = voices[voice](text, wav);
      const { status, stderr } = spawnSync(program, args, { input, encoding: 'utf8' });
      if (status !== 0) throw new Error(`${program} failed: ${stderr?.trim().split('\n').at(-1)}`);
      const samples = withoutSilence(samplesOf(wav));
      const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      known.set(
        key,
        samples.map((value) => (0.5 * value) / peak),
      );
    }
    return known.get(key);
  };
};
