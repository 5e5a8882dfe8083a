import { randomUUID } from 'node:crypto';
import { createTaskFolder, type Task, type TaskId, type TaskOptions, taskSchema } from '@whisper-bot/task';
import { receiveUpload } from '../http/multipart.js';
import { uploadLimit } from '../page/upload.js';
import type { ApiCall } from './call.js';
import { ApiError } from './error.js';

/** What the fields of an upload ask for. */
export interface Asked<F> {
  fields: F;
  options: TaskOptions;
  origin?: Record<string, unknown>;
}

/** Seconds a client may wait before it asks again. */
const later = 60;

/**
 * Takes a recording as it streams in and makes a task of it; what the client leaves half done leaves nothing behind. Throws
 * ApiError, TaskError, HttpError 408.
 */
export const takeRecording = async <F>(
  call: ApiCall,
  read: (fields: URLSearchParams) => Promise<Asked<F>>,
): Promise<{ task: Task; fields: F }> => {
  const { desk, request, key, owner, gone } = call;
  await requireRoom(call);
  const release = await desk.admission.task(key);
  const id = randomUUID() as TaskId;
  const folder = await createTaskFolder(desk.options.tasksDir, id);
  try {
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
    const task = taskSchema.parse({
      v: 1,
      id,
      channel: 'folder',
      source: upload.file.name,
      title: upload.file.title,
      owner,
      options,
      origin: { ...origin, api: true },
      acceptedAt: new Date().toISOString(),
    });
    await desk.pipeline.submit(task);
    return { task, fields };
  } catch (error) {
    await folder.destroy();
    throw error;
  } finally {
    release();
  }
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
