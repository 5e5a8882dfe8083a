import type { TaskProgress } from '@whisper-bot/pipeline';
import {
  readTranscript,
  TaskError,
  type TaskFolder,
  type TaskId,
  type TaskOptions,
  taskFolder,
} from '@whisper-bot/task';
import type { Transcript } from '@whisper-bot/transcript';
import { CliError } from '../failure.js';
import type { Session } from './session.js';
import { type Source, sourceOf } from './source.js';

export interface RunTaskOptions {
  source: Source;
  options: TaskOptions;
  signal: AbortSignal;
  onProgress: (progress: TaskProgress) => void;
}

/**
 * Sends one recording through the queue and waits for its transcript. Aborting cancels the task. Throws TaskError with
 * why it failed; nothing of a task that cannot succeed stays behind.
 */
export const runTask = async (
  session: Session,
  { source, options, signal, onProgress }: RunTaskOptions,
): Promise<Transcript> => {
  const { pipeline, tasksDir } = session;
  signal.throwIfAborted();
  const {
    task: { id },
  } = await pipeline.accept({
    channel: 'folder',
    owner: 'local',
    source: sourceOf(source),
    asked: () => ({ options, title: source.title }),
  });
  const folder = taskFolder(tasksDir, id);
  let keep = false;
  try {
    const ended = await untilEnded(session, id, signal, onProgress);
    // What another attempt may fix stays for `task retry`, where there is someone left to do it.
    keep = !session.passing && (ended.state === 'done' || isRetryable(ended));
    return await resultOf(ended, folder, keep);
  } finally {
    if (!keep) await folder.destroy();
  }
};

const untilEnded = async (
  { pipeline, broken }: Session,
  id: TaskId,
  signal: AbortSignal,
  onProgress: (progress: TaskProgress) => void,
): Promise<TaskProgress> => {
  const stop = await pipeline.watch(id, onProgress);
  try {
    return await pipeline.untilEnded(id, AbortSignal.any([signal, broken]));
  } catch (error) {
    if (signal.aborted || broken.aborted) await pipeline.cancel(id);
    throw error;
  } finally {
    await stop();
  }
};

const isRetryable = ({ failure }: TaskProgress): boolean =>
  failure !== undefined && new TaskError(failure.code, failure.message).retryable;

const resultOf = async (ended: TaskProgress, folder: TaskFolder, kept: boolean): Promise<Transcript> => {
  if (ended.state === 'cancelled') throw new CliError('The task was cancelled.');
  if (ended.state === 'failed') {
    const { code, message, cause } = ended.failure ?? { code: 'internal', message: 'The task failed.', cause: '' };
    const hint = kept ? ` Once the cause is gone: whisper-bot task retry ${ended.taskId}` : '';
    throw new TaskError(code, message + hint, { cause });
  }
  const transcript = await readTranscript(folder);
  if (transcript === null) throw new CliError('The transcript is no longer there.');
  return transcript;
};
