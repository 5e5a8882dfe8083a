import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/** What vitest's JSON reporter writes, as far as it is read here. */
const reportSchema = z.object({
  success: z.boolean(),
  numPassedTests: z.number().int(),
  numFailedTests: z.number().int(),
  numPendingTests: z.number().int(),
  numTodoTests: z.number().int(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

export interface VitestOptions {
  root: string;
  env: NodeJS.ProcessEnv;
  /** Where the report goes. */
  report: string;
  /** Only files whose path contains one of these; none: all. */
  filters: readonly string[];
  signal: AbortSignal;
}

/** Runs the tests with vitest's own output on this terminal, and counts them. */
export const runVitest = async ({ root, env, report, filters, signal }: VitestOptions): Promise<Count> => {
  await mkdir(dirname(report), { recursive: true });
  await rm(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...reporters, ...filters];
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, env, signal, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', resolve);
  });
  const text = await readFile(report, 'utf8').catch(() => null);
  const parsed = text === null ? null : reportSchema.safeParse(JSON.parse(text));
  // It ended before it could report: one failure, whatever it was.
  if (!parsed?.success) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = parsed.data;
  // A file that cannot even be loaded has no tests that could fail.
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failed = numFailedTests + broken.length;
  // Errors outside any test (an unhandled rejection) fail the run without failing a test.
  const besides = failed === 0 && code !== 0 ? 1 : 0;
  return { passed: numPassedTests, failed: failed + besides, skipped: numPendingTests + numTodoTests };
};
