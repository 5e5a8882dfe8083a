import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPipeline, type WorkerPipeline } from '@whisper-bot/pipeline';
import {
  createTaskFolder,
  type Task,
  type TaskFolder,
  type TaskId,
  type TaskOptions,
  taskFolder,
  taskSchema,
} from '@whisper-bot/task';
import { type Transcript, transcriptSchema } from '@whisper-bot/transcript';
import { callLog, type Recording } from './stand-in-engines.js';

/** A worker process of a test. */
export interface WorkerProcess {
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it has ended, also where that was before anybody asked. */
  readonly ended: Promise<unknown>;
}

/** A tasks directory and a pipeline on it, for one test. */
export interface Harness {
  tasksDir: string;
  prefix: string;
  pipeline: WorkerPipeline;
  /** Submits a stand-in recording. */
  submit(recording: Recording, options?: Partial<TaskOptions>): Promise<Task>;
  folder(id: TaskId): TaskFolder;
  /** The newest transcript. Rejects where there is none. */
  transcript(id: TaskId): Promise<Transcript>;
  /** The engine calls so far, in order. */
  calls(id: TaskId): Promise<string[]>;
  /** Starts a worker process with stand-in engines; resolves when it serves, or has served: it may have died by then. */
  spawn(options: { rate: number; lock: number; name: string }): Promise<WorkerProcess>;
  close(): Promise<void>;
}

export const openHarness = async (redis: string): Promise<Harness> => {
  const tasksDir = await mkdtemp(join(tmpdir(), 'whisper-bot-worker-'));
  const prefix = `test-${randomUUID()}`;
  const pipeline = createPipeline({ redis, prefix, tasksDir, minimumFree: 0, retryDelay: 10 });
  const children: WorkerProcess[] = [];
  const folder = (id: TaskId): TaskFolder => taskFolder(tasksDir, id);
  return {
    tasksDir,
    prefix,
    pipeline,
    folder,
    submit: async (recording, options = {}) => {
      const task = taskSchema.parse({
        v: 1,
        id: randomUUID(),
        channel: 'folder',
        source: 'audio.json',
        owner: 'local',
        options,
        acceptedAt: new Date().toISOString(),
      });
      const made = await createTaskFolder(tasksDir, task.id);
      await writeFile(made.file('audio.json'), JSON.stringify(recording));
      await pipeline.submit(task);
      return task;
    },
    transcript: async (id) => transcriptSchema.parse(await folder(id).read('transcript.json', transcriptSchema)),
    calls: async (id) => (await readFile(folder(id).file(callLog), 'utf8').catch(() => '')).split('\n').filter(Boolean),
    spawn: async ({ rate, lock, name }) => {
      const entry = createRequire(import.meta.url).resolve('@whisper-bot/worker/test/worker-process');
      const args = [entry, redis, prefix, tasksDir, String(rate), String(lock), name];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      const worker = { kill: (signal: NodeJS.Signals) => void child.kill(signal), ended: once(child, 'exit') };
      children.push(worker);
      await once(child.stdout, 'data');
      return worker;
    },
    close: async () => {
      for (const child of children) {
        child.kill('SIGKILL');
        await child.ended;
      }
      await pipeline.close();
      await rm(tasksDir, { recursive: true, force: true });
    },
  };
};
