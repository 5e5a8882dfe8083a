import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMachine, resolveConfig } from '@whisper-bot/config';
import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import { createLogger } from '@whisper-bot/runtime';
import { createTaskFolder, type Task, type TaskOptions, taskSchema } from '@whisper-bot/task';
import { normalizeWords } from '@whisper-bot/testing';
import { formats, type Transcript } from '@whisper-bot/transcript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createRealEngines, type RealEngines } from './real-engines.js';
import { type Harness, openHarness } from './test/harness.js';
import { createWorker, type Worker } from './worker.js';

// Recordings as people send them, from the file to the transcript: the real decoder, detector, transcriber and merge.
const hangBound = 180_000;

const samples = join(readMachine().repository, 'samples');
const [jfk, dialogue, russian] = ['jfk.wav', 'dialogue-3-speakers.wav', 'russian.wav'].map((name) =>
  join(samples, name),
) as [string, string, string];
const whole = /fellow Americans.*what your country can do for you.*what you can do for your country/i;

let redis: TestRedis;
let harness: Harness;
let engines: RealEngines;
let worker: Worker;
let folder: string;

beforeAll(async () => {
  redis = await startRedis();
  harness = await openHarness(redis.url);
  folder = await mkdtemp(join(tmpdir(), 'whisper-bot-media-'));
  const { repository } = readMachine();
  const config = resolveConfig({ env: process.env });
  engines = createRealEngines({ config, repository, logger: createLogger({ name: 'media', level: 'silent' }) });
  worker = await createWorker({ pipeline: harness.pipeline, engines });
});
afterAll(async () => {
  await worker.close();
  await engines.close();
  await harness.close();
  await redis.close();
  await rm(folder, { recursive: true });
});

/** Lets ffmpeg make a recording. */
const make = (name: string, ...args: string[]): string => {
  const path = join(folder, name);
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args, path]);
  return path;
};
/** Runs a recording through the worker. */
const run = async (
  path: string,
  options: Partial<TaskOptions> = {},
): Promise<{ task: Task; transcript: Transcript }> => {
  const task = taskSchema.parse({
    v: 1,
    id: randomUUID(),
    channel: 'folder',
    source: 'audio.bin',
    owner: 'local',
    options,
    acceptedAt: new Date().toISOString(),
  });
  const made = await createTaskFolder(harness.tasksDir, task.id);
  await copyFile(path, made.file('audio.bin'));
  await harness.pipeline.submit(task);
  const ended = await harness.pipeline.untilEnded(task.id, AbortSignal.timeout(hangBound));
  expect(ended).toMatchObject({ state: 'done' });
  const transcript = await harness.transcript(task.id);
  await expectOrder(transcript);
  return { task, transcript };
};
const wordsOf = ({ segments }: Transcript) => segments.flatMap(({ words }) => words);

/** Every time lies within the file, is longer than nothing and in order, in each format. */
const expectOrder = async (transcript: Transcript): Promise<void> => {
  const inOrder = (times: readonly { start: number; end: number }[]) => {
    for (const [index, { start, end }] of times.entries()) {
      expect(end).toBeGreaterThan(start);
      expect(end).toBeLessThanOrEqual(transcript.duration + 0.001);
      expect(start).toBeGreaterThanOrEqual(times[index - 1]?.start ?? 0);
    }
  };
  inOrder(transcript.segments);
  for (const { words } of transcript.segments) inOrder(words);
  const verbose: unknown = JSON.parse(
    String(await formats.verbose_json.render(transcript, { granularities: ['word', 'segment'] })),
  );
  const times = z.array(z.object({ start: z.number(), end: z.number() }));
  const { words, segments } = z.object({ words: times, segments: times }).parse(verbose);
  inOrder(words);
  inOrder(segments);
  const clock = (text: string): number =>
    text.split(/[:,.]/).reduce((sum, part, index) => sum + Number(part) * ([3600, 60, 1, 0.001][index] ?? 0), 0);
  for (const format of [formats.srt, formats.vtt]) {
    const cues = [...String(await format.render(transcript)).matchAll(/^(\S+) --> (\S+)$/gm)];
    inOrder(cues.map(([, start = '', end = '']) => ({ start: clock(start), end: clock(end) })));
  }
};
/** Seconds at which a word is said first. */
const saidAt = (transcript: Transcript, word: RegExp): number =>
  wordsOf(transcript).find(({ text }) => word.test(text))?.start ?? Number.NaN;
const speakerOf = (transcript: Transcript, words: RegExp) =>
  transcript.segments.find(({ text }) => words.test(text))?.speaker;

const pictures = (seconds: number) => ['-f', 'lavfi', '-i', `color=size=32x32:rate=10:duration=${seconds}`];

test('sound that begins at five seconds has its words there', async () => {
  const path = make('late.mkv', ...pictures(17), '-itsoffset', '5', '-i', jfk, '-c:v', 'mpeg4', '-c:a', 'aac');
  const { transcript } = await run(path, { diarize: false });
  expect(transcript.text).toMatch(whole);
  expect(wordsOf(transcript)[0]?.start).toBeGreaterThan(4.9);
  expect(wordsOf(transcript)[0]?.start).toBeLessThan(6);
  expect(transcript.duration).toBeCloseTo(16, 0);
});

test('words after missing packets keep their times', async () => {
  const path = make(
    'hole.mkv',
    ...pictures(43),
    '-i',
    dialogue,
    '-af',
    'aselect=not(between(t\\,10\\,20))',
    '-c:v',
    'mpeg4',
    '-c:a',
    'aac',
  );
  const { transcript } = await run(path, { diarize: false, language: 'en' });
  expect(transcript.duration).toBeCloseTo(43.1, 0);
  expect(saidAt(transcript, /Hamburg/)).toBeGreaterThan(23);
  expect(saidAt(transcript, /Hamburg/)).toBeLessThan(26.5);
});

test('of channels that cancel each other the sentence is whole, and one recording', async () => {
  const { transcript } = await run(make('antiphase.flac', '-i', jfk, '-af', 'pan=stereo|c0=c0|c1=-1*c0'));
  expect(transcript.text).toMatch(whole);
  expect(transcript.speakers.list).toHaveLength(1);
});

/** A conversation on two channels, one side on each. */
const call = async (name: string, ...args: string[]): Promise<string> => {
  const turns = z
    .array(z.object({ speaker: z.string(), start: z.number(), end: z.number() }))
    .parse(JSON.parse(await readFile(join(samples, 'dialogue-3-speakers.json'), 'utf8')));
  const first = turns[0]?.speaker;
  const own = (is: boolean) =>
    turns
      .filter(({ speaker }) => (speaker === first) === is)
      .map(({ start, end }) => `between(t,${start - 0.1},${end + 0.1})`)
      .join('+');
  const side = (is: boolean, label: string) =>
    `[0]volume=0:enable='not(${own(is)})',aformat=channel_layouts=mono[${label}]`;
  const graph = `${side(true, 'a')};${side(false, 'b')};[a][b]amerge=inputs=2`;
  return make(name, '-i', dialogue, '-filter_complex', graph, '-ac', '2', '-t', '23.5', ...args);
};

test.each(['call.flac', 'call.mp3', 'call.m4a'])(
  'a call with one side on each channel has a speaker for each (%s)',
  async (name) => {
    const { transcript } = await run(await call(name), { language: 'en' });
    expect(transcript.speakers).toMatchObject({
      outcome: 'found',
      list: [{ label: 'SPEAKER_00' }, { label: 'SPEAKER_01' }],
    });
    expect(speakerOf(transcript, /joining the call/)).toBe('SPEAKER_00');
    expect(speakerOf(transcript, /numbers look better/)).toBe('SPEAKER_01');
    expect(transcript.segments.length).toBeGreaterThan(3);
  },
);

test('what leaks from one side of a call into the other is written once, by who said it', async () => {
  const clean = await call('clean.flac');
  const leaky = 'pan=stereo|c0=c0+0.1*c1|c1=c1+0.1*c0';
  const { transcript } = await run(make('leaky.flac', '-i', clean, '-af', leaky), { language: 'en' });
  expect(transcript.speakers.list).toHaveLength(2);
  expect(speakerOf(transcript, /joining the call/)).toBe('SPEAKER_00');
  expect(speakerOf(transcript, /numbers look better/)).toBe('SPEAKER_01');
  for (const words of [/joining the call/g, /numbers look better/g, /Which of the dates/g])
    expect(transcript.text.match(words)).toHaveLength(1);
  const alone = await run(clean, { language: 'en' });
  expect(normalizeWords(transcript.text)).toEqual(normalizeWords(alone.transcript.text));
});

test('people who talk at once, each on a channel, are both whole, whatever the number of speakers asked for', async () => {
  const channels =
    '[0]aformat=channel_layouts=mono[a];[1]atrim=0:11,aformat=channel_layouts=mono[b];[a][b]amerge=inputs=2';
  const path = make('at-once.flac', '-i', jfk, '-i', dialogue, '-filter_complex', channels, '-ac', '2');
  const { task, transcript } = await run(path, { language: 'en' });
  expect(transcript.speakers.list).toHaveLength(2);
  const spokenBy = (label: string) =>
    transcript.segments
      .filter(({ speaker }) => speaker === label)
      .map(({ text }) => text)
      .join(' ');
  const sides = [spokenBy('SPEAKER_00'), spokenBy('SPEAKER_01')];
  expect(sides.filter((side) => whole.test(side))).toHaveLength(1);
  expect(sides.filter((side) => /Good morning.*joining the call.*read the report/i.test(side))).toHaveLength(1);
  // Decided once: another number of speakers is a matter of the merge.
  await harness.pipeline.revise(task.id, { speakers: { kind: 'exactly', count: 1 } });
  await harness.pipeline.untilEnded(task.id, AbortSignal.timeout(hangBound));
  const revised = await harness.transcript(task.id);
  expect(revised.speakers.list).toHaveLength(1);
  expect(revised.text).toMatch(/fellow Americans/);
  await harness.pipeline.revise(task.id, { diarize: false });
  await harness.pipeline.untilEnded(task.id, AbortSignal.timeout(hangBound));
  expect(await harness.transcript(task.id)).toMatchObject({ speakers: { outcome: 'off', list: [] } });
});

test.each([
  ['codec.mp3', ['-af', 'pan=stereo|c0=c0|c1=0.3*c0', '-b:a', '32k']],
  ['delay.flac', ['-af', 'pan=stereo|c0=c0|c1=c0,adelay=0|12']],
  ['silent-right.flac', ['-af', 'pan=stereo|c0=c0|c1=0*c0']],
  ['silent-left.flac', ['-af', 'pan=stereo|c0=0*c0|c1=c0']],
  ['surround.flac', ['-af', 'pan=5.1|c0=0.05*c0|c1=0.05*c0|c2=c0']],
])('the same sound on several channels is one recording (%s)', async (name, args) => {
  const { transcript } = await run(make(name, '-i', jfk, ...args), { language: 'en' });
  expect(transcript.text).toMatch(whole);
  expect(transcript.speakers.list).toHaveLength(1);
});

test('of an Ogg cut at seventy per cent, what is there is transcribed, and the answers say so', async () => {
  const path = make('cut.ogg', '-i', dialogue, '-c:a', 'libopus');
  await truncate(path, Math.floor((await stat(path)).size * 0.7));
  const { transcript } = await run(path, { diarize: false, language: 'en' });
  expect(transcript.breaksOff).toBe(true);
  expect(transcript.text).toMatch(/Good morning.*Hamburg/);
  expect(transcript.duration).toBeGreaterThan(28);
  for (const format of ['text', 'json', 'verbose_json', 'vtt', 'md'] as const)
    expect(String(await formats[format].render(transcript))).toMatch(/break/i);
});

test('of several sound tracks the one in the wanted language is heard, and the others are named', async () => {
  const path = make(
    'tracks.mkv',
    ...['-i', russian, '-i', jfk, '-map', '0:a', '-map', '1:a', '-c:a', 'aac'],
    ...['-metadata:s:a:0', 'language=rus', '-metadata:s:a:1', 'language=eng', '-disposition:a:0', 'default'],
  );
  const first = await run(path, { diarize: false });
  expect(first.transcript).toMatchObject({ language: 'ru', otherTracks: [{ track: 2, language: 'en' }] });
  expect((await run(path, { diarize: false, language: 'en' })).transcript.text).toMatch(whole);
  expect((await run(path, { diarize: false, track: 2 })).transcript).toMatchObject({
    language: 'en',
    otherTracks: [{ track: 1, language: 'ru' }],
  });
});

test('a silent first track is not silence', async () => {
  const silence = ['-f', 'lavfi', '-i', 'anullsrc=r=16000:cl=stereo'];
  const path = make(
    'desktop.mkv',
    ...silence,
    '-i',
    jfk,
    '-map',
    '0:a',
    '-map',
    '1:a',
    '-t',
    '11',
    '-c:a',
    'aac',
    '-disposition:a:0',
    'default',
  );
  const { transcript } = await run(path, { diarize: false });
  expect(transcript.text).toMatch(whole);
  expect(transcript.otherTracks).toBeUndefined();
});
