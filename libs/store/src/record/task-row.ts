import {
  type Channel,
  type TaskErrorCode,
  type TaskId,
  type TaskState,
  taskOptionsSchema,
  taskSchema,
} from '@whisper-bot/task';
import type { TaskTableRow } from '../schema.js';
import type { TaskRow } from './task.js';

/** A row of the table as the record's readers know it. */
export const rowOf = (row: TaskTableRow): TaskRow => ({
  id: row.id as TaskId,
  state: row.state as TaskState,
  channel: row.channel as Channel,
  title: row.title,
  owner: row.owner,
  chat: row.chat,
  // One row of another make must not hide all the others.
  options: taskSchema.safeParse(row.body).data?.options ?? taskOptionsSchema.parse({}),
  acceptedAt: row.accepted_at,
  changedAt: row.changed_at,
  duration: row.duration,
  code: row.code as TaskErrorCode | null,
  cause: row.cause,
});
