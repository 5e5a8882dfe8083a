import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stablePort } from '@whisper-bot/embedded';
import { until } from '@whisper-bot/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Harness, startHarness } from '../test/harness.js';
import { createProgram, formOf, type Program } from './test/client.js';
import { example } from './test/example.js';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../../..');
/** Where the examples find the package openai. */
const cwd = join(root, 'apps/dashboard');

let harness: Harness;
let program: Program;
let env: Record<string, string>;
beforeAll(async () => {
  harness = await startHarness({ env: { WEBHOOK_PRIVATE: 'yes' } });
  program = await createProgram(harness);
  env = {
    PATH: process.env.PATH ?? '',
    WHISPER_URL: harness.url,
    WHISPER_KEY: program.key,
    RECORDING: join(root, 'samples/jfk.wav'),
  };
});
afterAll(() => harness.close());

const shell = async (fence: string) => (await run('sh', ['-euc', await example(fence)], { env })).stdout;
const node = async (fence: string) =>
  (await run(process.execPath, ['--input-type=module', '--eval', await example(fence)], { cwd, env })).stdout;

it('every example of docs/api.md is run here', async () => {
  const page = await readFile(join(root, 'docs/api.md'), 'utf8');
  const fences = [...page.matchAll(/^```(\S.*)$/gm)].map(([, fence]) => fence);
  expect(fences.sort()).toEqual(['js', 'js stream', 'js webhook', 'sh', 'sh task']);
});

it('curl gets speakers', async () => {
  expect(JSON.parse(await shell('sh'))).toMatchObject({
    segments: [{ speaker: 'A' }, { speaker: 'B' }, { speaker: 'A' }],
  });
});

it('the README’s three lines do so too', async () => {
  const { tasksDir } = harness.deps.options;
  await cp(join(root, 'samples/jfk.wav'), join(tasksDir, 'talk.ogg'));
  const { stdout } = await run('sh', ['-euc', await example('sh', 'README.md')], { env, cwd: tasksDir });
  expect(JSON.parse(stdout).segments).toHaveLength(3);
});

it('curl hands in a task, follows it and gets its subtitles', async () => {
  const output = await shell('sh task');
  expect(output).toMatch(/event: task\.done\n/);
  expect(output).toMatch(/1\n00:00:00,000 --> /);
});

it('OpenAI’s client gets speakers', async () => {
  expect(await node('js')).toMatch(/^A: Good morning, shall we begin\?\nB: Yes, /);
});

it('OpenAI’s client gets a stream', async () => {
  expect(await node('js stream')).toMatch(/^Good morning, .* than we thought\.$/);
});

it('a receiver of webhooks believes ours and no other', async () => {
  const port = await stablePort();
  const code = await example('js webhook');
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    cwd,
    env: { ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    await until(() => output.includes('listening'));
    const url = `http://127.0.0.1:${port}/`;
    const forged = {
      method: 'POST',
      body: '{}',
      headers: { 'webhook-id': '1', 'webhook-timestamp': '1', 'webhook-signature': 'v1,x' },
    };
    expect((await fetch(url, forged)).status).toBe(400);
    const answer = await program.ask('/tasks', { method: 'POST', body: formOf({ webhook_url: url }) });
    const { id } = (await answer.json()) as { id: string };
    await until(() => output.includes(`task.completed ${id}`));
  } finally {
    child.kill();
    await once(child, 'exit');
  }
});
