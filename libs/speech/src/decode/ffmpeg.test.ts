import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFfmpegDecoder } from './ffmpeg.js';

const sample = fileURLToPath(new URL('../../../../samples/jfk.wav', import.meta.url));
const context = { signal: new AbortController().signal };
const decoder = createFfmpegDecoder();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'decode-'));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
/** Lets ffmpeg make a file of the given arguments. */
const make = (name: string, ...args: string[]): string => {
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args, '-f', formatOf(name), `file:${at(name)}`]);
  return at(name);
};
const formats: Record<string, string> = {
  mkv: 'matroska',
  m4a: 'ipod',
  aac: 'adts',
  ts: 'mpegts',
  wma: 'asf',
  mp4: 'mp4',
};
const formatOf = (name: string) => formats[name.split('.').pop() ?? ''] ?? name.split('.').pop() ?? '';
const decode = (path: string) => decoder.decode(path, at('out.wav'), context);
const picture = ['-f', 'lavfi', '-i', 'testsrc=d=2:s=64x64:r=5'];

test.each([
  ['note.ogg', ['-c:a', 'libopus'], { format: 'ogg', codec: 'opus', channels: 1, sampleRate: 48_000 }],
  ['song.mp3', [], { format: 'mp3', codec: 'mp3' }],
  ['memo.m4a', [], { codec: 'aac' }],
  ['raw.aac', [], { format: 'aac' }],
  ['loss.flac', ['-ac', '8', '-ar', '192000'], { codec: 'flac', channels: 8, sampleRate: 192_000 }],
  ['surround.wav', ['-ac', '6'], { channels: 6 }],
  ['old.wma', [], { format: 'asf' }],
])('%s is described and decoded', async (name, args, expected) => {
  const path = make(name, '-i', sample, ...args);
  const info = await decoder.probe(path, context);
  expect(info).toMatchObject(expected);
  expect(info.duration ?? 0).toBeGreaterThan(10.5);
  expect((await decode(path)).duration).toBeCloseTo(11, 0);
});

test.each(['film.mp4', 'film.webm', 'film.mkv', 'film.ts'])('the sound of %s is found', async (name) => {
  const path = make(name, ...picture, '-i', sample);
  expect((await decode(path)).duration).toBeCloseTo(11, 0);
});

test('progress rises to the end, and the output is 16 kHz mono with the plain 44-byte header', async () => {
  const fractions: number[] = [];
  await decoder.decode(sample, at('plain.wav'), { ...context, onProgress: (fraction) => fractions.push(fraction) });
  expect(fractions.at(-1)).toBeGreaterThan(0.98);
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  expect((await stat(at('plain.wav'))).size).toBe(44 + 11 * 32_000);
});

test('a song is known by its content, behind a cover picture larger than any probe', async () => {
  const [song, cover] = [await readFile(make('bare.mp3', '-i', sample)), Buffer.alloc(3 * 2 ** 20, 7)];
  const size = [21, 14, 7, 0].map((shift) => (cover.length >> shift) & 127);
  await writeFile(at('cover.bin'), Buffer.concat([Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, ...size]), cover, song]));
  expect((await decode(at('cover.bin'))).duration).toBeCloseTo(11, 0);
});

test.each([
  '-i',
  'a b.wav',
  '$(touch owned);"\'.wav',
  'new\nline.wav',
  'concat:a|b.wav',
  'http:x.wav',
  '%d.wav',
  'Привет 👋.wav',
  '~',
])('the name %j is only a name', async (name) => {
  await copyFile(sample, at(name));
  const before = (await readdir(folder)).sort();
  expect((await decoder.probe(at(name), context)).duration).toBeCloseTo(11, 1);
  expect((await decoder.decode(at(name), at(`${name}.out`), context)).duration).toBeCloseTo(11, 1);
  expect((await readdir(folder)).filter((file) => file !== `${name}.out`).sort()).toEqual(before);
});

const hls = '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n';
test.each([
  ['list.m3u8', hls],
  ['hidden.mp3', hls],
  ['late.mp3', `\n\n${hls}`],
  ['simple.mp3', '#EXTM3U\nhttp://127.0.0.1:9/x.mp3\n'],
  ['radio.pls', '[playlist]\nFile1=http://127.0.0.1:9/\n'],
  ['cat.ogg', `ffconcat version 1.0\nfile '${sample}'\n`],
  ['cat2.ogg', `file '${sample}'\n`],
  ['session.mp3', 'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n'],
  ['dash.mp4', '<?xml version="1.0"?>\n<MPD type="static"><Period/></MPD>'],
  ['address.mp3', 'https://127.0.0.1:9/talk.mp3\n'],
])('%s, which points elsewhere, is refused', async (name, content) => {
  await writeFile(at(name), content);
  const refusal = { code: expect.stringMatching(/^(unsafe|not)-media$/), retryable: false };
  await expect(decoder.probe(at(name), context)).rejects.toMatchObject(refusal);
  await expect(decoder.decode(at(name), at('never.wav'), context)).rejects.toMatchObject(refusal);
  expect(existsSync(at('never.wav'))).toBe(false);
});

test('the refusal of playlists does not hang on their first bytes', async () => {
  await writeFile(at('comment.m3u8'), `# a comment\n${hls}`);
  await writeFile(at('wrapped.mp3'), `#EXTINF:1,\n${hls}`);
  for (const name of ['comment.m3u8', 'wrapped.mp3'])
    await expect(decode(at(name))).rejects.toMatchObject({ code: expect.stringMatching(/^(unsafe|not)-media$/) });
});

test('bad files get their own sentence each', async () => {
  await writeFile(at('empty.ogg'), '');
  await writeFile(at('text.mp3'), 'Dear all,\nplease find attached.\n'.repeat(50));
  const whole = await readFile(make('whole.ogg', '-i', sample, '-c:a', 'libopus'));
  await writeFile(at('header.ogg'), whole.subarray(0, 300));
  const film = make('cut.mp4', ...picture, '-i', sample);
  await truncate(film, 5000);
  const mute = make('mute.mp4', ...picture);
  for (const [path, code] of [
    [at('absent.ogg'), 'no-such-file'],
    [at('empty.ogg'), 'empty-file'],
    [at('text.mp3'), 'not-media'],
    [at('header.ogg'), 'damaged-media'],
    [film, 'damaged-media'],
    [mute, 'no-audio-track'],
    [folder, 'not-media'],
  ] as const) {
    await expect(decode(path), path).rejects.toMatchObject({ code });
    await expect(decoder.probe(path, context), path).rejects.toMatchObject({ code });
    expect(existsSync(at('out.wav'))).toBe(false);
  }
});

test('of a recording cut short, what is there is decoded', async () => {
  const path = make('half.ogg', '-i', sample, '-c:a', 'libopus');
  await truncate(path, Math.floor((await stat(path)).size / 2));
  const { duration } = await decode(path);
  expect(duration).toBeGreaterThan(3);
  expect(duration).toBeLessThan(8);
});

test.each([
  ['cut.mp4', ['-c:a', 'aac', '-movflags', '+faststart']],
  ['parts.mp4', ['-c:a', 'aac', '-movflags', 'frag_keyframe+empty_moov', '-frag_duration', '1000000']],
  ['cut.webm', ['-c:a', 'libopus']],
  ['cut.mkv', ['-c:a', 'aac']],
  ['cut.mp3', []],
  ['cut.flac', []],
])('%s says that it breaks off, and only where it does', async (name, args) => {
  const path = make(name, '-i', sample, ...args);
  expect((await decode(path)).breaksOff ?? false).toBe(false);
  await truncate(path, Math.floor((await stat(path)).size * 0.6));
  const { duration, breaksOff } = await decode(path);
  expect(breaksOff).toBe(true);
  expect(duration).toBeGreaterThan(4);
  expect(duration).toBeLessThan(8);
});

test('a film longer than its sound does not break off', async () => {
  const film = make('long.mp4', '-f', 'lavfi', '-i', 'testsrc=d=20:s=64x64:r=5', '-i', sample);
  expect((await decode(film)).breaksOff ?? false).toBe(false);
});

test('a full disk is called a full disk', async () => {
  await symlink('/dev/full', at('full.wav'));
  await expect(decoder.decode(sample, at('full.wav'), context)).rejects.toMatchObject({
    code: 'no-space',
    retryable: true,
  });
});

test('cancelling ends ffmpeg and leaves no output', async () => {
  const long = make('long.wav', '-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '7200');
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error('never mind'));
  const run = decoder.decode(long, at('gone.wav'), { signal: controller.signal, onProgress });
  await expect(run).rejects.toThrow('never mind');
  expect(existsSync(at('gone.wav'))).toBe(false);
});

test('where ffmpeg is missing, one sentence says what to do', async () => {
  const lost = createFfmpegDecoder({ ffmpegPath: '/nowhere/ffmpeg' });
  await expect(lost.probe(sample, context)).rejects.toMatchObject({
    code: 'engine-missing',
    message: expect.stringContaining('FFMPEG_PATH'),
  });
});
