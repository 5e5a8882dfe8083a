import { cleanText } from '@whisper-bot/task';

/**
 * JSON as PostgreSQL's `jsonb` takes it: U+0000 is removed and halves of surrogate pairs are replaced, which it refuses with
 * every attempt again, in whatever field they came.
 */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? cleanText(part) : part));
