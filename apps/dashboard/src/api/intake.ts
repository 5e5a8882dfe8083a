import { randomUUID } from 'node:crypto';
import {
  createTaskFolder,
  type Task,
  type TaskFolder,
  type TaskId,
  type TaskOptions,
  taskFolder,
  taskSchema,
} from '@whisper-bot/task';
import { isForm, receiveUpload } from '../http/multipart.js';
import { uploadLimit } from '../page/upload.js';
import type { ApiCall } from './call.js';
import { ApiError } from './error.js';
import { acceptOnce } from './idempotency.js';
import { notAccepted } from './task-view.js';

/** What the fields of an upload ask for. */
export interface Asked<F> {
  fields: F;
  options: TaskOptions;
  origin?: Record<string, unknown>;
}

export interface IntakeOptions<F> {
  /** Throws where a field is wrong. */
  read(fields: URLSearchParams): Promise<Asked<F>>;
  /** The id the task must have; default a new one. */
  id?: TaskId | undefined;
}

/** Seconds a client may wait before it asks again. */
const later = 60;

/**
 * Takes a recording as it streams in and makes a task of it; what the client leaves half done leaves nothing behind. Throws
 * ApiError, TaskError, HttpError 408.
 */
export const takeRecording = async <F>(
  call: ApiCall,
  { read, id }: IntakeOptions<F>,
): Promise<{ task: Task; fields: F }> => {
  const { desk, request, key, owner, gone } = call;
  requireForm(call);
  await requireRoom(call);
  const release = await desk.admission.task(key);
  let received: TaskFolder | undefined;
  try {
    received = await createTaskFolder(desk.options.tasksDir, randomUUID() as TaskId);
    const upload = await receiveUpload(request, {
      folder: received,
      maxBytes: uploadLimit(desk),
      patience: desk.options.uploadPatience,
    });
    if (upload.file === null) {
      throw new ApiError(400, 'There is no file in the form.', { param: 'file', code: 'missing_file' });
    }
    const { fields, options, origin = {} } = await read(upload.fields);
    gone.throwIfAborted();
    const task = taskSchema.parse({
      v: 1,
      id: id ?? received.id,
      channel: 'folder',
      source: upload.file.name,
      title: upload.file.title,
      owner,
      options,
      origin: { ...origin, api: true },
      acceptedAt: new Date().toISOString(),
    });
    const submit = (accepted: Task) => submitOrTakeBack(call, accepted);
    if (id !== undefined) return { task: await acceptOnce(call, { received, task, submit }), fields };
    await submit(task);
    return { task, fields };
  } catch (error) {
    await received?.destroy();
    throw error;
  } finally {
    release();
  }
};

/** Accepted, or nothing of it stays. */
const submitOrTakeBack = async (call: ApiCall, task: Task): Promise<void> => {
  try {
    await call.desk.pipeline.submit(task);
  } catch (error) {
    await taskFolder(call.desk.options.tasksDir, task.id).destroy();
    await takeBack(call, task.id);
    throw error;
  }
};

/** The record may know already of what the queue did not take: the client is told that it was not accepted. */
const takeBack = async ({ desk }: ApiCall, taskId: TaskId): Promise<void> => {
  const change = { taskId, state: 'cancelled', at: Date.now(), cause: notAccepted } as const;
  await desk.store.tasks
    .change(change)
    .catch((err: unknown) => desk.logger.warn({ err, task_id: taskId }, 'the reconciler will close this task'));
};

const requireForm = ({ request }: ApiCall): void => {
  if (isForm(request)) return;
  throw new ApiError(400, 'A recording is sent as multipart/form-data, in the field "file".', {
    param: 'file',
    code: 'no_form',
  });
};

/** Before a byte is read: gigabytes that cannot be kept need not come. */
const requireRoom = async ({ desk }: ApiCall): Promise<void> => {
  if (desk.settings.get('uploadsPaused')) {
    throw new ApiError(503, 'No recordings are taken at the moment.', { code: 'paused', retryAfter: later });
  }
  if ((await desk.floor.disk()).free < desk.options.minFreeDisk) {
    throw new ApiError(503, 'There is no room for recordings at the moment.', { code: 'no_space', retryAfter: later });
  }
};
