// Our engine process for words, asked directly: what the product does not ask for, and how long loading takes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readMachine } from '@whisper-bot/config';

const builds = () =>
  JSON.parse(readFileSync(join(readMachine().repository, '.cache', 'whisper.cpp', 'current.json'), 'utf8')).builds;

/** @param {number | undefined} pid */
export const memoryOf = (pid) => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) * 1024;
  return { resident: bytes('VmRSS'), peak: bytes('VmHWM') };
};

/**
 * Starts it with a model; resolves once that is loaded.
 * @param {'native' | 'whisper-cpp'} engine
 */
export const openWhisperChild = async (engine, model, threads) => {
  const { folder } = builds().find(({ programs }) => programs.includes('whisper-child'));
  const begin = performance.now();
  const args = ['--model', model, '--threads', String(threads), '--engine', engine];
  const child = spawn(join(folder, 'whisper-child'), args, { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (wanted) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${engine} ended (${child.exitCode ?? child.signalCode})`);
      const message = JSON.parse(value);
      if (wanted(message)) return message;
    }
  };
  await next(({ ready }) => ready);
  const loadSeconds = (performance.now() - begin) / 1000;
  let id = 0;
  return {
    loadSeconds,
    memory: () => memoryOf(child.pid),
    async call(method, params) {
      id += 1;
      child.stdin.write(`${JSON.stringify({ id, method, params })}\n`);
      const { result, error } = await next((message) => message.id === id && !('progress' in message));
      if (error) throw new Error(error.cause || error.message);
      return result;
    },
    async close() {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
};
