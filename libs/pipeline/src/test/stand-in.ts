import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTaskFolder, type Task, type TaskId, taskSchema } from '@whisper-bot/task';
import { createPipeline, type PipelineOptions, type WorkerPipeline } from '../pipeline.js';
import type { StageHandlers } from '../stage/stage.js';

/** A task with a source in its folder, ready to be submitted. */
export const newTask = async (tasksDir: string, more: Partial<Task> = {}): Promise<Task> => {
  const id = randomUUID() as TaskId;
  const folder = await createTaskFolder(tasksDir, id);
  await writeFile(folder.file('audio.ogg'), 'sound');
  return taskSchema.parse({
    v: 1,
    id,
    channel: 'folder',
    source: 'audio.ogg',
    owner: 'local',
    options: {},
    acceptedAt: new Date().toISOString(),
    ...more,
  });
};

/** What happened, in order, as `part` or `part!` where it failed. */
export interface Stage {
  handlers: StageHandlers;
  log: string[];
  /** Called in each stage with its part's name: throws, waits, or returns. */
  behave: (part: string, signal: AbortSignal) => Promise<void>;
}

/** Stages controlled by a test: what is tested is the pipeline around them. */
export const createStage = (chunks: number): Stage => {
  const stage: Stage = { log: [], behave: async () => {}, handlers: {} as StageHandlers };
  const perform = async (part: string, signal: AbortSignal): Promise<void> => {
    try {
      await stage.behave(part, signal);
      stage.log.push(part);
    } catch (error) {
      stage.log.push(`${part}!`);
      throw error;
    }
  };
  stage.handlers = {
    prepare: async ({ signal }) => {
      await perform('prepare', signal);
      return { duration: 60 * chunks, chunks: Array.from({ length: chunks }, () => 60) };
    },
    diarize: ({ signal }) => perform('diarize', signal),
    transcribe: ({ signal, payload }) => perform(`transcribe-${payload.chunk}`, signal),
    merge: ({ signal }) => perform('merge', signal),
  };
  return stage;
};

/** A pipeline on an empty tasks directory; closing ends it and removes the directory. */
export const openPipeline = async (
  redis: string,
  options: Partial<PipelineOptions> = {},
): Promise<WorkerPipeline & { tasksDir: string }> => {
  const tasksDir = await mkdtemp(join(tmpdir(), 'whisper-bot-tasks-'));
  const pipeline = createPipeline({
    redis,
    tasksDir,
    prefix: `test-${randomUUID()}`,
    retryDelay: 10,
    minimumFree: 0,
    ...options,
  });
  return {
    ...pipeline,
    tasksDir,
    close: async () => {
      await pipeline.close();
      await rm(tasksDir, { recursive: true, force: true });
    },
  };
};
