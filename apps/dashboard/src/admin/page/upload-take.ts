import { isCleanText, TaskError, type TaskOptions, taskErrorKind, taskOptionsSchema } from '@whisper-bot/task';
import { receiveUpload, uploadLimit } from '../../domain/upload.js';
import { requireSecret } from '../../web/enforce.js';
import { ForgedRequest, HttpError } from '../../web/http-error.js';
import { announcedBytes } from '../../web/multipart.js';
import type { Answer } from '../../web/request-context.js';
import { dropBody } from '../../web/upload-timeout.js';
import { writeDown } from '../audit.js';
import type { AdminContext, AdminHandler, PageContext } from '../page-context.js';
import { bytes } from '../view/format.js';
import { renderUpload } from './upload.js';

/** Takes a recording as it streams in, and makes a task of it. */
export const takeUpload: AdminHandler<
  'audit' | 'logger' | 'models' | 'options' | 'pipeline' | 'rules' | 'settings'
> = async (context) => {
  const { deps, request, words } = context;
  if (deps.settings.get('uploadsPaused')) return refused(context, 503, words.upload.paused);
  try {
    const { task, received } = await deps.pipeline.accept({
      channel: 'folder',
      largest: uploadLimit(deps),
      owner: `dashboard:${context.signedIn?.name ?? ''}`,
      source: {
        kind: 'stream',
        bytes: announcedBytes(request, uploadLimit(deps)),
        receive: async (folder) => {
          const { fields, file } = await receiveUpload(request, {
            folder,
            maxBytes: uploadLimit(deps),
            timeouts: deps.options.uploadTimeouts,
            // The secret stands before the file: nothing is written for a forged form.
            onFile: (given) => requireSecret(context, given.get('csrf') ?? ''),
          });
          requireSecret(context, fields.get('csrf') ?? '');
          if (![...fields.values()].every(isCleanText)) throw new HttpError(400);
          if (file === null) throw new HttpError(400, words.upload.noFile);
          return { ...file, fields };
        },
      },
      asked: ({ title, fields }) => ({ title, options: optionsOf(context, fields) }),
    });
    // Accepted is accepted: what fails from here on must take neither the recording away nor the page of its task.
    await writeDown(context, {
      action: 'task.upload',
      target: task.id,
      after: { bytes: received.bytes, options: { ...task.options, prompt: undefined } },
    }).catch((err: unknown) => deps.logger.error({ err, task_id: task.id }, 'audit entry for upload failed'));
    return answer(context, `/tasks/${task.id}`);
  } catch (error) {
    // Where there is no space it was not even begun.
    dropBody(request, deps.options.uploadTimeouts);
    const failed = refusal(context, error);
    if (failed === null) throw error;
    return failed;
  }
};

const answer = ({ request }: PageContext, page: string): Answer =>
  wantsJson(request.headers.accept) ? { kind: 'json', body: { page } } : { kind: 'redirect', to: page };

const wantsJson = (accept: string | undefined): boolean => accept === 'application/json';

/** What is answered to the sender; null for errors that are not theirs. */
const refusal = (
  context: AdminContext<'models' | 'options' | 'rules' | 'settings'>,
  error: unknown,
): Answer | Promise<Answer> | null => {
  const { words, locale, deps } = context;
  const refusal =
    error instanceof HttpError
      ? {
          status: error.status,
          text:
            (error instanceof ForgedRequest ? words.forged : error.sentence) ?? words.status[error.status]?.text ?? '',
        }
      : error instanceof TaskError
        ? {
            status: taskErrorKind(error.code).httpStatus,
            text:
              error.code === 'too-big'
                ? words.upload.tooBig(bytes(uploadLimit(deps), locale))
                : words.errors[error.code],
          }
        : null;
  return refusal === null ? null : refused(context, refusal.status, refusal.text);
};

const refused = (
  context: AdminContext<'models' | 'options' | 'rules' | 'settings'>,
  status: number,
  text: string,
): Answer | Promise<Answer> =>
  wantsJson(context.request.headers.accept)
    ? { kind: 'json', status, body: { error: text } }
    : renderUpload(context, text, status);

const optionsOf = (context: AdminContext<'settings'>, fields: URLSearchParams): TaskOptions => {
  const speakers = Number(fields.get('speakers') ?? '');
  const options = taskOptionsSchema.safeParse({
    language: fields.get('language') || 'auto',
    model: fields.get('model') || context.deps.settings.get('model'),
    diarize: fields.get('diarize') === 'yes',
    translate: fields.get('translate') === 'yes',
    prompt: fields.get('prompt') ?? '',
    ...(Number.isInteger(speakers) && speakers > 0 ? { speakers: { kind: 'exactly', count: speakers } } : {}),
  });
  if (!options.success) throw new HttpError(400);
  return options.data;
};
