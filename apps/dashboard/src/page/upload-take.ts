import { randomUUID } from 'node:crypto';
import {
  createTaskFolder,
  isCleanText,
  type Task,
  TaskError,
  type TaskId,
  taskErrorKind,
  taskOptionsSchema,
  taskSchema,
} from '@whisper-bot/task';
import { writeDown } from '../auth/audit.js';
import { requireSecret } from '../http/enforce.js';
import { receiveUpload } from '../http/multipart.js';
import { type Answer, type Handler, HttpError, type Visit } from '../http/visit.js';
import { bytes } from '../view/format.js';
import { renderUpload, uploadLimit } from './upload.js';

/** Takes a recording as it streams in, and makes a task of it. */
export const takeUpload: Handler = async (visit) => {
  const { desk, request, words } = visit;
  if (desk.settings.get('uploadsPaused')) return refused(visit, 503, words.upload.paused);
  const id = randomUUID() as TaskId;
  const folder = await createTaskFolder(desk.options.tasksDir, id);
  try {
    const upload = await receiveUpload(request, {
      folder,
      maxBytes: uploadLimit(desk),
      patience: desk.options.uploadPatience,
      // The secret stands before the file: nothing is written for a forged form.
      onFile: (fields) => requireSecret(visit, fields.get('csrf') ?? ''),
    });
    requireSecret(visit, upload.fields.get('csrf') ?? '');
    if (![...upload.fields.values()].every(isCleanText)) throw new HttpError(400);
    if (upload.file === null) throw new HttpError(400, words.upload.noFile);
    const task = taskOf(visit, id, upload.file, upload.fields);
    await desk.pipeline.submit(task);
    // Accepted is accepted: what fails from here on must take neither the recording away nor the page of its task.
    await writeDown(visit, {
      action: 'task.upload',
      target: id,
      after: { bytes: upload.file.bytes, options: { ...task.options, prompt: undefined } },
    }).catch((err: unknown) => desk.logger.error({ err, task_id: id }, 'an upload is missing in the audit'));
    return answer(visit, `/tasks/${id}`);
  } catch (error) {
    await folder.destroy();
    const failed = refusal(visit, error);
    if (failed === null) throw error;
    return failed;
  }
};

const answer = ({ request }: Visit, page: string): Answer =>
  wantsJson(request.headers.accept) ? { kind: 'json', body: { page } } : { kind: 'redirect', to: page };

const wantsJson = (accept: string | undefined): boolean => accept === 'application/json';

/** What the person is told; null for what is not theirs to mend. */
const refusal = (visit: Visit, error: unknown): Answer | Promise<Answer> | null => {
  const { words, locale, desk } = visit;
  const told =
    error instanceof HttpError
      ? { status: error.status, text: error.sentence ?? words.status[error.status]?.text ?? '' }
      : error instanceof TaskError
        ? {
            status: taskErrorKind(error.code).httpStatus,
            text:
              error.code === 'too-big'
                ? words.upload.tooBig(bytes(uploadLimit(desk), locale))
                : words.errors[error.code],
          }
        : null;
  return told === null ? null : refused(visit, told.status, told.text);
};

const refused = (visit: Visit, status: number, text: string): Answer | Promise<Answer> =>
  wantsJson(visit.request.headers.accept)
    ? { kind: 'json', status, body: { error: text } }
    : renderUpload(visit, text, status);

const taskOf = (visit: Visit, id: TaskId, file: { name: string; title: string }, fields: URLSearchParams): Task => {
  const speakers = Number(fields.get('speakers') ?? '');
  const options = taskOptionsSchema.safeParse({
    language: fields.get('language') || 'auto',
    model: fields.get('model') || visit.desk.settings.get('model'),
    diarize: fields.get('diarize') === 'yes',
    translate: fields.get('translate') === 'yes',
    prompt: fields.get('prompt') ?? '',
    ...(Number.isInteger(speakers) && speakers > 0 ? { speakers: { kind: 'exactly', count: speakers } } : {}),
  });
  if (!options.success) throw new HttpError(400);
  return taskSchema.parse({
    v: 1,
    id,
    channel: 'folder',
    source: file.name,
    title: file.title,
    owner: `dashboard:${visit.person?.name ?? ''}`,
    options: options.data,
    acceptedAt: new Date().toISOString(),
  });
};
