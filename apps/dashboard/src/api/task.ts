import { notAccepted, type TaskRow } from '@whisper-bot/store';
import { isFinal, type TaskId } from '@whisper-bot/task';
import { formats, parseFormat } from '@whisper-bot/transcript';
import { dropBody } from '../web/upload-timeout.js';
import type { ApiCall, ApiHandler } from './call.js';
import { ApiError } from './error.js';
import { optionsOf, parseFields, taskRequestSchema } from './field.js';
import { idOfRequest } from './idempotency.js';
import { takeRecording } from './intake.js';
import { findOwnTask, noSuchTask, readPage } from './task-find.js';
import { type TaskView, viewTask, withDuration } from './task-view.js';

/** The task of a row that has just been read, as it is now. */
const viewNow = async ({ deps }: Pick<ApiCall<'options' | 'pipeline'>, 'deps'>, row: TaskRow): Promise<TaskView> =>
  withDuration(viewTask(row, await deps.pipeline.progress(row.id)), deps.options.tasksDir);

/** The task as it is now. Throws ApiError 404. */
export const lookAt = async (
  call: Pick<ApiCall<'options' | 'pipeline' | 'tasks'>, 'deps'>,
  id: TaskId,
): Promise<TaskView> => {
  const row = await call.deps.tasks.find(id);
  if (row === null) throw noSuchTask();
  return viewNow(call, row);
};

/** `POST /v1/tasks`: accepted at once, worked on later; the same Idempotency-Key again is answered with the task it made. */
export const submitTask: ApiHandler<
  'admission' | 'exclusively' | 'models' | 'options' | 'pipeline' | 'settings' | 'tasks' | 'webhooks'
> = async (call) => {
  const { deps, request, response } = call;
  const id = idOfRequest(call);
  const known = id === undefined ? null : await deps.tasks.find(id);
  if (known !== null && known.cause !== notAccepted) {
    dropBody(request, deps.options.uploadTimeouts);
    response.set({ Location: `/v1/tasks/${known.id}`, 'Idempotent-Replayed': 'true' });
    return { kind: 'json', status: 202, body: await viewNow(call, known) };
  }
  const read = async (given: URLSearchParams) => {
    const asked = parseFields(taskRequestSchema, given);
    const { webhook_url: url } = asked;
    if (url !== undefined) await deps.webhooks.check(url);
    return {
      fields: asked,
      options: await optionsOf(deps, asked),
      origin: url === undefined ? {} : { webhook: { url } },
    };
  };
  const { task } = await takeRecording(call, { read, id, reopen: known !== null });
  // Refused before, accepted now.
  if (known !== null) await deps.tasks.change({ taskId: task.id, state: 'accepted', at: Date.now() });
  response.set('Location', `/v1/tasks/${task.id}`);
  return { kind: 'json', status: 202, body: await lookAt(call, task.id) };
};

/** `GET /v1/tasks`: the key's own, newest first. */
export const listTasks: ApiHandler<'pipeline' | 'tasks'> = async ({ deps, owner }, context) => {
  const { limit, after } = readPage(context);
  const { rows, next } = await deps.tasks.search({ owner }, { limit, ...(after === '' ? {} : { after }) });
  const data = await Promise.all(rows.map(async (row) => viewTask(row, await deps.pipeline.progress(row.id))));
  return { kind: 'json', body: { object: 'list', data, has_more: next !== null, next } };
};

export const showTask: ApiHandler<'options' | 'pipeline' | 'tasks'> = async (call, context) => ({
  kind: 'json',
  body: await viewNow(call, (await findOwnTask(call, context)).row),
});

/** `GET /v1/tasks/{id}/result`: in any of the formats. */
export const showResult: ApiHandler<'options' | 'pipeline' | 'tasks' | 'transcripts'> = async (call, context) => {
  const task = await findOwnTask(call, context);
  const asked = context.query('format') || 'json';
  const format = parseFormat(asked);
  if (format === null) {
    const known = Object.keys(formats).join(', ');
    throw new ApiError(400, `There is no format "${asked}"; there are ${known}.`, {
      param: 'format',
      code: 'unknown_format',
    });
  }
  const { status, error } = await viewNow(call, task.row);
  if (!isFinal(status)) {
    throw new ApiError(409, 'The task has not ended yet.', { code: 'not_ended', retryAfter: 2 });
  }
  if (error !== null) throw new ApiError(409, error.message, { code: error.code });
  const transcript = status === 'done' ? ((await call.deps.transcripts.read(task.id))?.transcript ?? null) : null;
  if (transcript === null) throw new ApiError(410, 'There is no result any more.', { code: 'file_expired' });
  const { mime, extension, render } = formats[format];
  const body = await render(transcript, { title: task.row.title });
  return typeof body === 'string'
    ? { kind: 'text', type: mime, body }
    : { kind: 'file', type: mime, body, name: `${task.id}.${extension}` };
};

/** `DELETE /v1/tasks/{id}`: stops it where it runs; the recording and all that came of it go. */
export const deleteTask: ApiHandler<'audit' | 'eraser' | 'options' | 'tasks'> = async (call, context) => {
  const task = await findOwnTask(call, context);
  await call.deps.eraser.tasks([task.id]);
  await call.deps.audit.append({
    actor: call.owner,
    action: 'task.delete',
    target: task.id,
    address: call.request.ip ?? '',
    before: { state: task.row.state },
    after: null,
  });
  return { kind: 'json', body: { id: task.id, object: 'task.deleted', deleted: true } };
};
