import { TaskError } from '@whisper-bot/task';
import { z } from 'zod';
import { type TaskMessage, taskMessageSchema } from './message.js';

/** One stream entry as ioredis gives it: id, and fields and values in turn (null where the entry was trimmed). */
export type Entry = [id: string, fields: string[] | null];

/** Flat fields are strings whatever they mean. */
const flat = z.preprocess((value) => {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, fromText(name, String(text))]));
}, taskMessageSchema);

const fromText = (name: string, text: string): unknown => {
  if (text === '' || text === 'null') return undefined;
  if (name === 'diarize')
    return { true: true, True: true, '1': true, false: false, False: false, '0': false }[text] ?? text;
  if (name.endsWith('_id') && name !== 'task_id' && /^-?\d{1,16}$/.test(text)) return Number(text);
  return text;
};

const nullsAsAbsent = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null))
    : value;

/** The entry's fields as an object, for messages about it. */
const fieldsOf = (fields: readonly string[]): Record<string, string> =>
  Object.fromEntries(fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1] ?? '']] : [])));

/**
 * Reads an entry: one JSON object in the field `payload`, or the same fields flat. Throws TaskError `invalid-request`
 * with a sentence naming the field.
 */
export const parseEntry = (fields: readonly string[]): TaskMessage => {
  const given = fieldsOf(fields);
  const parsed =
    given.payload === undefined
      ? flat.safeParse(given)
      : taskMessageSchema.safeParse(nullsAsAbsent(json(given.payload)));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new TaskError(
    'invalid-request',
    `The message cannot be read: ${where === '' ? '' : `${where}: `}${issue?.message ?? 'invalid'}.`,
  );
};

const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TaskError('invalid-request', 'The message cannot be read: payload is not JSON.', { cause });
  }
};

/** The task id of an entry that is otherwise wrong, so that its sender receives the error; null where it has none. */
export const taskIdOf = (fields: readonly string[]): string | null => {
  const given = fieldsOf(fields);
  let id: unknown = given.task_id;
  if (given.payload !== undefined) {
    try {
      id = (JSON.parse(given.payload) as { task_id?: unknown } | null)?.task_id;
    } catch {
      return null;
    }
  }
  return typeof id === 'string' && /^[\w-]{1,64}$/.test(id) ? id : null;
};
