import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { normalizeWords, until, wordErrorRate } from '@whisper-bot/testing';
import { type Transcript, transcriptSchema } from '@whisper-bot/transcript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Up, upSchema } from './home/up-file.js';
import { type CliOutcome, type CliRun, runCli, saidOf, sample, startCli } from './test/run-cli.js';

/** In `run/` when nothing runs: the name of the lock, and the ports that the next start takes again. */
const keptBetweenRuns = ['lock.json', 'ports.json'];
const jfk =
  /^And so,? my fellow Americans,? ask not what your country can do for you,? ask what you can do for your country\.?\n$/;
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A zombie that no one has reaped yet is dead all the same.
    return !/^State:\s*Z/m.test(execFileSync('cat', [`/proc/${pid}/status`], { encoding: 'utf8' }));
  } catch {
    return false;
  }
};
const childrenOf = (pid: number): number[] =>
  execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
    .trim()
    .split(/\s+/)
    .map(Number);

let root: string;
let home: string;
let files: string;
let running: CliRun;
let up: Up;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'whisper-bot-up-'));
  // The user `postgres`, whom the embedded PostgreSQL of root runs as, must be able to pass.
  await chmod(root, 0o711);
  [home, files] = [join(root, 'home'), join(root, 'files')];
  for (const folder of [home, files]) await mkdir(folder);
  makeBadInput(files);
  running = startCli(['up', '--json'], { home, cwd: root });
  up = upSchema.parse(JSON.parse(await running.firstLine));
});

afterAll(async () => {
  running.process.kill('SIGKILL');
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
});

/** A turn of the answer to a sample. */
interface Turn {
  speaker: string;
  text: string;
}

/** Who speaks, by the order in which people first speak, and how the turn begins and ends. */
const outline = ({ speaker, text }: Turn) => {
  const words = normalizeWords(text);
  return [['slt', 'rms', 'awb'].indexOf(speaker), words.slice(0, 2).join(' '), words.at(-1)];
};

/** Paragraphs of one speaker in a row are one turn. */
const heardTurns = ({ segments, speakers }: Transcript) => {
  const turns: Turn[] = [];
  for (const { speaker, text } of segments) {
    const name = ['slt', 'rms', 'awb'][speakers.list.findIndex(({ label }) => label === speaker)] ?? '';
    const last = turns.at(-1);
    if (last?.speaker === name) last.text += ` ${text}`;
    else turns.push({ speaker: name, text });
  }
  return turns.map(outline);
};

const transcribe = (file: string, ...options: string[]): Promise<CliOutcome> =>
  runCli(['transcribe', file, ...options], { home, cwd: files });

describe('with `up` running', () => {
  test('only its owner can read where it is and use its Redis', async () => {
    expect((await stat(join(home, 'run/up.json'))).mode & 0o777).toBe(0o600);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(up.redisUrl).port), '127.0.0.1', () => socket.write('PING\r\n'));
      socket.once('data', (data) => {
        resolve(String(data));
        socket.destroy();
      });
    });
    expect(answer).toContain('NOAUTH');
  });

  test('a second one in the same home is refused', async () => {
    const outcome = await runCli(['up'], { home });
    expect(outcome.code).toBe(1);
    expect(saidOf(outcome).at(-1)).toContain(`whisper-bot already runs in ${home} (process ${up.pid}).`);
  });

  test('three speakers are identified, word for word, and only the transcript is on standard output', async () => {
    const { code, out, err } = await transcribe(sample('dialogue-3-speakers.wav'), '--format', 'json');
    expect(code).toBe(0);
    const transcript = transcriptSchema.parse(JSON.parse(out));
    const turns = JSON.parse(await readFile(sample('dialogue-3-speakers.json'), 'utf8')) as Turn[];
    expect(wordErrorRate(turns.map(({ text }) => text).join(' '), transcript.text).rate).toBeLessThanOrEqual(0.03);
    expect(transcript.speakers.list).toHaveLength(3);
    expect(heardTurns(transcript)).toEqual(turns.map(outline));
    expect(err).toMatch(/: \d+ % transcribing|: \d+ % identifying speakers/);
  });

  test('a WAV that is not what the engines hear is decoded as any other recording', async () => {
    const file = join(files, 'studio.wav');
    execFileSync('ffmpeg', ['-v', 'error', '-i', sample('jfk.wav'), '-ar', '44100', '-ac', '2', file]);
    const { code, out } = await transcribe(file, '--language', 'en', '--no-diarize');
    expect(code).toBe(0);
    expect(out).toMatch(jfk);
  });

  test('the spoken language is found', async () => {
    const { out } = await transcribe(sample('russian.wav'), '--language', 'auto', '--no-diarize', '--format', 'json');
    expect(transcriptSchema.parse(JSON.parse(out))).toMatchObject({ language: 'ru', speakers: { outcome: 'off' } });
  });

  test.each([
    ['missing.wav', 'There is no file "missing.wav".'],
    ['empty.wav', '"empty.wav" is empty.'],
    ['folder', '"folder" is a folder; name the files in it.'],
    ['text.mp3', 'This file is neither audio nor video.'],
    ['header-only.ogg', 'This file is damaged: nothing in it can be played.'],
    ['video-without-sound.mp4', 'There is no sound in this file, only pictures.'],
    ['list.m3u8', 'This file is a list that points to other files or addresses; send the recording itself.'],
    ['concat.mp3', 'This file is a list that points to other files or addresses; send the recording itself.'],
  ])('%s: one sentence, code 1, nothing left behind', async (file, sentence) => {
    const before = await readdir(up.tasksDir);
    const outcome = await transcribe(file);
    expect(outcome).toMatchObject({ code: 1, out: '' });
    expect(saidOf(outcome)).toEqual([`whisper-bot: ${sentence}`]);
    expect(await readdir(up.tasksDir)).toEqual(before);
  });

  test('an Ogg file that breaks off is transcribed as far as it goes, and says so', async () => {
    const { code, out } = await transcribe('truncated.ogg', '--no-diarize');
    expect(code).toBe(0);
    expect(out).toMatch(/^The file breaks off at 00:06\./);
    expect(out).toMatch(/my fellow Americans/);
  });

  test('silence has an empty transcript that says so', async () => {
    const silence = await transcribe('silence.wav');
    expect(silence).toMatchObject({ code: 0, out: 'No speech was found.\n' });
    const json = await transcribe('silence.wav', '--format', 'json');
    expect(transcriptSchema.parse(JSON.parse(json.out)).segments).toEqual([]);
    expect(saidOf(json)).toEqual(['No speech was found.']);
  });

  test.each([`it's "quoted" $(touch pwned); rm -rf *\nnewline 日本語 ёж.wav`, '-dash.wav', '%s\\n`id`.wav'])(
    'a file called %j is just a file',
    async (name) => {
      copyFileSync(sample('jfk.wav'), join(files, name));
      const { code, out } = await runCli(['transcribe', '--no-diarize', '--', name], { home, cwd: files });
      expect({ code, text: jfk.test(out) }).toEqual({ code: 0, text: true });
      expect(await readdir(files)).toContain(name);
      expect(await readdir(files)).not.toContain('pwned');
    },
  );

  test('a recording may come by standard input and leave as subtitles in a file', async () => {
    const input = await readFile(sample('jfk.wav'));
    const target = join(root, 'talk.srt');
    const { code, out } = await runCli(['transcribe', '-', '-o', target, '--no-diarize'], { home, input });
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(await readFile(target, 'utf8')).toMatch(/^1\n00:00:0\d,\d{3} --> 00:00:\d\d,\d{3}\nAnd so/);
  });

  test('of several recordings the bad ones are named and the others are written', async () => {
    const target = join(root, 'several');
    const outcome = await runCli(
      ['transcribe', 'text.mp3', sample('jfk.wav'), 'missing.wav', 'silence.wav', '--no-diarize', '-o', `${target}/`],
      { home, cwd: files },
    );
    expect(outcome).toMatchObject({ code: 1, out: '' });
    expect(saidOf(outcome)).toEqual([
      'whisper-bot: There is no file "missing.wav".',
      'whisper-bot: "text.mp3": This file is neither audio nor video.',
      `Wrote ${target}/jfk.txt`,
      `Wrote ${target}/silence.txt`,
      'whisper-bot: 2 of 4 recordings could not be transcribed.',
    ]);
    expect(await readFile(join(target, 'jfk.txt'), 'utf8')).toMatch(jfk);
  });

  test('recordings of the same name are written to files of their own', async () => {
    const [one, other, target] = ['one', 'other', 'same-name'].map((name) => join(root, name)) as [
      string,
      string,
      string,
    ];
    for (const folder of [one, other, target]) await mkdir(folder);
    copyFileSync(sample('jfk.wav'), join(one, 'talk.wav'));
    copyFileSync(join(files, 'silence.wav'), join(other, 'talk.wav'));
    copyFileSync(join(files, 'silence.wav'), join(other, 'Talk.flac'));
    const given = [join(one, 'talk.wav'), join(other, 'talk.wav'), join(other, 'Talk.flac')];
    const { code } = await runCli(['transcribe', ...given, '--no-diarize', '--format', 'txt', '-o', target], { home });
    expect(code).toBe(0);
    const written = (await readdir(target)).sort();
    expect(written).toEqual(['Talk.flac.txt', 'talk.wav-2.txt', 'talk.wav.txt']);
    expect(await readFile(join(target, 'talk.wav.txt'), 'utf8')).toMatch(jfk);
    expect(await readFile(join(target, 'talk.wav-2.txt'), 'utf8')).toBe('No speech was found.\n');
  });

  test('a model that is not here is named with those that are', async () => {
    const outcome = await transcribe(sample('jfk.wav'), '--model', 'large-v3');
    expect(outcome.code).toBe(1);
    expect(saidOf(outcome)[0]).toContain('large-v3');
  });

  test('tasks can be listed and shown', async () => {
    const list = await runCli(['task', 'list', '--json'], { home });
    const tasks = list.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; title: string; progress: { state: string } });
    const talk = tasks.find(({ title }) => title === 'dialogue-3-speakers.wav');
    expect(talk?.progress.state).toBe('done');
    const shown = await runCli(['task', 'show', talk?.id ?? ''], { home });
    expect(shown.out).toMatch(/^state +done, 100 %$/m);
    expect(shown.out).toContain('Hamburg');
    const unknown = await runCli(['task', 'retry', '00000000-0000-4000-8000-000000000000'], { home });
    expect(saidOf(unknown)).toEqual(['whisper-bot: There is no failed task with this id.']);
  });

  test('Ctrl-C cancels the task and takes everything away', async () => {
    const before = await readdir(up.tasksDir);
    const run = startCli(['transcribe', sample('dialogue-3-speakers.wav')], { home });
    await until(async () => (await readdir(up.tasksDir)).length > before.length);
    run.process.kill('SIGINT');
    const outcome = await run.ended;
    expect(outcome).toMatchObject({ code: 130, out: '' });
    expect(saidOf(outcome)).toEqual(['whisper-bot: Interrupted.']);
    await until(async () => (await readdir(up.tasksDir)).length === before.length);
  });

  // The last one: it ends what the others use.
  test('SIGTERM ends all of it', async () => {
    const parts = childrenOf(up.pid);
    expect(parts.length).toBeGreaterThanOrEqual(3);
    running.process.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0 });
    await until(() => parts.every((pid) => !isAlive(pid)));
    expect(await readdir(join(home, 'run'))).toEqual(keptBetweenRuns);
  });
});

describe('without `up`', () => {
  test('a private queue and worker are started for one command, and go away with it', async () => {
    const { code, out } = await transcribe(sample('jfk.wav'), '--no-diarize');
    expect({ code, text: jfk.test(out) }).toEqual({ code: 0, text: true });
    expect(await readdir(join(home, 'run'))).toEqual(keptBetweenRuns);
  });

  test('bad input there leaves nothing behind either', async () => {
    const outcome = await transcribe('text.mp3');
    expect(outcome.code).toBe(1);
    expect(saidOf(outcome)).toEqual(['whisper-bot: This file is neither audio nor video.']);
    expect(await readdir(join(home, 'run'))).toEqual(keptBetweenRuns);
  });
});

const makeBadInput = (folder: string): void => {
  const at = (name: string): string => join(folder, name);
  const ffmpeg = (...args: string[]) => execFileSync('ffmpeg', ['-v', 'error', '-y', ...args]);
  execFileSync('mkdir', [at('folder')]);
  writeFileSync(at('empty.wav'), '');
  writeFileSync(at('text.mp3'), 'Dear diary, this is no music at all.\n');
  writeFileSync(
    at('list.m3u8'),
    '#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n',
  );
  writeFileSync(at('concat.mp3'), 'ffconcat version 1.0\nfile /etc/passwd\n');
  ffmpeg('-f', 'lavfi', '-i', 'testsrc=duration=1:size=64x64', at('video-without-sound.mp4'));
  ffmpeg('-f', 'lavfi', '-i', 'anullsrc=r=16000:cl=mono', '-t', '3', at('silence.wav'));
  const ogg = execFileSync('ffmpeg', ['-v', 'error', '-i', sample('jfk.wav'), '-c:a', 'libopus', '-f', 'ogg', '-']);
  writeFileSync(at('header-only.ogg'), ogg.subarray(0, 300));
  writeFileSync(at('truncated.ogg'), ogg.subarray(0, Math.floor(ogg.length * 0.6)));
};
