import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@whisper-bot/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from './test/run-cli.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'whisper-bot-demo-'));
  // The user `postgres`, whom the embedded PostgreSQL of root runs as, must be able to pass.
  await chmod(home, 0o711);
});
afterAll(() => rm(home, { recursive: true, force: true }));

const commandLines = (): string => execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' });

test('the demo plays a chat that ends with who said what, and leaves nothing behind', async () => {
  const { code, out, err } = await runCli(['demo'], { home });
  expect(code, err).toBe(0);
  expect(out).toContain('Ann: /start');
  expect(out).toContain('voice message 0:43');
  const answer = out.slice(out.lastIndexOf('(edited)'));
  expect(answer.match(/Speaker \d(?=:)/g)).toEqual([1, 2, 1, 2, 3, 1, 3, 2].map((speaker) => `Speaker ${speaker}`));
  expect(answer).toContain('Hamburg');
  expect(answer).toContain('[ SRT ] [ VTT ] [ TXT ] [ JSON ] [ DOCX ]');
  expect(err).toMatch(/dashboard +http:\/\/127\.0\.0\.1:\d+/);
  expect((await readdir(home)).filter((name) => name.startsWith('demo-'))).toEqual([]);
  // Children of its children die with them, a moment later.
  await until(() => !commandLines().includes(home));
}, 600_000);

test('a wrong token is one clear sentence', async () => {
  const { code, err } = await runCli(['up'], { home, env: { BOT_TOKEN: 'nonsense' } });
  expect(code).not.toBe(0);
  expect(err).toContain('BOT_TOKEN');
  expect(err).not.toContain('nonsense');
});
