import { randomUUID } from 'node:crypto';
import {
  createTaskFolder,
  type Task,
  type TaskFolder,
  type TaskId,
  type TaskOptions,
  taskSchema,
} from '@whisper-bot/task';
import { isForm, receiveUpload } from '../http/multipart.js';
import { uploadLimit } from '../page/upload.js';
import type { ApiCall } from './call.js';
import { ApiError } from './error.js';
import { moveTo } from './idempotency.js';
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
  let folder: TaskFolder | undefined;
  let isToldOf = false;
  try {
    folder = await createTaskFolder(desk.options.tasksDir, randomUUID() as TaskId);
    const upload = await receiveUpload(request, {
      folder,
      maxBytes: uploadLimit(desk),
      patience: desk.options.uploadPatience,
    });
    if (upload.file === null) {
      throw new ApiError(400, 'There is no file in the form.', { param: 'file', code: 'missing_file' });
    }
    const { fields, options, origin = {} } = await read(upload.fields);
    gone.throwIfAborted();
    if (id !== undefined) folder = await moveTo(desk.options.tasksDir, id, folder);
    const task = taskSchema.parse({
      v: 1,
      id: folder.id,
      channel: 'folder',
      source: upload.file.name,
      title: upload.file.title,
      owner,
      options,
      origin: { ...origin, api: true },
      acceptedAt: new Date().toISOString(),
    });
    isToldOf = true;
    await desk.pipeline.submit(task);
    return { task, fields };
  } catch (error) {
    await folder?.destroy();
    if (folder !== undefined && isToldOf) await takeBack(call, folder.id);
    throw error;
  } finally {
    release();
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
