import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startRedis, type TestRedis } from '@whisper-bot/embedded/test/redis';
import { createPipeline, type StageHandlers, type WorkerPipeline } from '@whisper-bot/pipeline';
import { createLogger } from '@whisper-bot/runtime';
import { createTaskFolder, TaskError, type TaskId } from '@whisper-bot/task';
import { type TemporaryDirectory, temporaryDirectory, until } from '@whisper-bot/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { messageSchemas } from './document.js';
import { type Gateway, type GatewayOptions, type ResultMessage, resultMessageSchema, startGateway } from './index.js';
import { openStreams } from './stream.js';

let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
});

let directory: TemporaryDirectory;
let pipeline: WorkerPipeline;
let prefix: string;
let prepared: string[];
const open: { close(): Promise<unknown> }[] = [];
beforeEach(async () => {
  directory = await temporaryDirectory('gateway');
  prefix = `${randomUUID()}:`;
  prepared = [];
  hear = () => undefined;
  pipeline = createPipeline({ redis: server.url, tasksDir: directory.path, prefix: `bull-${prefix}`, minimumFree: 0 });
  open.push(pipeline, await pipeline.work(stages));
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
  await directory.remove();
});

/** Throws where a test says so. */
let hear: () => void;
/** Stages that "hear" one sentence: what is tested is the way in and out. */
const stages: StageHandlers = {
  prepare: async ({ task }) => {
    prepared.push(task.id);
    return { duration: 1, chunks: [1] };
  },
  transcribe: async () => hear(),
  diarize: async () => undefined,
  merge: async ({ folder, task }) => {
    const segment = { start: 0, end: 1, text: `Heard in ${task.options.language}.`, speaker: 'SPEAKER_00', words: [] };
    await folder.write('transcript.json', {
      v: 1,
      language: 'en',
      duration: 1,
      model: 'base',
      engine: 'stand-in',
      translated: false,
      speakers: { outcome: 'found', list: [{ label: 'SPEAKER_00' }] },
      text: segment.text,
      segments: [segment],
    });
  },
};

const gateway = async (more: Partial<GatewayOptions> = {}): Promise<Gateway> => {
  const started = await startGateway({
    redis: server.url,
    pipeline,
    tasksDir: directory.path,
    prefix,
    isKnownModel: (name) => name === 'base',
    logger: createLogger({ name: 'test', level: 'silent' }),
    ...more,
  });
  open.push(started);
  return started;
};

/** A recording on the volume in the plan's place. */
const recording = async (): Promise<{ id: string; path: string }> => {
  const id = randomUUID();
  const folder = await createTaskFolder(directory.path, id as TaskId);
  await writeFile(folder.file('audio.mp3'), 'sound');
  return { id, path: folder.file('audio.mp3') };
};

const add = (...fields: string[]) => redis.xadd(`${prefix}transcribe:tasks`, '*', ...fields);
const payloads = async (stream: string): Promise<ResultMessage[]> =>
  (await redis.xrange(`${prefix}${stream}`, '-', '+')).map(([, fields]) =>
    resultMessageSchema.parse(JSON.parse(fields[1] ?? '')),
  );
const resultOf = (id: string) => until(async () => (await payloads(`result:${id}`))[0]);
const pendingCount = async () =>
  ((await redis.xpending(`${prefix}transcribe:tasks`, 'transcribe-workers')) as [number])[0];

describe('a task message', () => {
  it('in the field payload, as the plan has it, ends in the plan’s result, on both streams', async () => {
    await gateway();
    const { id, path } = await recording();
    const ids = { chat_id: 123456, message_id: 789, user_id: 111 };
    const message = { task_id: id, file_path: path, diarize: true, model: 'base', language: 'Russian', ...ids };
    await add('payload', JSON.stringify(message));
    const result = await resultOf(id);
    expect(result).toEqual({
      task_id: id,
      status: 'success',
      text: 'Heard in ru.',
      segments: [{ start: 0, end: 1, text: 'Heard in ru.', speaker: 'SPEAKER_00' }],
      error: null,
      language: 'en',
      duration: 1,
      ...ids,
    });
    expect(await payloads('transcribe:results')).toEqual([result]);
    expect(await redis.ttl(`${prefix}result:${id}`)).toBeGreaterThan(3600);
    await until(async () => (await pendingCount()) === 0);
  });

  it('may have flat fields', async () => {
    await gateway();
    const { id, path } = await recording();
    await add('task_id', id, 'file_path', path, 'diarize', 'False', 'chat_id', '-100', 'language', '');
    expect(await resultOf(id)).toMatchObject({ status: 'success', text: 'Heard in auto.', chat_id: -100 });
  });

  it('ten times at once through three gateways is one task with one result', async () => {
    await Promise.all([gateway({ consumer: 'a' }), gateway({ consumer: 'b' }), gateway({ consumer: 'c' })]);
    const { id, path } = await recording();
    const payload = JSON.stringify({ task_id: id, file_path: path });
    await Promise.all(Array.from({ length: 10 }, () => add('payload', payload)));
    await resultOf(id);
    // One more after the end, when its file may be gone.
    await add('payload', payload);
    const other = await recording();
    await add('payload', JSON.stringify({ task_id: other.id, file_path: other.path }));
    await resultOf(other.id);
    await until(async () => (await pendingCount()) === 0);
    expect(prepared.filter((prepare) => prepare === id)).toHaveLength(1);
    expect((await payloads('transcribe:results')).filter((result) => result.task_id === id)).toHaveLength(1);
  });

  it('for a file elsewhere on the volume leaves that file alone', async () => {
    await gateway();
    const id = randomUUID();
    const path = join(directory.path, `it's "a" $(name)\n.ogg`);
    await writeFile(path, 'sound');
    await add('payload', JSON.stringify({ task_id: id, file_path: path }));
    expect(await resultOf(id)).toMatchObject({ status: 'success' });
    expect(await readFile(path, 'utf8')).toBe('sound');
  });
});

describe('a message that is wrong', () => {
  it('gets an error result and a dead entry with the reason, and the next one is taken', async () => {
    await gateway();
    const good = await recording();
    await writeFile(join(directory.path, 'empty.mp3'), '');
    await symlink('/etc/hostname', join(directory.path, 'link.mp3'));
    const wrong: [payload: string, code: string][] = [
      ['{"task_id": ', 'invalid-request'],
      ['[]', 'invalid-request'],
      [JSON.stringify({ task_id: 'not-a-uuid', file_path: good.path }), 'invalid-request'],
      [JSON.stringify({ task_id: randomUUID() }), 'invalid-request'],
      [JSON.stringify({ task_id: randomUUID(), file_path: `${good.path}\0` }), 'invalid-request'],
      [JSON.stringify({ task_id: randomUUID(), file_path: '/etc/hostname' }), 'path-outside'],
      [
        JSON.stringify({ task_id: randomUUID(), file_path: join(directory.path, '../../etc/hostname') }),
        'path-outside',
      ],
      [JSON.stringify({ task_id: randomUUID(), file_path: join(directory.path, 'link.mp3') }), 'path-outside'],
      [JSON.stringify({ task_id: randomUUID(), file_path: join(directory.path, 'missing.mp3') }), 'no-such-file'],
      [JSON.stringify({ task_id: randomUUID(), file_path: join(directory.path, 'empty.mp3') }), 'empty-file'],
      [JSON.stringify({ task_id: randomUUID(), file_path: good.path, model: 'huge' }), 'unknown-model'],
      [JSON.stringify({ task_id: randomUUID(), file_path: good.path, language: 'Klingon' }), 'unknown-language'],
    ];
    for (const [payload] of wrong) await add('payload', payload);
    await add('payload', JSON.stringify({ task_id: good.id, file_path: good.path }));
    await resultOf(good.id);

    const dead = await redis.xrange(`${prefix}transcribe:dead`, '-', '+');
    expect(dead.map(([, fields]) => fields[fields.indexOf('code') + 1])).toEqual(wrong.map(([, code]) => code));
    const errors = (await payloads('transcribe:results')).filter((result) => result.status === 'error');
    expect(errors.map((result) => result.error_code)).toEqual(wrong.slice(2).map(([, code]) => code));
    for (const { error, text, segments } of errors)
      expect([text, segments, error]).toEqual([null, null, expect.stringMatching(/\.$/)]);
    await until(async () => (await pendingCount()) === 0);
  });

  it('that is larger than allowed is refused as such, where it lies or linked from elsewhere, and one that just fits is taken', async () => {
    await gateway({ largest: 'sound'.length });
    const fits = await recording();
    const inPlace = await recording();
    await writeFile(inPlace.path, 'sounds');
    const elsewhere = join(directory.path, 'shared.mp3');
    await writeFile(elsewhere, 'sounds');
    const linked = randomUUID();
    await add('task_id', inPlace.id, 'file_path', inPlace.path);
    await add('task_id', linked, 'file_path', elsewhere);
    await add('task_id', fits.id, 'file_path', fits.path);
    for (const id of [inPlace.id, linked])
      expect(await resultOf(id)).toMatchObject({ status: 'error', error_code: 'too-big' });
    expect(await resultOf(fits.id)).toMatchObject({ status: 'success' });
    const dead = await redis.xrange(`${prefix}transcribe:dead`, '-', '+');
    expect(dead.map(([, fields]) => fields[fields.indexOf('code') + 1])).toEqual(['too-big', 'too-big']);
    await until(async () => (await pendingCount()) === 0);
  });

  it('is notified when its task fails later', async () => {
    await gateway();
    hear = () => {
      throw new TaskError('no-audio-track', 'There is no sound in this file.');
    };
    const { id, path } = await recording();
    await add('payload', JSON.stringify({ task_id: id, file_path: path, chat_id: 5 }));
    expect(await resultOf(id)).toMatchObject({
      status: 'error',
      error: 'There is no sound in this file.',
      error_code: 'no-audio-track',
      chat_id: 5,
    });
  });
});

it('one entry that can never be taken does not hold up those behind it', async () => {
  await gateway();
  const good = await recording();
  // Where the folder should be stands a file.
  const blocked = randomUUID();
  await writeFile(join(directory.path, blocked), 'in the way');
  await add('payload', JSON.stringify({ task_id: blocked, file_path: good.path, chat_id: 7 }));
  await add('payload', JSON.stringify({ task_id: good.id, file_path: good.path }));
  expect(await resultOf(good.id)).toMatchObject({ status: 'success' });
  expect(await resultOf(blocked)).toMatchObject({
    status: 'error',
    error_code: 'internal',
    error: 'The recording could not be taken in.',
  });
  const [dead] = await redis.xrange(`${prefix}transcribe:dead`, '-', '+');
  expect(dead?.[1].join()).toContain(blocked);
  await until(async () => (await pendingCount()) === 0);
  await until(async () => (await redis.keys(`${prefix}transcribe:attempts:*`)).length === 0);
});

it('a volume that is gone is no entry’s fault: all wait until it is back', async () => {
  let attempts = 0;
  const accept: WorkerPipeline['accept'] = async (request) => {
    attempts += 1;
    if (attempts <= 6) throw Object.assign(new Error('ESTALE: stale file handle'), { code: 'ESTALE' });
    return pipeline.accept(request);
  };
  await gateway({ pipeline: { ...pipeline, accept }, longestPause: 500 });
  const { id, path } = await recording();
  await add('payload', JSON.stringify({ task_id: id, file_path: path }));
  expect(await resultOf(id)).toMatchObject({ status: 'success' });
  expect(attempts).toBe(7);
});

describe('a consumer that dies', () => {
  it('loses nothing: what it held is taken over, and its own restart takes its own first', async () => {
    const files = await Promise.all(Array.from({ length: 6 }, recording));
    await redis.xgroup('CREATE', `${prefix}transcribe:tasks`, 'transcribe-workers', '0', 'MKSTREAM');
    for (const { id, path } of files) await add('payload', JSON.stringify({ task_id: id, file_path: path }));
    const read = (consumer: string) =>
      redis.xreadgroup(
        'GROUP',
        'transcribe-workers',
        consumer,
        'COUNT',
        3,
        'STREAMS',
        `${prefix}transcribe:tasks`,
        '>',
      );
    await read('restarted');
    await read('dead');
    await gateway({ consumer: 'restarted', idle: 50 });
    for (const { id } of files) expect(await resultOf(id)).toMatchObject({ status: 'success' });
    await until(async () => (await pendingCount()) === 0);
    expect(await payloads('transcribe:results')).toHaveLength(6);
  });
});

it('what a consumer held whose process was killed on this machine is taken at once, however long silence is borne', async () => {
  const { id, path } = await recording();
  const stream = `${prefix}transcribe:tasks`;
  const script = `const { ownIdentity } = await import(process.argv[1]);
console.log(JSON.stringify(ownIdentity())); setInterval(() => {}, 1000);`;
  const runtime = new URL('../../runtime/dist/index.js', import.meta.url).href;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', script, runtime]);
  const [identity] = (await once(holder.stdout, 'data')) as [Buffer];
  await redis.xgroup('CREATE', stream, 'transcribe-workers', '0', 'MKSTREAM');
  await add('payload', JSON.stringify({ task_id: id, file_path: path }));
  await redis.xreadgroup('GROUP', 'transcribe-workers', 'holder', 'COUNT', 1, 'STREAMS', stream, '>');
  await redis.hset(`${prefix}transcribe:consumers`, { holder: identity.toString(), stranger: 'not JSON' });
  await gateway({ idle: 3_600_000 });
  const exited = once(holder, 'exit');
  holder.kill('SIGKILL');
  await exited;
  expect((await resultOf(id)).status).toBe('success');
  await until(async () => (await redis.hkeys(`${prefix}transcribe:consumers`)).includes('holder') === false);
  await until(async () => (await pendingCount()) === 0);
});

it('what a consumer still holds when it closes is taken at once by another', async () => {
  const { id, path } = await recording();
  const refuse = async () => {
    throw new TaskError('no-space', 'There is no space.');
  };
  await redis.xgroup('CREATE', `${prefix}transcribe:tasks`, 'transcribe-workers', '0', 'MKSTREAM');
  const first = await gateway({ consumer: 'first', idle: 3_600_000, pipeline: { ...pipeline, accept: refuse } });
  await add('payload', JSON.stringify({ task_id: id, file_path: path }));
  await until(async () => (await pendingCount()) === 1);
  await first.close();
  open.splice(open.indexOf(first), 1);
  await gateway({ consumer: 'second', idle: 3_600_000 });
  expect((await resultOf(id)).status).toBe('success');
});

it('an entry that waits in the hands of a living consumer is not taken from it, however long it waits', async () => {
  const { id, path } = await recording();
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const accept: WorkerPipeline['accept'] = async (request) => {
    await released;
    return pipeline.accept(request);
  };
  await redis.xgroup('CREATE', `${prefix}transcribe:tasks`, 'transcribe-workers', '0', 'MKSTREAM');
  await gateway({ consumer: 'waiting', idle: 1000, pipeline: { ...pipeline, accept } });
  await add('payload', JSON.stringify({ task_id: id, file_path: path }));
  await until(async () => (await pendingCount()) === 1);
  await gateway({ consumer: 'idle', idle: 1000 });
  const holder = await until(async () => {
    const pending = await redis.xpending(`${prefix}transcribe:tasks`, 'transcribe-workers', '-', '+', 1);
    const [[, name, , deliveries] = ['', 'nobody', 0, 0]] = pending as [string, string, number, number][];
    return (name !== 'waiting' || Number(deliveries) > 20) && name;
  });
  release();
  expect(holder).toBe('waiting');
  expect((await resultOf(id)).status).toBe('success');
});

it('an entry whose idle time Redis does not count, as when its clock was set back, is taken over all the same', async () => {
  const { id, path } = await recording();
  const stream = `${prefix}transcribe:tasks`;
  await redis.xgroup('CREATE', stream, 'transcribe-workers', '0', 'MKSTREAM');
  await add('payload', JSON.stringify({ task_id: id, file_path: path }));
  await redis.xreadgroup('GROUP', 'transcribe-workers', 'dead', 'COUNT', 1, 'STREAMS', stream, '>');
  const [[entry]] = (await redis.xpending(stream, 'transcribe-workers', '-', '+', 1)) as [[string]];
  // Its idle time stays at nothing.
  const keeping = setInterval(
    () => void redis.xclaim(stream, 'transcribe-workers', 'dead', 0, entry, 'JUSTID').catch(() => undefined),
    20,
  );
  try {
    await gateway({ idle: 400 });
    expect((await resultOf(id)).status).toBe('success');
    await until(async () => (await pendingCount()) === 0);
  } finally {
    clearInterval(keeping);
  }
});

it('says how far it is behind', async () => {
  const { id, path } = await recording();
  await redis.xgroup('CREATE', `${prefix}transcribe:tasks`, 'transcribe-workers', '0', 'MKSTREAM');
  await add('payload', JSON.stringify({ task_id: id, file_path: path }));
  const refuse = async () => {
    throw new TaskError('no-space', 'There is no space.');
  };
  const { lag } = await gateway({ pipeline: { ...pipeline, accept: refuse } });
  await until(async () => (await pendingCount()) === 1);
  await add('payload', JSON.stringify({ task_id: id, file_path: path }));
  expect(await lag()).toEqual({ unread: 1, pending: 1 });
});

it('keeps waiting entries while nothing can be stored, and takes them afterwards', async () => {
  let refusing = true;
  let refused = 0;
  const accept: WorkerPipeline['accept'] = async (request) => {
    if (!refusing) return pipeline.accept(request);
    refused += 1;
    throw new TaskError('no-space', 'There is no space.');
  };
  await gateway({ pipeline: { ...pipeline, accept } });
  const { id, path } = await recording();
  await add('payload', JSON.stringify({ task_id: id, file_path: path }));
  await until(() => refused > 0);
  expect(await pendingCount()).toBe(1);
  refusing = false;
  expect(await resultOf(id)).toMatchObject({ status: 'success' });
});

describe('trimming', () => {
  it('removes what every group has acknowledged, never what is unread or pending', async () => {
    const streams = openStreams(server.url, () => undefined);
    const stream = `${prefix}trimmed`;
    const ids: (string | null)[] = [];
    for (let n = 0; n < 6; n += 1) ids.push(await redis.xadd(stream, '*', 'n', String(n)));
    await redis.xgroup('CREATE', stream, 'fast', '0');
    await redis.xgroup('CREATE', stream, 'slow', '0');
    const read = (name: string, count: number) =>
      redis.xreadgroup('GROUP', name, 'c', 'COUNT', count, 'STREAMS', stream, '>');
    await read('fast', 6);
    await read('slow', 4);
    await redis.xack(stream, 'fast', ...(ids as string[]));
    await redis.xack(stream, 'slow', ids[0] ?? '', ids[1] ?? '', ids[3] ?? '');
    await streams.trimRead(stream, 0);
    // The third is pending with the slow group, the last two are unread by it.
    expect((await redis.xrange(stream, '-', '+')).map(([id]) => id)).toEqual(ids.slice(2));
    streams.disconnect();
  });

  it('trims by age where no consumer group exists', async () => {
    const streams = openStreams(server.url, () => undefined);
    const stream = `${prefix}aged`;
    const old = await redis.xadd(stream, '1000-1', 'n', 'old');
    const fresh = await redis.xadd(stream, '*', 'n', 'fresh');
    await streams.trimRead(stream, 60_000);
    expect(old).toBe('1000-1');
    expect((await redis.xrange(stream, '-', '+')).map(([id]) => id)).toEqual([fresh]);
    streams.disconnect();
  });
});

describe('the examples in docs/streams.md, as they stand there', () => {
  const example = async (language: string): Promise<string> => {
    const page = await readFile(join(import.meta.dirname, '../../../docs/streams.md'), 'utf8');
    const code = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(page)?.[1];
    if (code === undefined) throw new Error(`no example in ${language}`);
    return code;
  };
  const run = promisify(execFile);
  const sample = join(import.meta.dirname, '../../../samples/jfk.wav');

  it('in Python', async () => {
    await gateway({ prefix: '' });
    const script = join(directory.path, 'example.py');
    await writeFile(script, await example('python'));
    // Debian's Python: that is where python3-redis lies.
    const { stdout } = await run('/usr/bin/python3', [script, sample], {
      env: { PATH: process.env.PATH, REDIS_URL: server.url, TASKS_DIR: directory.path },
    });
    expect(stdout).toBe('  0.00 SPEAKER_00: Heard in en.\n');
  });

  it('with redis-cli', async () => {
    await gateway({ prefix: '' });
    const id = randomUUID();
    const { stdout } = await run('sh', ['-euc', await example('sh')], {
      env: { PATH: process.env.PATH, REDIS_URL: server.url, TASKS_DIR: directory.path, TASK_ID: id, RECORDING: sample },
    });
    expect(stdout).toContain('Heard in auto.');
    expect(stdout).toContain(id);
  });
});

it('documents both messages by the schemas it checks with', async () => {
  for (const [name, text] of Object.entries(messageSchemas())) {
    await expect(text).toMatchFileSnapshot(join(import.meta.dirname, '../../../docs/schema', name));
  }
});
