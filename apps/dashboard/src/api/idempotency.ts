import { createHash } from 'node:crypto';
import { type TaskId, taskIdSchema } from '@whisper-bot/task';
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
