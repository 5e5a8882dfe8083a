import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeTuning } from '@whisper-bot/runtime';
import { validate } from 'dockerfile-utils';
import { describe, expect, test } from 'vitest';
import { readStages, settingsOf } from './dockerfile.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'docker');
const dockerfiles = readdirSync(folder).filter((name) => name.endsWith('.Dockerfile'));
const hasHadolint = spawnSync('hadolint', ['--version']).status === 0;

test('there is an image for the bot, the dashboard, and the worker with and without a GPU', () => {
  expect(dockerfiles.sort()).toEqual([
    'bot.Dockerfile',
    'dashboard.Dockerfile',
    'worker-cuda.Dockerfile',
    'worker.Dockerfile',
  ]);
});

describe.each(dockerfiles)('%s', (name) => {
  const path = join(folder, name);
  const stages = readStages(path);
  const last = /** @type {import('./dockerfile.mjs').Stage} */ (stages.at(-1));

  test('asks no registry for a frontend: only the bases are fetched', () => {
    expect(readFileSync(path, 'utf8')).not.toMatch(/^#\s*syntax\s*=/im);
  });

  test('has no fault that a parser can find', () => {
    expect(validate(readFileSync(path, 'utf8'))).toEqual([]);
  });

  test.skipIf(!hasHadolint)('passes hadolint (skipped where it is not installed)', () => {
    const run = spawnSync('hadolint', ['--config', join(root, '.hadolint.yaml'), path], { encoding: 'utf8' });
    expect(run.stdout).toBe('');
    expect(run.status).toBe(0);
  });

  test('runs as a user without a name on the host, who owns nothing but the volumes', () => {
    const made = last.steps.find(({ text }) => text.startsWith('groupadd'))?.text ?? '';
    expect(settingsOf(last).user).toBe('10001:10001');
    expect(made).toContain('--gid 10001');
    expect(made).toContain('--uid 10001');
    const { env } = settingsOf(last);
    expect(made.split('-g whisper ')[1]?.split(' ')).toEqual([env.TASKS_DIR, env.MODELS_DIR, env.WHISPER_BOT_HOME]);
  });

  test('is checked and started without a shell, so that signals arrive', () => {
    const { healthcheck, entrypoint } = settingsOf(last);
    expect(healthcheck.slice(0, 2)).toEqual(['node', 'docker/health.mjs']);
    // Starting Node alone takes seconds on a busy machine; health.mjs gives up by itself after 15.
    const check = last.steps.find(({ keyword }) => keyword === 'HEALTHCHECK');
    expect(Number.parseInt(check?.flags.timeout ?? '', 10)).toBeGreaterThanOrEqual(30);
    expect(entrypoint).toEqual(['node', expect.stringMatching(/^apps\/\w+\/dist\/main\.js$/)]);
  });

  test('holds no more memory than the same app does outside a container', () => {
    expect(settingsOf(last).env).toMatchObject(nodeTuning);
  });

  test('carries neither compilers nor sources: only its last stage is shipped, and that compiles nothing', () => {
    const installed = last.steps.flatMap(({ keyword, text }) => (keyword === 'RUN' ? packagesOf(text) : []));
    expect(installed.filter((each) => /^(g\+\+|gcc|make|cmake|.*-dev|git|curl|wget)$/.test(each))).toEqual([]);
    expect(
      last.steps.filter(({ keyword, flags }) => keyword === 'COPY' && flags.from === undefined).map(({ text }) => text),
    ).toEqual(expect.not.arrayContaining(['. .']));
  });

  test.skipIf(spawnSync('apt-cache', ['--version']).status !== 0)('names Debian packages that exist', () => {
    const wanted = [...new Set(stages.flatMap(({ steps }) => steps.flatMap(({ text }) => packagesOf(text))))];
    if (wanted.length === 0) return;
    const policy = execFileSync('apt-cache', ['policy', ...wanted], { encoding: 'utf8' });
    expect(policy.match(/Candidate: \d/g) ?? []).toHaveLength(wanted.length);
  });

  test('begins with the stages of the others, so that they are built once', () => {
    const first = readStages(join(folder, dockerfiles[0] ?? '')).slice(0, 2);
    expect(stages.slice(0, 2)).toEqual(first);
  });
});

/** What a step installs: the words after `apt-get install` that are no options. @param {string} text */
const packagesOf = (text) =>
  (/apt-get install (.*?)(?: &&|$)/.exec(text)?.[1] ?? '')
    .split(' ')
    .filter((word) => word !== '' && !word.startsWith('-'));
