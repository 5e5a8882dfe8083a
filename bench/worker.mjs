// Workers as operators run them, on a queue of their own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createPipeline } from '@whisper-bot/pipeline';
import { nodeTuning } from '@whisper-bot/runtime';
import { until } from '@whisper-bot/testing';
import { context } from './engines.mjs';
import { row, timed } from './measure.mjs';
import { memoryOf, newTask } from './task.mjs';

const program = createRequire(import.meta.url).resolve('@whisper-bot/worker');

/** Starts workers on `redis`; each `start` adds one and resolves with its process's id once it takes tasks. */
export const openWorkers = ({ redis, dir }) => {
  const tasksDir = join(dir, 'tasks');
  const started = [];
  const pipeline = createPipeline({ redis, tasksDir, minimumFree: 0 });
  return {
    async start() {
      const places = { REDIS_URL: redis, TASKS_DIR: tasksDir, WHISPER_BOT_HOME: join(dir, 'home') };
      const env = { ...nodeTuning, ...process.env, ...places };
      const child = spawn(process.execPath, [program], { env, stdio: 'ignore' });
      started.push(child);
      await until(async () => (await pipeline.transcribers()) >= started.length);
      return child.pid;
    },
    /** Seconds from the submission of a recording to its result. */
    async run(source) {
      const task = await newTask(tasksDir, { source, options: { language: 'en' } });
      const { seconds } = await timed(async () => {
        await pipeline.submit(task);
        const end = await pipeline.untilEnded(task.id, context.signal);
        if (end.state !== 'done') throw new Error(`the task ended as ${end.state}: ${end.failure?.cause}`);
      });
      return seconds;
    },
    async close() {
      for (const child of started) {
        child.kill('SIGTERM');
        if (child.exitCode === null) await once(child, 'exit');
      }
      await pipeline.close();
    },
  };
};

/** What a worker and all its children hold, MB (10⁶ bytes), PSS. */
export const megabytesOf = (pid) => megabytes(memoryOf(pid));
const megabytes = (memory) => (memory.reduce((total, { mib }) => total + mib, 0) * 2 ** 20) / 1e6;

/** Memory that a worker and its children hold once the recording is delivered. */
export const memoryRow = (after, pid) => {
  const memory = memoryOf(pid);
  const each = memory.map(({ name, mib, peak }) => `${name} ${mib.toFixed(0)}, peak RSS ${peak.toFixed(0)}`).join('; ');
  return row(
    `memory of the worker after ${after}, all processes, PSS`,
    `${megabytes(memory).toFixed(0)} MB (MiB: ${each})`,
    '≤ 700 MB',
    megabytes(memory) <= 700,
  );
};
