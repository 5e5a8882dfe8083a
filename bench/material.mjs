// Recordings with known answers, joined in a temporary folder. Real ones are used where they lie beside the repository.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const samples = join(root, 'samples');
const more = process.env.WHISPER_BOT_BENCH_AUDIO ?? join(root, '..', 'shared', 'audio');
const rate = 16_000;

/** The samples of a 16 kHz mono 16-bit WAV. */
const pcmOf = (path) => {
  const file = readFileSync(path);
  let at = 12;
  while (at + 8 <= file.length && file.toString('latin1', at, at + 4) !== 'data') at += 8 + file.readUInt32LE(at + 4);
  return file.subarray(at + 8, at + 8 + file.readUInt32LE(at + 4));
};

const writeWav = (path, pcm) => {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + pcm.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(pcm.length, 40);
  writeFileSync(path, Buffer.concat([head, pcm]));
  return path;
};

const rttm = (path) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('SPEAKER'))
    .map((line) => line.split(/\s+/))
    .map((part) => ({ start: Number(part[3]), end: Number(part[3]) + Number(part[4]), speaker: part[7] }));

const dialogue = JSON.parse(readFileSync(join(samples, 'dialogue-3-speakers.json'), 'utf8'));
const jfk =
  'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.';
const russian =
  'Доброе утро. Сегодня мы обсудим план перехода от монолита к микросервисам. Бот скачивает файл и публикует задачу в очередь.';

/** What is said in the samples. */
export const spoken = [
  { wav: join(samples, 'dialogue-3-speakers.wav'), language: 'en', text: dialogue.map(({ text }) => text).join(' ') },
  { wav: join(samples, 'jfk.wav'), language: 'en', text: jfk },
  { wav: join(samples, 'russian.wav'), language: 'ru', text: russian },
];

const meetingsDir = join(more, 'meetings');
const meetings = existsSync(meetingsDir)
  ? readdirSync(meetingsDir)
      .filter((name) => name.endsWith('.wav'))
      .toSorted()
      .map((name) => ({
        set: 'meetings',
        wav: join(meetingsDir, name),
        turns: rttm(join(meetingsDir, name.replace(/wav$/, 'rttm'))),
      }))
  : [];
const call = join(more, 'conversation-30s.wav');
const calls = existsSync(call) ? [{ set: 'telephone', wav: call, turns: rttm(call.replace(/wav$/, 'rttm')) }] : [];

/** Who speaks when. */
export const turned = [
  { set: 'samples', wav: join(samples, 'dialogue-3-speakers.wav'), turns: dialogue },
  ...calls,
  ...meetings,
];

/** Says what the figures stand on. */
export const materialNote = `Material: the samples${calls.length + meetings.length > 0 ? `, ${calls.length} real telephone conversation and ${meetings.length} clips of real meetings (30 s each)` : ' only: no real recordings lie beside the repository (WHISPER_BOT_BENCH_AUDIO)'}, joined and repeated to the length asked for.`;

/** Joins and repeats conversation to exactly `seconds`. */
export const conversation = (dir, seconds) => {
  const pieces = [...turned.map(({ wav }) => wav), join(samples, 'jfk.wav')].map(pcmOf);
  const wanted = seconds * rate * 2;
  const parts = [];
  for (let length = 0, next = 0; length < wanted; next += 1) {
    const piece = pieces[next % pieces.length].subarray(0, wanted - length);
    parts.push(piece);
    length += piece.length;
  }
  return writeWav(join(dir, `conversation-${seconds}.wav`), Buffer.concat(parts));
};

/** The first seconds of the dialogue: a voice note. */
export const note = (dir, seconds) =>
  writeWav(join(dir, `note-${seconds}.wav`), pcmOf(spoken[0].wav).subarray(0, seconds * rate * 2));
