import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@whisper-bot/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EngineChoice } from '../engine-name.js';
import { createSpeechEngines } from '../engines.js';
import { chosenEngines, surveyEngines, whyNone } from './survey.js';
import { createVerdictStore } from './verdict.js';

const root = new URL('../../../../', import.meta.url);
const fixture = fileURLToPath(new URL('../../fixture/detect-child.mjs', import.meta.url));
const samplesDir = fileURLToPath(new URL('samples', root));
const logger = createLogger({ name: 'test', level: 'silent' });
const signal = new AbortController().signal;
const auto: EngineChoice = { detector: 'auto', transcriber: 'auto', diarizer: 'auto' };

let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'survey-'));
  await mkdir(join(cacheDir, 'whisper.cpp'));
});
afterEach(() => rm(cacheDir, { recursive: true }));

/** A build whose detect-child behaves as a test wants. */
const install = async (behaviours: Record<string, string>, cpuFlags: string[] = []) => {
  const builds = [];
  for (const [target, behaviour] of Object.entries(behaviours)) {
    const folder = join(cacheDir, target);
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, 'detect-child'),
      `#!/bin/sh\nexec "${process.execPath}" "${fixture}" ${behaviour} "$@"\n`,
    );
    await chmod(join(folder, 'detect-child'), 0o755);
    builds.push({
      suite: 'engines',
      target,
      folder,
      programs: ['detect-child'],
      whisperEngines: [],
      release: '0',
      cpuFlags,
    });
  }
  await writeFile(join(cacheDir, 'whisper.cpp/current.json'), JSON.stringify({ v: 4, builds }));
};

const options = () => ({
  modelsDir: fileURLToPath(new URL('models', root)),
  samplesDir,
  cacheDir,
  threads: 1,
  modelPath: () => 'none',
  logger,
  signal,
});
const survey = async (more: { again?: boolean; stallMs?: number } = {}) => {
  const tested: string[] = [];
  const found = await surveyEngines({
    ...options(),
    book: createVerdictStore(cacheDir),
    roles: ['detector'],
    onTest: ({ engine, build }) => tested.push(`${engine} ${build}`),
    ...more,
  });
  const reasons = Object.fromEntries(
    found.examined.map(({ candidate, verdict }) => [`${candidate.engine} ${candidate.build}`, verdict.reason]),
  );
  const first = chosenEngines(found, 'detector', auto)[0];
  return { found, tested, reasons, first: first === undefined ? null : `${first.engine} ${first.build}` };
};
const engines = (choice: Partial<EngineChoice> = {}) => createSpeechEngines({ ...options(), choice });

test.each([
  ['crash', /SIGILL/],
  ['wrong', /^wrong speech/],
  ['other-processor', /compiled for another processor: this one lacks AVX-512/],
])(
  'an engine that does %s is not chosen, another build of it is, and the reason is given',
  async (behaviour, reason) => {
    await install({ native: behaviour, avx2: 'well' });
    const { reasons, first } = await survey();
    expect(reasons['native native']).toMatch(reason);
    expect(reasons['native avx2']).toBe('');
    expect(first).toBe('native avx2');
  },
);

test('an engine that hangs is given up', async () => {
  await install({ native: 'hang' });
  const { reasons, first } = await survey({ stallMs: 4000 });
  expect(reasons['native native']).toBe('it hangs');
  // On a busy machine the other one may not be in time either.
  expect(first).not.toBe('native native');
});

test('where nothing is compiled the prebuilt engine finds speech', async () => {
  const { first, found } = await survey();
  expect(first).toBe('sherpa-onnx prebuilt');
  expect(found.absent).toEqual([
    { role: 'detector', engine: 'native', reason: expect.stringContaining('not been compiled') },
  ]);
});

test('without samples engines are taken as they are, in their usual order', async () => {
  await install({ native: 'well' });
  const book = createVerdictStore(cacheDir);
  const found = await surveyEngines({ ...options(), samplesDir: cacheDir, book, roles: ['detector'] });
  expect(chosenEngines(found, 'detector', auto).map(({ engine }) => engine)).toEqual(['native', 'sherpa-onnx']);
  expect(await book.read()).toEqual([]);
});

test('what was tested is not tested again until it is another program', async () => {
  await install({ native: 'well' });
  expect((await survey()).tested).toEqual(['native native', 'sherpa-onnx prebuilt']);
  expect((await survey()).tested).toEqual([]);
  await install({ native: 'crash' });
  const { tested, first } = await survey();
  expect(tested).toEqual(['native native']);
  expect(first).toBe('sherpa-onnx prebuilt');
});

test('what needs another processor is not even tried', async () => {
  await install({ native: 'well' }, ['no_such_instruction']);
  const { found, first } = await survey();
  expect(found.absent).toEqual([
    {
      role: 'detector',
      engine: 'native',
      reason: 'it was compiled for another processor (this one lacks no_such_instruction)',
    },
  ]);
  expect(first).toBe('sherpa-onnx prebuilt');
});

test('an engine that dies at work makes room for the next one: the call goes on, and it is not chosen again', async () => {
  await install({ native: 'crash-at-work' });
  const wav = join(cacheDir, 'recording.wav');
  await copyFile(join(samplesDir, 'jfk.wav'), wav);
  for (const _ of ['the first worker', 'one that starts later']) {
    const worker = engines();
    try {
      const [span] = await worker.detector.detect(wav, { signal });
      expect(span?.start).toBeLessThan(1);
    } finally {
      await worker.close();
    }
    const { reasons, first } = await survey({ again: true });
    expect(reasons['native native']).toMatch(/SIGSEGV/);
    expect(first).toBe('sherpa-onnx prebuilt');
  }
  const file = JSON.parse(await readFile(join(cacheDir, 'whisper.cpp/engines.json'), 'utf8'));
  expect(file.verdicts).toHaveLength(2);
});

test('two calls at once that see an engine die both go on with the next', async () => {
  await install({ native: 'crash-at-work' });
  const wav = join(cacheDir, 'recording.wav');
  await copyFile(join(samplesDir, 'jfk.wav'), wav);
  const worker = engines();
  try {
    const found = await Promise.all([worker.detector.detect(wav, { signal }), worker.detector.detect(wav, { signal })]);
    expect(found[0]).toEqual(found[1]);
  } finally {
    await worker.close();
  }
});

test('who names an engine gets no other, and a sentence where it cannot be used', async () => {
  await install({ native: 'crash' });
  const worker = engines({ detector: 'native' });
  try {
    await expect(worker.detector.detect(join(samplesDir, 'jfk.wav'), { signal })).rejects.toMatchObject({
      code: 'engine-missing',
      cause: expect.stringMatching(/DETECTOR=native, but no such engine can be used: native \(native\): .*SIGILL/),
    });
  } finally {
    await worker.close();
  }
  const { found } = await survey();
  expect(whyNone(found, 'detector', { ...auto, detector: 'native' })).not.toContain('sherpa-onnx');
});

test('the last engine stays, though it dies of a recording', async () => {
  await install({ native: 'crash-at-work' });
  const wav = join(cacheDir, 'recording.wav');
  await copyFile(join(samplesDir, 'jfk.wav'), wav);
  const worker = engines({ detector: 'native' });
  try {
    for (const _ of [1, 2])
      await expect(worker.detector.detect(wav, { signal })).rejects.toMatchObject({ code: 'engine-crashed' });
    expect(await worker.detector.detect(join(samplesDir, 'jfk.wav'), { signal })).toHaveLength(1);
  } finally {
    await worker.close();
  }
});
