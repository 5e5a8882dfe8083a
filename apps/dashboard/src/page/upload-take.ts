import { isCleanText, TaskError, type TaskOptions, taskErrorKind, taskOptionsSchema } from '@whisper-bot/task';
import { writeDown } from '../auth/audit.js';
import { requireSecret } from '../http/enforce.js';
import { announcedBytes, receiveUpload } from '../http/multipart.js';
import { dropBody } from '../http/pace.js';
import { type Answer, type Handler, HttpError, type Visit } from '../http/visit.js';
import { bytes } from '../view/format.js';
import { renderUpload, uploadLimit } from './upload.js';

/** Takes a recording as it streams in, and makes a task of it. */
export const takeUpload: Handler = async (visit) => {
  const { desk, request, words } = visit;
  if (desk.settings.get('uploadsPaused')) return refused(visit, 503, words.upload.paused);
  try {
    const { task, received } = await desk.pipeline.accept({
      channel: 'folder',
      largest: uploadLimit(desk),
      owner: `dashboard:${visit.person?.name ?? ''}`,
      source: {
        kind: 'stream',
        bytes: announcedBytes(request, uploadLimit(desk)),
        receive: async (folder) => {
          const { fields, file } = await receiveUpload(request, {
            folder,
            maxBytes: uploadLimit(desk),
            patience: desk.options.uploadPatience,
            // The secret stands before the file: nothing is written for a forged form.
            onFile: (given) => requireSecret(visit, given.get('csrf') ?? ''),
          });
          requireSecret(visit, fields.get('csrf') ?? '');
          if (![...fields.values()].every(isCleanText)) throw new HttpError(400);
          if (file === null) throw new HttpError(400, words.upload.noFile);
          return { ...file, fields };
        },
      },
      asked: ({ title, fields }) => ({ title, options: optionsOf(visit, fields) }),
    });
    // Accepted is accepted: what fails from here on must take neither the recording away nor the page of its task.
    await writeDown(visit, {
      action: 'task.upload',
      target: task.id,
      after: { bytes: received.bytes, options: { ...task.options, prompt: undefined } },
    }).catch((err: unknown) => desk.logger.error({ err, task_id: task.id }, 'an upload is missing in the audit'));
    return answer(visit, `/tasks/${task.id}`);
  } catch (error) {
    // Where there is no room it was not even begun.
    dropBody(request, desk.options.uploadPatience);
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

const optionsOf = (visit: Visit, fields: URLSearchParams): TaskOptions => {
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
  return options.data;
};
