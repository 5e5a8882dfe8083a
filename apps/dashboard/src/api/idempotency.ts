import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { type TaskFolder, type TaskId, taskFolder, taskIdSchema } from '@whisper-bot/task';
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
 * Gives a received recording its id, atomically: of several requests with one key only one gets through. Throws ApiError 409
 * for the others: by the time they ask again the task is there.
 */
export const moveTo = async (tasksDir: string, id: TaskId, from: TaskFolder): Promise<TaskFolder> => {
  const to = taskFolder(tasksDir, id);
  try {
    await rename(from.path, to.path);
    return to;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')) {
      throw new ApiError(409, 'Another request with this Idempotency-Key is under way.', {
        code: 'idempotency_key_in_use',
        retryAfter: 1,
      });
    }
    throw error;
  }
};
