// Recordings with known answers, joined in a temporary folder. Real ones are used where they lie beside the repository.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dice } from './dice.mjs';

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

/** Describes what was measured. */
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

const seconds = (count) => Math.round(count * rate);
/** Plucked chords over a bass, and a drum; 16 bit. */
const music = (length) => {
  const random = dice(7);
  const chords = [
    [220, 261.6, 329.6],
    [174.6, 220, 261.6],
    [261.6, 329.6, 392],
    [196, 246.9, 293.7],
  ];
  const pcm = Buffer.alloc(seconds(length) * 2);
  for (let i = 0; i < pcm.length / 2; i += 1) {
    const beat = (i / rate) * 2;
    const chord = chords[(beat >> 2) % chords.length];
    const since = (beat % 1) / 2;
    const t = i / rate;
    const tone = (hertz, level) =>
      level * Math.sin(2 * Math.PI * hertz * t) + 0.4 * level * Math.sin(4 * Math.PI * hertz * t);
    const plucked = chord.reduce((sum, hertz) => sum + tone(hertz, 0.12), 0) * Math.exp(-4 * since);
    const drum = random() * 0.2 * Math.exp(-40 * since) * (Math.floor(beat) % 2);
    pcm.writeInt16LE(Math.round(20_000 * (plucked + tone(chord[0] / 2, 0.15) + drum)), i * 2);
  }
  return pcm;
};

const noise = (length) => {
  const random = dice(3);
  const pcm = Buffer.alloc(seconds(length) * 2);
  let low = 0;
  for (let i = 0; i < pcm.length / 2; i += 1) {
    low = 0.97 * low + 0.03 * random();
    pcm.writeInt16LE(Math.round(3000 * (low + 0.1 * random())), i * 2);
  }
  return pcm;
};

/**
 * The dialogue `repeats` times with `hours` of silence, noise and music between: the recording, where no one speaks, and how
 * many words are said.
 */
export const gapped = (dir, { hours, repeats }) => {
  const said = pcmOf(spoken[0].wav);
  const each = (hours * 3600) / (repeats - 1);
  const makers = { silence: (length) => Buffer.alloc(seconds(length) * 2), noise, music };
  const kinds = Object.fromEntries(Object.entries(makers).map(([kind, make]) => [kind, make(each)]));
  const gaps = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]));
  const parts = [said];
  let length = said.length;
  for (let i = 1; i < repeats; i += 1) {
    const kind = Object.keys(kinds)[i % 3];
    gaps[kind].push({ start: length / 2 / rate, end: (length + kinds[kind].length) / 2 / rate });
    parts.push(kinds[kind], said);
    length += kinds[kind].length + said.length;
  }
  const wav = writeWav(join(dir, 'gapped.wav'), Buffer.concat(parts));
  return { wav, gaps, words: repeats * spoken[0].text.split(/\s+/).length, seconds: length / 2 / rate };
};

const jfkPhrases = [
  [0.3, 2.2],
  [3.2, 4.4],
  [5.4, 7.7],
  [8.1, 10.6],
];
/** Stretches of 2–6 s (whole turns where they are given in turns) in which one person speaks alone, by person, 16-bit samples. */
const stretches = () => {
  const people = new Map();
  const add = (who, pcm, start, end) => {
    if (!people.has(who)) people.set(who, []);
    people.get(who).push(pcm.subarray(seconds(start) * 2, seconds(end) * 2));
  };
  for (const { set, wav, turns } of turned) {
    const pcm = pcmOf(wav);
    for (const turn of turns) {
      const others = turns.filter((other) => other !== turn && other.start < turn.end && other.end > turn.start);
      if (set === 'samples') add(turn.speaker, pcm, turn.start, turn.end);
      else
        for (let start = turn.start; start + 2 <= turn.end; start += 4) {
          const end = Math.min(start + 4, turn.end);
          if (!others.some((other) => other.start < end && other.end > start)) add(turn.speaker, pcm, start, end);
        }
    }
  }
  const enough = [...people].filter(([, pieces]) => pieces.length > 1);
  // Where no real recordings lie beside the repository, what the samples have.
  if (enough.length < 6) for (const [start, end] of jfkPhrases) add('jfk', pcmOf(join(samples, 'jfk.wav')), start, end);
  return new Map([...people].toSorted(([, a], [, b]) => lengthOf(b) - lengthOf(a)).slice(0, 6));
};
const lengthOf = (pieces) => pieces.reduce((sum, piece) => sum + piece.length, 0);

/**
 * Six people (four without the real recordings) in ever new order for so many seconds: turns of one to three stretches, one
 * in six begins before the last has ended, one in twelve after a pause; each is louder or softer every four minutes, and
 * there is some noise. The recording, who speaks when, and how many there are.
 */
export const gathering = (dir, length) => {
  const random = dice(11);
  const within = (low, high) => low + ((random() + 1) / 2) * (high - low);
  const people = [...stretches()];
  const sound = new Float32Array(seconds(length));
  // A generator of its own, so that a shorter recording is the beginning of a longer one.
  const hiss = dice(5);
  for (let i = 0; i < sound.length; i += 1) sound[i] = 30 * hiss();
  const turns = [];
  let [at, last, levels, quarter] = [0.5, -1, [], -1];
  while (at < length) {
    if (Math.floor(at / 240) !== quarter) {
      quarter = Math.floor(at / 240);
      levels = people.map(() => 10 ** (within(-6, 3) / 20));
    }
    let who = Math.floor(within(0, people.length - 1e-9));
    if (who === last) who = (who + 1) % people.length;
    last = who;
    const [speaker, pieces] = people[who];
    const begin = at;
    for (let left = Math.ceil(within(0.01, 3)); left > 0 && at < length; left -= 1) {
      const piece = pieces[Math.floor(within(0, pieces.length - 1e-9))];
      const from = seconds(at);
      const count = Math.min(piece.length / 2, sound.length - from);
      for (let i = 0; i < count; i += 1) sound[from + i] += levels[who] * piece.readInt16LE(i * 2);
      turns.push({ speaker, start: at, end: at + count / rate });
      at += count / rate + within(0, 0.3);
    }
    const lot = within(0, 1);
    if (lot < 1 / 6) at = Math.max(begin + 0.5, at - within(0.3, 1.8));
    else at += lot > 11 / 12 ? within(2, 15) : within(0, 0.5);
  }
  const pcm = Buffer.alloc(sound.length * 2);
  for (const [i, value] of sound.entries())
    pcm.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(value))), i * 2);
  return { wav: writeWav(join(dir, `gathering-${length}.wav`), pcm), turns, people: people.length };
};
