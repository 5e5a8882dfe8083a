import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { confined } from './confine.js';
import { bareEnvironment } from './environment.js';
import { type RunProcessOptions, runProcess } from './run-process.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'confine-'));
});
afterAll(() => rm(folder, { recursive: true }));

const run = async (program: string, options: Partial<RunProcessOptions> = {}) => {
  let out = '';
  const outcome = await runProcess({
    command: process.execPath,
    args: ['-e', program],
    signal: new AbortController().signal,
    onStdout: (chunk) => {
      out += chunk.toString();
    },
    ...options,
  });
  return { ...outcome, out };
};

test('a child knows nothing of addresses and passwords', async () => {
  const secrets = {
    REDIS_URL: 'redis://:secret@db',
    DATABASE_URL: 'x',
    BOT_TOKEN: 'y',
    CLICKHOUSE_URL: 'z',
    SESSION_SECRET: 's',
  };
  Object.assign(process.env, secrets, { OMP_NUM_THREADS: '3' });
  try {
    const { out } = await run('console.log(JSON.stringify(process.env))');
    const seen = JSON.parse(out) as Record<string, string>;
    expect(Object.keys(seen)).not.toEqual(expect.arrayContaining([expect.stringMatching(/_URL$|TOKEN|SECRET/)]));
    expect(seen).toMatchObject({ PATH: process.env.PATH, OMP_NUM_THREADS: '3' });
  } finally {
    for (const name of [...Object.keys(secrets), 'OMP_NUM_THREADS']) delete process.env[name];
  }
  expect(bareEnvironment({ PATH: '/bin', HOME: '/root', AWS_SECRET_ACCESS_KEY: 'k' })).toEqual({ PATH: '/bin' });
});

test('a child cannot fill the disk', async () => {
  const file = await open(join(folder, 'large'), 'w');
  try {
    const { killedBy, exitCode } = await run(
      'const b = Buffer.alloc(1 << 20); for (;;) require("fs").writeSync(3, b);',
      {
        limits: { fileBytes: 3_000_000 },
        openFiles: [file.fd],
      },
    );
    // Node ignores the signal and fails at the write.
    expect(killedBy === 'SIGXFSZ' || exitCode !== 0).toBe(true);
  } finally {
    await file.close();
  }
  expect((await stat(join(folder, 'large'))).size).toBeLessThanOrEqual(3_000_000);
});

test('a child that only computes is ended after its time', async () => {
  expect((await run('for (;;);', { limits: { cpuSeconds: 1 } })).killedBy).toMatch(/SIGXCPU|SIGKILL/);
});

test('a child without a network sees none, where the system can take it away', async () => {
  const { command } = confined('true', [], { network: false });
  const { out } = await run('console.log(Object.keys(require("os").networkInterfaces()).length)', { network: false });
  // The loopback device of a new namespace is down.
  if (command === 'unshare') expect(out.trim()).toBe('0');
  else expect(out.trim()).toMatch(/^\d+$/);
});
