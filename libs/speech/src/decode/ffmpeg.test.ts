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
  webm: 'webm',
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
  ['cut.ogg', ['-c:a', 'libopus']],
  ['vorbis.ogg', ['-c:a', 'libvorbis']],
  ['cut.wav', []],
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

test('an Ogg that breaks off in a page keeps the whole packets of that page', async () => {
  // One page for each five seconds.
  const path = make('pages.ogg', '-i', sample, '-c:a', 'libopus', '-b:a', '32k', '-page_duration', '5000000');
  const bytes = await readFile(path);
  const last = bytes.lastIndexOf('OggS');
  const fifth = bytes.lastIndexOf('OggS', last - 1);
  await writeFile(path, bytes.subarray(0, fifth + Math.floor((last - fifth) * 0.8)));
  const { duration, breaksOff } = await decode(path);
  expect(breaksOff).toBe(true);
  expect(duration).toBeGreaterThan(8.5);
  expect(duration).toBeLessThan(9.5);
  expect((await readdir(folder)).filter((name) => name.includes('-source'))).toEqual([]);
});

test.each([
  [27 * 3, 'within the headers'],
  [0, 'behind them'],
])('an Ogg of which only headers are left is refused in a sentence (%i bytes %s)', async (missing) => {
  const path = make('headers.ogg', '-i', sample, '-c:a', 'libopus');
  const bytes = await readFile(path);
  const tags = bytes.indexOf('OggS', bytes.indexOf('OpusTags'));
  await writeFile(path, bytes.subarray(0, tags - missing));
  await expect(decode(path)).rejects.toMatchObject({
    code: 'damaged-media',
    message: expect.stringMatching(/damaged/),
  });
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

/** The samples of a decoded file, without its header. */
const samplesOf = async (path: string): Promise<Buffer> => {
  await decode(path);
  return (await readFile(at('out.wav'))).subarray(44);
};
/** The same by a plain ffmpeg. */
const plainSamplesOf = (path: string): Buffer =>
  execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-vn', '-ac', '1', '-ar', '16000', '-f', 's16le', '-'], {
    maxBuffer: 2 ** 26,
  });
/** Seconds before the first audible sample, and after a moment. */
const silenceFrom = (samples: Buffer, second = 0): number => {
  let position = Math.round(second * 16_000);
  while (position * 2 < samples.length && Math.abs(samples.readInt16LE(position * 2)) < 60) position += 1;
  return position / 16_000 - second;
};

test.each([
  ['same.wav', []],
  ['same.flac', []],
  ['same.mp3', []],
  ['same.ogg', ['-ar', '48000', '-c:a', 'libopus']],
  ['same.webm', ['-ar', '48000', '-c:a', 'libopus']],
  ['same.m4a', []],
  ['same.aac', []],
  ['same.mkv', ['-c:a', 'aac']],
  ['parts.mp4', ['-c:a', 'aac', '-movflags', 'frag_keyframe+empty_moov', '-frag_duration', '1000000']],
  ['same.wma', []],
  ['same.ts', ['-c:a', 'aac']],
  // The counter of MPEG transport streams starts over after 26.5 hours; this one at second five.
  ['wrapped.ts', ['-c:a', 'aac', '-output_ts_offset', '95438.7']],
  ['late.ts', ['-c:a', 'aac', '-output_ts_offset', '40000']],
])('%s without holes keeps every sample', async (name, args) => {
  const path = make(name, '-i', sample, '-ar', '44100', '-ac', '2', ...args);
  expect((await samplesOf(path)).equals(plainSamplesOf(path))).toBe(true);
});

test.each(['film.mkv', 'film.mp4', 'film.webm', 'film.ts'])(
  'sound that begins later in %s keeps its time',
  async (name) => {
    const codecs = name.endsWith('webm') ? ['-c:v', 'libvpx', '-c:a', 'libopus'] : ['-c:v', 'mpeg4', '-c:a', 'aac'];
    const pictures = ['-f', 'lavfi', '-i', 'color=size=16x16:rate=25:duration=17'];
    const late = make(`late-${name}`, ...pictures, '-itsoffset', '5', '-i', sample, ...codecs);
    const onTime = make(`on-time-${name}`, ...pictures, '-i', sample, ...codecs);
    const speaksAfter = async (path: string) => silenceFrom(await samplesOf(path), 0.05);
    // AAC begins before its time: its first packets hold nothing.
    expect(Math.abs((await speaksAfter(late)) - (await speaksAfter(onTime)) - 5)).toBeLessThan(0.1);
    expect(await decode(late)).toMatchObject({ duration: expect.closeTo(16, 0), missing: expect.closeTo(5, 0) });
  },
);

test.each(['hole.mkv', 'hole.webm', 'hole.ts', 'hole.mp4'])('packets missing in %s leave silence', async (name) => {
  const codec = name.endsWith('webm') ? 'libopus' : 'aac';
  const path = make(name, '-i', sample, '-af', 'aselect=not(between(t\\,3\\,7))', '-c:a', codec);
  const { duration } = await decode(path);
  expect(duration).toBeCloseTo(11, 0);
  const samples = (await readFile(at('out.wav'))).subarray(44);
  expect(samples.length / 32_000).toBeCloseTo(duration, 3);
  expect(silenceFrom(samples, 3.2)).toBeGreaterThan(3.5);
});

test('a recording past the limit is refused while it is decoded', async () => {
  const path = make('long.flac', '-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '7200');
  const run = decoder.decode(path, at('long.out'), { ...context, maximumSeconds: 3600 });
  await expect(run).rejects.toMatchObject({ code: 'too-long', params: { hours: 1 } });
  expect(existsSync(at('long.out'))).toBe(false);
});

test('the causes of failures hold nothing of what the file says about itself', async () => {
  const path = make(
    'private.mp3',
    ...['-i', sample, '-metadata', 'title=No space left on device SECRET', '-metadata', 'comment=at home SECRET'],
    ...['-metadata', 'location=+55.75+037.61/'],
  );
  const bytes = await readFile(path);
  const sound = bytes.lastIndexOf('SECRET') + 60;
  await writeFile(path, Buffer.concat([bytes.subarray(0, sound), Buffer.alloc(4000, 0x55)]));
  const error: unknown = await decode(path).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: expect.stringMatching(/-media$/) });
  expect(String((error as Error).cause)).not.toMatch(/SECRET|55\.75|at home/);
  expect(String((error as Error).cause)).toMatch(/^ffmpeg failed|^nothing was decoded/);
});

test('each sound track is described, and the one asked for decoded', async () => {
  const tone = ['-f', 'lavfi', '-i', 'sine=440:d=3'];
  const path = make(
    'tracks.mkv',
    ...[...tone, '-i', sample, '-map', '0:a', '-map', '1:a', '-c:a', 'aac'],
    ...['-metadata:s:a:0', 'language=ger', '-metadata:s:a:1', 'language=eng', '-disposition:a:1', 'default+comment'],
  );
  expect((await decoder.probe(path, context)).tracks).toMatchObject([
    { number: 1, language: 'ger', isExtra: false },
    { number: 2, language: 'eng', isDefault: true, isExtra: true },
  ]);
  expect((await decoder.decode(path, at('out.wav'), { ...context, track: 1 })).duration).toBeCloseTo(3, 0);
  expect((await decoder.decode(path, at('out.wav'), { ...context, track: 2 })).duration).toBeCloseTo(11, 0);
  await expect(decoder.decode(path, at('out.wav'), { ...context, track: 3 })).rejects.toMatchObject({
    code: 'invalid-request',
    message: expect.stringContaining('it has 2'),
  });
});

test('channels come out side by side, as long as the recording', async () => {
  const path = make('apart.flac', '-i', sample, '-af', 'pan=stereo|c0=c0|c1=-0.5*c0');
  const channels = { target: at('channels.pcm'), count: 2 };
  const { duration, hasChannels } = await decoder.decode(path, at('out.wav'), { ...context, channels });
  expect(hasChannels).toBe(true);
  const pcm = await readFile(channels.target);
  expect(pcm.length).toBe(Math.round(duration * 16_000) * 4);
  expect(pcm.readInt16LE(2 * 2 * 8000 + 2)).toBeCloseTo(-0.5 * pcm.readInt16LE(2 * 2 * 8000), -1);
});
