import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import {
  type Task,
  type TaskFolder,
  type TaskId,
  taskFile,
  taskFolder,
  taskIdSchema,
  taskSchema,
} from '@whisper-bot/task';
import type { ApiCall } from './call.js';
import { ApiError } from './error.js';

/**
 * The task that the header `Idempotency-Key` stands for, of this API key; undefined without the header. The id is made from
 * both: every process finds the same task, and the record is the memory. Throws ApiError 400.
 */
export const idOfRequest = ({ request, key }: Pick<ApiCall, 'request' | 'key'>): TaskId | undefined => {
  const given = request.get('idempotency-key');
  if (given === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(given)) {
    throw new ApiError(400, 'An Idempotency-Key has 1 to 255 characters of ASCII, without spaces.', {
      code: 'invalid_idempotency_key',
    });
  }
  const bytes = createHash('sha256').update(`${key.id}\n${given}`).digest().subarray(0, 16);
  // In the shape of a random UUID (RFC 9562, version 4).
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(bytes.toString('hex')) ?? [];
  return taskIdSchema.parse(parts.slice(1).join('-'));
};

/**
 * Accepts a received recording under the id its key stands for: the same step however often it is asked for. One request at a
 * time, in whatever process; one that died on its way has let go. What it left is taken up: a task that was written down
 * is accepted as it is, a recording without a task makes room. Throws ApiError 409 while another request does the same.
 */
export const acceptOnce = async (
  { desk }: Pick<ApiCall, 'desk'>,
  { received, task, submit }: { received: TaskFolder; task: Task; submit: (task: Task) => Promise<void> },
): Promise<Task> => {
  const { tasksDir } = desk.options;
  const folder = taskFolder(tasksDir, task.id);
  const accepted = await desk.store.exclusively(`accept ${task.id}`, async () => {
    const interrupted = await folder.read(taskFile(1), taskSchema);
    if (interrupted !== null) {
      await received.destroy();
      await submit(interrupted);
      return interrupted;
    }
    await folder.destroy();
    await rename(received.path, folder.path);
    await submit(task);
    return task;
  });
  if (accepted !== null) return accepted;
  throw new ApiError(409, 'Another request with this Idempotency-Key is under way.', {
    code: 'idempotency_key_in_use',
    retryAfter: 1,
  });
};
