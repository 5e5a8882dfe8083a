import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '@whisper-bot/config';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliOutcome, executable, runCli, saidOf } from './test/run-cli.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'whisper-bot-cli-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const run = (args: readonly string[], env: Record<string, string> = {}): Promise<CliOutcome> =>
  runCli(args, { home, env });

describe('help', () => {
  test.each([[[]], [['--help']], [['help']]])('%j lists the commands', async (args) => {
    const { code, out } = await run(args);
    expect(code).toBe(0);
    for (const command of ['demo', 'transcribe', 'up', 'task', 'model', 'admin', 'doctor', 'test'])
      expect(out).toContain(`  ${command} `);
  });

  test.each(['demo', 'transcribe', 'up', 'task', 'model', 'admin', 'doctor', 'test'])(
    '%s --help has an example',
    async (command) => {
      const { code, out } = await run([command, '--help']);
      expect(code).toBe(0);
      expect(out).toMatch(new RegExp(`Examples?:\n  .*whisper-bot ${command}`));
    },
  );
});

test('defaults stand in the help as they are typed', async () => {
  const { out } = await run(['transcribe', '--help']);
  expect(out).toMatch(/--speakers <count>[^-]*\(default:\s+auto\)/);
  expect(out).not.toMatch(/[{"']kind|default: (?:false|"")/);
  expect(out).toContain('txt');
});

describe('what was typed wrongly', () => {
  test.each([
    [['transcrib'], "whisper-bot: unknown command 'transcrib'", '(Did you mean transcribe?)'],
    [['transcribe', '--spekers', '2', 'x'], "whisper-bot: unknown option '--spekers'", '(Did you mean --speakers?)'],
    [['transcribe', '--speakers', 'two', 'x'], 'two', 'It is auto, a number from 1 to 32, or max:NUMBER.'],
    [['transcribe', '--speakers', '99', 'x'], '99', 'It is auto, a number from 1 to 32, or max:NUMBER.'],
    [['transcribe', '--track', '0', 'x'], '0', 'It is a number from 1 to 100.'],
    [['transcribe', '--track', 'first', 'x'], 'first', 'It is a number from 1 to 100.'],
    [['transcribe', '--language', 'Klingon', 'x'], 'Klingon', 'It is auto, a name like Russian, or a code like ru.'],
    [['transcribe', '--format', 'pdf', 'x'], 'pdf', 'It is one of text, srt'],
    [['transcribe'], "missing required argument 'file'", ''],
    [['transcribe', executable, '-o', 'x.ass'], 'Nothing is written as ".ass"', '.txt, .srt, .vtt, .json, .md, .docx'],
    [['transcribe', executable, '-o', 'x.mp3'], 'Nothing is written as ".mp3"', 'name a format with -f'],
    [['transcribe', executable, executable, '-o', 'x.srt'], 'There are several recordings', '"x.srt" must be a folder'],
    [['transcribe', '-', '-'], 'Standard input is read once', ''],
    [['task', 'show', '../../etc'], '../../etc', 'A task id looks like'],
    [['bench', 'asr', '--faults', '3'], '--faults, --seed and --minutes belong to bench chaos.', ''],
    [['bench', 'asr', '--sizes', 'small'], '--sizes and --format belong to bench models.', ''],
    [['bench', 'chaos', '--faults', 'many'], 'many', 'It is a number from 0 to 999999.'],
    [['model', 'add', 'gigantic'], 'There is no official model "gigantic"', 'whisper-bot model list'],
    [['model', 'add', 'mine', '--from', '.'], 'There is no official model "mine"', '--family and --languages'],
    [['model', 'add', 'mine', '--from', '.', '--family', 'gpt'], 'There is no family "gpt"', 'nemo-ctc'],
    [['model', 'add', 'base', '--family', 'nemo-ctc'], 'give their folder with --from', ''],
    [['model', 'recommend', '--language', 'Klingon'], 'Klingon', 'It is a language like ru or Russian.'],
    [['model', 'recommend', '--memory', 'much'], 'much', 'It is a size like 500MB or 4GB.'],
  ])('%j is answered with a sentence and code 2', async (args, ...parts) => {
    const outcome = await run(args);
    expect(outcome.code).toBe(2);
    expect(outcome.out).toBe('');
    for (const part of parts) expect(saidOf(outcome).join('\n')).toContain(part);
  });

  test('a wrong setting is named, one sentence each', async () => {
    const outcome = await run(['model', 'list'], { WORKERS: 'many', REDIS_URL: 'here' });
    expect(outcome.code).toBe(2);
    expect(saidOf(outcome)).toEqual([
      'whisper-bot: REDIS_URL must be a URL that begins with redis:// or rediss://.',
      'whisper-bot: WORKERS must be a whole number from 0 to 64, not "many".',
    ]);
  });

  test('task commands say that nothing runs', async () => {
    const outcome = await run(['task', 'list']);
    expect(outcome.code).toBe(1);
    expect(saidOf(outcome)[0]).toContain('whisper-bot is not running here: start it with `whisper-bot up`');
  });
});

describe('model', () => {
  const weights = randomBytes(200_000);
  const sum = createHash('sha256').update(weights).digest('hex');
  let hub: Server;
  let url: string;
  beforeAll(async () => {
    hub = createServer((request, response) => {
      const known = request.url === '/ggerganov/whisper.cpp/resolve/main/ggml-tiny-q8_0.bin';
      const headers = { 'x-linked-etag': `"${sum}"`, 'x-linked-size': weights.length };
      if (known) response.writeHead(200, headers).end(weights);
      else response.writeHead(404).end();
    });
    hub.listen(0, '127.0.0.1');
    await once(hub, 'listening');
    url = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
  });
  afterAll(() => hub.close());

  test('a downloaded model is listed as installed', async () => {
    const added = await run(['model', 'add', 'tiny-q8_0', '--hub', url]);
    expect(added).toMatchObject({ code: 0 });
    expect(added.out).toContain(`SHA-256 ${sum}`);
    expect((await readFile(join(home, 'models/ggml-tiny-q8_0.bin'))).equals(weights)).toBe(true);
    const { out } = await run(['model', 'list', '--json']);
    const { installed, available } = JSON.parse(out) as Record<string, { name: string }[]>;
    expect(installed?.map(({ name }) => name)).toEqual(expect.arrayContaining(['tiny-q8_0', 'base-q8_0']));
    expect(available?.map(({ name }) => name)).not.toContain('tiny-q8_0');
  });

  test('a model the hub does not have leaves nothing behind', async () => {
    const outcome = await run(['model', 'add', 'small', '--hub', url]);
    expect(outcome.code).toBe(1);
    expect(saidOf(outcome)[0]).toContain('does not offer ggml-small.bin');
    expect(await readdir(join(home, 'models'))).toEqual(['ggml-tiny-q8_0.bin']);
  });
});

describe('doctor', () => {
  test('finds every essential part of a machine that can run the tests', async () => {
    // One thread: whisper.cpp's wait for each other by spinning, which takes long where other tests compute beside it.
    const { code, out } = await run(['doctor', '--json'], { THREADS: '1' });
    const { healthy, findings } = JSON.parse(out) as { healthy: boolean; findings: { name: string; state: string }[] };
    expect(findings.filter(({ state }) => state === 'wrong')).toEqual([]);
    expect({ code, healthy }).toEqual({ code: 0, healthy: true });
    const names = findings.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['ffmpeg', 'transcriber native', 'diarizer sherpa-onnx', 'shipped models', 'Redis']),
    );
  });

  test('ends with 1 and says how to fix what is wrong', async () => {
    // A cache that set-up has compiled no engines into.
    const cache = join(home, 'cache');
    await mkdir(cache);
    await copyFile(join(resolveConfig({ env: process.env }).cacheDir, 'build.stamp'), join(cache, 'build.stamp'));
    const env = { WHISPER_BOT_CACHE: cache, FFMPEG_PATH: '/no/such/ffmpeg', MODEL: 'large-v3', NO_COLOR: '1' };
    const { code, out } = await run(['doctor'], env);
    expect(code).toBe(1);
    expect(out).toContain('✖ transcriber');
    expect(out).toContain('./whisper-bot doctor --engines compiles and tests all of them again');
    expect(out).toContain('✖ ffmpeg');
    expect(out).toContain('apt-get install ffmpeg, or set FFMPEG_PATH');
    expect(out).toContain('whisper-bot model add large-v3');
  });
});
