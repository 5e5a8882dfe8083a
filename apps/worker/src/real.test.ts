import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readMachine } from '@whisper-bot/config';
import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import { createPipeline, type WorkerPipeline } from '@whisper-bot/pipeline';
import { importModel } from '@whisper-bot/speech';
import { createTaskFolder, type Task, taskFolder, taskSchema } from '@whisper-bot/task';
import { until, writeRecognizer } from '@whisper-bot/testing';
import { transcriptSchema } from '@whisper-bot/transcript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyEngineCache, type EngineCache } from './test/engine-cache.js';
import { alive, descendants } from './test/process-tree.js';

// Generous: whisper.cpp's threads wait for each other by spinning, which on a busy machine takes many times as long.
const hangBound = 180_000;

// The program as it is started, with ffmpeg and the speech engines.
let redis: TestRedis;
let home: string;
let pipeline: WorkerPipeline;
let worker: ChildProcess;
let cache: EngineCache;
let crashedBefore: string[];

const startWorker = (): ChildProcess =>
  spawn(process.execPath, [createRequire(import.meta.url).resolve('@whisper-bot/worker')], {
    env: {
      ...process.env,
      REDIS_URL: redis.url,
      WHISPER_BOT_HOME: home,
      WHISPER_BOT_CACHE: cache.path,
      MIN_FREE_DISK: '1MB',
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
const tasksDir = () => join(home, 'tasks');

beforeAll(async () => {
  redis = await startRedis();
  home = await mkdtemp(join(tmpdir(), 'whisper-bot-real-'));
  cache = await copyEngineCache(join(home, 'cache'));
  crashedBefore = (await cache.crashed()).shared;
  pipeline = createPipeline({ redis: redis.url, tasksDir: tasksDir(), minimumFree: 0 });
  worker = startWorker();
});
afterAll(async () => {
  if (worker.exitCode === null && worker.signalCode === null) {
    worker.kill('SIGTERM');
    await once(worker, 'exit');
  }
  await pipeline.close();
  await redis.close();
  await rm(home, { recursive: true, force: true });
});

const submit = async (sample: string, options: Partial<Task['options']> = {}): Promise<Task> => {
  const id = randomUUID();
  const task = taskSchema.parse({
    v: 1,
    id,
    channel: 'folder',
    source: 'audio.bin',
    title: '"; $(reboot) `x` \n../../ä',
    owner: 'local',
    options,
    acceptedAt: new Date().toISOString(),
  });
  const folder = await createTaskFolder(tasksDir(), task.id);
  await copyFile(join(readMachine().repository, 'samples', sample), folder.file('audio.bin'));
  await pipeline.submit(task);
  return task;
};
const ended = ({ id }: Task) => pipeline.untilEnded(id, AbortSignal.timeout(hangBound));
const transcriptOf = async ({ id }: Task) =>
  transcriptSchema.parse(await taskFolder(tasksDir(), id).read('transcript.json', transcriptSchema));
const engine = async () => (await descendants(worker.pid ?? 0)).find(({ name }) => name.startsWith('whisper-child'));

test('a conversation becomes a transcript with three speakers, and its recording goes', async () => {
  const task = await submit('dialogue-3-speakers.wav');
  expect(await ended(task)).toMatchObject({ state: 'done', percent: 100 });
  const transcript = await transcriptOf(task);
  expect(transcript).toMatchObject({ language: 'en', speakers: { outcome: 'found' } });
  expect(transcript.speakers.list).toHaveLength(3);
  expect(transcript.text).toMatch(/warehouse in Hamburg/);
  await until(async () => !(await taskFolder(tasksDir(), task.id).list()).includes('audio.bin'));
});

test.each(['SIGSEGV', 'SIGSTOP'] as const)(
  'an engine that gets %s costs one attempt: the worker lives and the task completes',
  async (fault) => {
    const task = await submit('jfk.wav', { diarize: false, language: 'en' });
    const victim = await until(async () => (await pipeline.progress(task.id))?.state === 'running' && engine());
    process.kill(victim.pid, fault);
    expect((await ended(task)).state).toBe('done');
    expect((await transcriptOf(task)).text).toMatch(/ask not what your country/i);
    expect(worker.exitCode).toBeNull();
    await until(async () => (await alive([victim.pid])).length === 0);
    expect(await pipeline.deadLetters()).toEqual([]);
  },
);

test('the engine that died is remembered as unfit by this worker’s installation alone', async () => {
  const { here, shared } = await cache.crashed();
  expect(here).toEqual(['native']);
  expect(shared).toEqual(crashedBefore);
});

test('a task for a model that is not here is put aside; once the model was added, a retry ends in the result', async () => {
  const task = await submit('jfk.wav', { diarize: false, language: 'en', model: 'toy' });
  expect(await ended(task)).toMatchObject({ state: 'failed' });
  expect(await pipeline.deadLetters()).toMatchObject([{ taskId: task.id, code: 'unknown-model' }]);
  const from = join(home, 'stick');
  await writeRecognizer(from, 'nemo-ctc');
  await importModel(
    { kind: 'recognizer', name: 'toy', family: 'nemo-ctc', languages: ['en'] },
    { from, folder: join(home, 'models'), signal: AbortSignal.timeout(hangBound), tryOut: async () => undefined },
  );
  expect(await pipeline.retry(task.id)).toBe(true);
  expect((await ended(task)).state).toBe('done');
  const transcript = await transcriptOf(task);
  expect(transcript).toMatchObject({ model: 'toy', engine: 'sherpa-onnx' });
  expect(transcript.text).toMatch(/low|high/);
  expect(await pipeline.deadLetters()).toEqual([]);
});

test('a worker killed outright leaves no process behind', async () => {
  const task = await submit('dialogue-3-speakers.wav', { language: 'en' });
  await until(async () => (await pipeline.progress(task.id))?.state === 'running' && engine());
  const children = (await descendants(worker.pid ?? 0)).map(({ pid }) => pid);
  expect(children.length).toBeGreaterThan(0);
  worker.kill('SIGKILL');
  await until(async () => (await alive(children)).length === 0);
  await pipeline.cancel(task.id);
});
