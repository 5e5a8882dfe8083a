import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stablePort, startEmbeddedPostgres } from '@whisper-bot/embedded';
import { startRedis } from '@whisper-bot/embedded/test/redis';
import { createLogger } from '@whisper-bot/runtime';
import { resolveFfmpeg } from '@whisper-bot/speech';
import { startBotApi, temporaryDirectory, until, wordErrorRate } from '@whisper-bot/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { baseImage, docker, whyNoDocker } from './daemon.mjs';

/** The images as Docker builds and runs them: read-only, without privileges, stopped as `docker compose stop` does. */
const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');
const reason = whyNoDocker();
const parts = /** @type {const} */ (['bot', 'dashboard', 'worker']);
/** One name a run, so that nothing else on this daemon is touched. */
const run = `whisper-bot-test-${process.pid}`;
const imageOf = (/** @type {string} */ part) => `${run}-${part}`;

describe.skipIf(reason !== null)(`in Docker (${reason === null ? 'built and run here' : `skipped: ${reason}`})`, () => {
  /** @type {import('@whisper-bot/testing').TemporaryDirectory} */
  let directory;
  /** @type {import('@whisper-bot/embedded/test/redis').TestRedis} */
  let redis;
  /** @type {import('@whisper-bot/embedded').EmbeddedPostgres} */
  let postgres;
  /** @type {import('@whisper-bot/testing').BotApiServer} */
  let telegram;
  /** A name server that hears every question and never answers. */
  const silence = createSocket('udp4');
  const nameServer = '127.0.0.77';

  beforeAll(async () => {
    directory = await temporaryDirectory('docker');
    chmodSync(directory.path, 0o755);
    const base = await baseImage(directory.path);
    for (const part of parts) {
      await docker(
        ...['build', '--quiet', '--build-arg', `NODE_IMAGE=${base}`, '--tag', imageOf(part)],
        ...['--file', join(root, 'docker', `${part}.Dockerfile`), root],
      );
    }
    silence.bind(53, nameServer);
    await once(silence, 'listening');
    redis = await startRedis();
    const logger = createLogger({ name: 'test', level: 'silent' });
    postgres = await startEmbeddedPostgres({ dir: join(directory.path, 'postgres'), logger });
    telegram = await startBotApi({ bot: { username: 'whisper_test_bot', first_name: 'Whisper' } });
    for (const folder of ['', 'tasks', 'home', 'models']) {
      mkdirSync(join(directory.path, 'data', folder), { recursive: true });
      chownSync(join(directory.path, 'data', folder), 10_001, 10_001);
    }
  }, 3_600_000);
  afterAll(async () => {
    for (const part of parts) await docker('rm', '--force', imageOf(part)).catch(() => '');
    for (const part of parts) await docker('image', 'rm', '--force', imageOf(part)).catch(() => '');
    silence.close();
    await telegram?.close();
    await redis?.close();
    await postgres?.close();
    await directory?.remove();
  });

  /** Starts a part as the Compose file does, and waits until Docker calls it healthy. @param {(typeof parts)[number]} part */
  const start = async (part) => {
    const port = await stablePort();
    const settings = {
      REDIS_URL: redis.url,
      DATABASE_URL: postgres.url,
      CLICKHOUSE_URL: 'http://clickhouse:8123/whisper_bot',
      MIN_FREE_DISK: '1MB',
      ...(part === 'dashboard' ? { DASHBOARD_PORT: `${port}`, DASHBOARD_HOST: '127.0.0.1' } : {}),
      ...(part === 'dashboard' ? {} : { METRICS_PORT: `${port}`, METRICS_HOST: '127.0.0.1' }),
      ...(part === 'bot' ? { BOT_TOKEN: telegram.token, BOT_API_URL: telegram.url } : {}),
    };
    await docker(
      ...['run', '--detach', '--name', imageOf(part), '--network', 'host', '--dns', nameServer],
      ...['--init', '--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
      ...['--volume', `${join(directory.path, 'data')}:/data`, '--health-interval', '2s'],
      ...Object.entries(settings).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      imageOf(part),
    );
    const health = () => docker('inspect', '--format', '{{.State.Health.Status}}', imageOf(part));
    await until(async () => (await health()) === 'healthy').catch(async (cause) => {
      throw new Error(`${part} did not get well: ${await docker('logs', imageOf(part))}`, { cause });
    });
  };
  /** Milliseconds it took, and the exit code. @param {string} part */
  const stop = async (part) => {
    const since = performance.now();
    await docker('stop', '--time', '60', imageOf(part));
    const took = performance.now() - since;
    const code = await docker('inspect', '--format', '{{.State.ExitCode}}', imageOf(part));
    const log = await docker('logs', '--tail', '20', imageOf(part));
    await docker('rm', imageOf(part));
    return { took, code, log };
  };

  test.each(parts)(
    '%s stops within ten seconds and in order while ClickHouse’s name does not resolve',
    async (part) => {
      await start(part);
      const { took, code, log } = await stop(part);
      expect(code, log).toBe('0');
      expect(took, log).toBeLessThan(10_000);
    },
  );

  test('the worker decodes and transcribes a voice message', async () => {
    await start('worker');
    const id = randomUUID();
    const folder = join(directory.path, 'data/tasks', id);
    mkdirSync(folder);
    const sample = join(root, 'samples/jfk.wav');
    execFileSync(resolveFfmpeg(), ['-v', 'error', '-i', sample, '-c:a', 'libopus', join(folder, 'audio.ogg')]);
    chownSync(folder, 10_001, 10_001);
    chmodSync(join(folder, 'audio.ogg'), 0o644);
    const client = new Redis(redis.url);
    try {
      const message = { task_id: id, file_path: `/data/tasks/${id}/audio.ogg`, diarize: true, language: 'English' };
      await client.xadd('transcribe:tasks', '*', 'payload', JSON.stringify(message));
      const answer = await client.xread('BLOCK', 270_000, 'STREAMS', `result:${id}`, '0');
      const result = JSON.parse(answer?.[0]?.[1][0]?.[1][1] ?? '{}');
      expect(result).toMatchObject({ status: 'success', segments: [{ speaker: 'SPEAKER_00' }] });
      const spoken =
        'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.';
      expect(wordErrorRate(spoken, result.text).rate).toBeLessThan(0.1);
    } finally {
      client.disconnect();
    }
    expect(await stop('worker')).toMatchObject({ code: '0' });
  });

  test.each([
    ['bot', 330e6],
    ['dashboard', 340e6],
    ['worker', 500e6],
  ])('the %s image is as small as it can be', async (part, largest) => {
    expect(Number(await docker('image', 'inspect', '--format', '{{.Size}}', imageOf(part)))).toBeLessThanOrEqual(
      largest,
    );
    const needless = [
      '-name',
      '*.log',
      '-o',
      '-path',
      '/app/*',
      '-name',
      '*.map',
      '-o',
      '-path',
      '/app/*',
      '-name',
      '*.ts',
    ];
    expect(await docker('run', '--rm', '--entrypoint', 'find', imageOf(part), '/app', ...needless)).toBe('');
  });
});
