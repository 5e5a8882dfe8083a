// Recordings as they often are: engines that hear all of a clean one differ here.
import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { resolveFfmpeg } from '@whisper-bot/speech';

const under = (sound) => `[0]volume=0.5[speech];${sound}[more];[speech][more]amix=duration=first:normalize=0`;

/** ffmpeg's filters from a clean recording `[0]` to a bad one; what is random has a seed, so that every run hears the same. */
export const conditions = {
  'a telephone’s band': '[0]highpass=f=300:p=2,lowpass=f=3400:p=2,aresample=8000',
  'a hall': '[0]aecho=0.8:0.8:35|70|120|180:0.5|0.4|0.3|0.2',
  'pink noise': under('anoisesrc=color=pink:amplitude=0.12:seed=1'),
  'white noise': under('anoisesrc=color=white:amplitude=0.05:seed=2'),
  'a hum': under('sine=frequency=100,volume=0.8'),
  'a low level': '[0]volume=-40dB,aformat=sample_fmts=s16',
};
/** Not for turns, which would move. */
export const paces = { 'a quick speaker': '[0]atempo=1.4', 'a slow speaker': '[0]atempo=0.75' };

/** Recordings through each of the filters, in a temporary folder; whatever else is known of them stays. */
export const degraded = (dir, recordings, filters) =>
  Object.values(filters).flatMap((filter, index) =>
    recordings.map((one) => {
      const wav = join(dir, `degraded-${index}-${basename(one.wav)}`);
      const from = ['-v', 'error', '-y', '-i', one.wav];
      const to = ['-ar', '16000', '-ac', '1', '-c:a', 'pcm_s16le', wav];
      execFileSync(resolveFfmpeg(process.env.FFMPEG_PATH), [...from, '-filter_complex', filter, ...to]);
      return { ...one, wav };
    }),
  );

/** Says how recordings were made worse. */
export const worseNote = (filters) => `Made worse: ${Object.keys(filters).join(', ')}.`;
