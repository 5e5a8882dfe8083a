import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@whisper-bot/runtime';
import { until } from '@whisper-bot/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CallContext } from '../contract.js';
import { wavOf } from '../wav/wav-of.js';
import { createNativeDiarizer } from './native.js';

const fixture = fileURLToPath(new URL('../../fixture/diarize-child.mjs', import.meta.url));
const context = { signal: new AbortController().signal };
/** Seconds: five windows. */
const duration = 20;

let cacheDir: string;
const open = () =>
  createNativeDiarizer({
    models: { segmentation: 'none', embedding: 'none' },
    cacheDir,
    threads: 2,
    logger: createLogger({ name: 'test', level: 'silent' }),
  });
let diarizer: ReturnType<typeof open>;
const install = async () => {
  const record = { v: 3, release: 'none', folder: join(cacheDir, 'built'), cpuFlags: [] };
  await writeFile(join(cacheDir, 'whisper.cpp/current.json'), JSON.stringify(record));
};

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'diarize-'));
  for (const folder of ['built', 'whisper.cpp']) await mkdir(join(cacheDir, folder));
  await symlink(fixture, join(cacheDir, 'built/diarize-child'));
  const silence = wavOf(new Float32Array(16_000 * duration));
  for (const name of ['well', 'crash', 'misshapen', 'silent']) await writeFile(join(cacheDir, `${name}.wav`), silence);
  await install();
  diarizer = open();
});
afterAll(async () => {
  await diarizer.close();
  await rm(cacheDir, { recursive: true });
});

const diarize = (name: string, more: Partial<CallContext> = {}, by = diarizer) => {
  const request = {
    wav: join(cacheDir, `${name}.wav`),
    speech: [{ start: 0, end: duration }],
    speakers: { kind: 'auto' } as const,
  };
  return by.diarize(request, { ...context, ...more });
};
const worksAgain = async () =>
  expect(await diarize('well')).toEqual({
    v: 1,
    engine: 'native (pyannote, CAM++)',
    speakers: 1,
    turns: [{ start: expect.closeTo(0, 1), end: expect.closeTo(duration, 1), speaker: 0 }],
  });

test('an engine that is not there is reported as missing, and is found once it is', async () => {
  const own = open();
  try {
    await rm(join(cacheDir, 'whisper.cpp/current.json'));
    await expect(diarize('well', {}, own)).rejects.toMatchObject({ code: 'engine-missing' });
    await install();
    expect((await diarize('well', {}, own)).speakers).toBe(1);
  } finally {
    await own.close();
  }
});

test('a child that dies of SIGSEGV in the middle costs one call', async () => {
  await expect(diarize('crash')).rejects.toMatchObject({
    code: 'engine-crashed',
    cause: expect.stringMatching('SIGSEGV'),
  });
  await worksAgain();
});

test('a part out of shape ends the call and says what was wrong', async () => {
  await expect(diarize('misshapen')).rejects.toMatchObject({
    code: 'engine-crashed',
    cause: expect.stringContaining('probabilities'),
  });
  await worksAgain();
});

test('cancelling in the middle ends the call', async () => {
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error('enough'));
  await expect(diarize('silent', { signal: controller.signal, onProgress })).rejects.toThrow('enough');
  await worksAgain();
});

test.runIf(process.platform === 'linux')('however a call ends, its thread ends with it', async () => {
  const threads = async () => (await readdir('/proc/self/task')).length;
  await diarize('well');
  const before = await threads();
  for (const name of ['crash', 'misshapen', 'well']) await diarize(name).catch(() => {});
  const controller = new AbortController();
  const onProgress = () => controller.abort();
  await diarize('silent', { signal: controller.signal, onProgress }).catch(() => {});
  // The system lets go of a thread a moment after its end.
  await until(async () => (await threads()) <= before);
});
