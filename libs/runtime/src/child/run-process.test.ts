import { expect, test } from 'vitest';
import { runProcess } from './run-process.js';

const never = new AbortController().signal;

test('arguments arrive as they are, whatever a shell would make of them', async () => {
  const args = ['$(id)', '; rm -rf /', `"quotes'`, 'new\nline', '-e', 'Привет', '*'];
  let output = '';
  const outcome = await runProcess({
    command: process.execPath,
    args: ['-e', 'process.stdout.write(JSON.stringify(process.argv.slice(1)))', '--', ...args],
    signal: never,
    onStdout: (chunk) => {
      output += chunk;
    },
  });
  expect(outcome).toMatchObject({ exitCode: 0, killedBy: null, notFound: false });
  expect(JSON.parse(output)).toEqual(args);
});

test('only the end of a long stderr is kept', async () => {
  const script = 'process.stderr.write("x".repeat(1e6) + "the end"); process.exitCode = 3';
  const outcome = await runProcess({
    command: process.execPath,
    args: ['-e', script],
    signal: never,
    stderrTailBytes: 100,
  });
  expect(outcome.exitCode).toBe(3);
  expect(outcome.stderr).toHaveLength(100);
  expect(outcome.stderr.endsWith('the end')).toBe(true);
});

test('aborting kills the process', async () => {
  const controller = new AbortController();
  const pid = await new Promise<number>((resolve, reject) => {
    const run = runProcess({
      command: process.execPath,
      args: ['-e', 'process.stdout.write(String(process.pid)); setInterval(() => {}, 1000)'],
      signal: controller.signal,
      onStdout: (chunk) => {
        controller.abort(new Error('enough'));
        run.catch((error) => (error.message === 'enough' ? resolve(Number(chunk)) : reject(error)));
      },
    });
  });
  expect(() => process.kill(pid, 0)).toThrow();
});

test('a command that is not there is an outcome, not an exception', async () => {
  const outcome = await runProcess({ command: 'no-such-command-anywhere', args: [], signal: never });
  expect(outcome.notFound).toBe(true);
});
