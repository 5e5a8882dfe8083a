import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, readMachine, settingVariables } from '@whisper-bot/config';
import { inheritedEnvironment } from '@whisper-bot/runtime';
import type { Command } from 'commander';
import { runCheck, staticChecks } from '../check/static.js';
import { type Count, runVitest } from '../check/vitest.js';
import { CliError } from '../failure.js';
import type { Terminal } from '../terminal.js';

export const addTest = (program: Command, terminal: Terminal, config: () => Config): void => {
  program
    .command('test')
    .summary('check everything: types, lint, imports, dead code, tests')
    .description(
      `Checks ${staticChecks.map(({ what }) => what).join('; ')}; then runs all tests, on real Redis, PostgreSQL, ffmpeg and the speech engines. The last line counts them: N passed, N failed.`,
    )
    .argument('[path...]', 'only the tests in files whose path contains this, without the other checks')
    .addHelpText('after', '\nExamples:\n  whisper-bot test\n  whisper-bot test libs/transcript')
    .action((paths: string[]) => test(terminal, config(), paths));
};

const test = async (terminal: Terminal, config: Config, filters: readonly string[]): Promise<void> => {
  const { out, signal, paint } = terminal;
  const root = readMachine().repository;
  const home = await mkdtemp(join(tmpdir(), 'whisper-bot-test-'));
  const env = testEnvironment(config, home);
  const total: Count = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const check of filters.length === 0 ? staticChecks : []) {
      const started = performance.now();
      const { passed, output } = await runCheck(check, { root, env, signal });
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      total[passed ? 'passed' : 'failed'] += 1;
      const verdict = passed ? paint('out', 'green', '✔') : paint('out', 'red', '✖');
      out.write(`${verdict} ${check.name} (${check.what}) ${seconds} s\n${passed ? '' : `${output.trimEnd()}\n\n`}`);
    }
    const report = join(config.cacheDir, 'test', 'vitest.json');
    const tests = await runVitest({ root, env, report, filters, signal });
    for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += tests[key];
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  out.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
  if (total.failed > 0) throw new CliError('Not everything is as it should be.');
};

/** The tests neither see nor touch what this machine's whisper-bot is configured with. */
const testEnvironment = (config: Config, home: string): NodeJS.ProcessEnv => ({
  ...inheritedEnvironment(settingVariables),
  WHISPER_BOT_HOME: home,
  WHISPER_BOT_CACHE: config.cacheDir,
  ...(config.ffmpegPath === null ? {} : { FFMPEG_PATH: config.ffmpegPath }),
});
