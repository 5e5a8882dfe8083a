import { setTimeout as pause } from 'node:timers/promises';
import type { AcceptRequest, Pipeline, Received } from '@whisper-bot/pipeline';
import type { Logger } from '@whisper-bot/runtime';
import { latestRevision, parseLanguage, TaskError, taskFolder, taskOptionsSchema } from '@whisper-bot/task';
import { type Entry, parseEntry, taskIdOf } from './entry.js';
import { isOwnFault } from './fault.js';
import { errorMessage, originSchema, type ResultMessage, type TaskMessage } from './message.js';
import type { StreamNames, Streams } from './stream.js';
import { group } from './stream.js';

export interface IntakeOptions {
  streams: Streams;
  names: StreamNames;
  pipeline: Pick<Pipeline, 'accept' | 'progress'>;
  tasksDir: string;
  /** Whether a model can be used here. */
  isKnownModel: (name: string) => boolean | Promise<boolean>;
  /** Bytes of the largest recording that is taken; undefined for no bound. */
  largest: number | undefined;
  send: (message: ResultMessage, mark: string) => Promise<void>;
  logger: Logger;
  /** Longest pause before an entry that could not be stored is tried again, milliseconds. */
  longestPause: number;
}

/** Attempts an entry gets that fails because of itself although nothing is wrong around it. */
const mostAttempts = 5;
/** Seconds the count of an entry's attempts is kept, also across restarts. */
const attemptsKept = 24 * 3600;
/** Dead entries are kept for people to look at; this many at most. */
const deadEntries = 10_000;

/** Turns one entry into a stored task, or into a dead entry with its reason, and acknowledges it only then. */
export const takeEntry = async ([id, fields]: Entry, options: IntakeOptions, signal: AbortSignal): Promise<void> => {
  const { streams, names, logger } = options;
  if (fields === null) {
    await streams.xack(names.tasks, group, id);
    return;
  }
  for (let wait = 250; ; wait = Math.min(wait * 2, options.longestPause)) {
    try {
      const message = parseEntry(fields);
      const known = await isKnown(message, options);
      const outcome = known ? 'known' : (await options.pipeline.accept(await requestOf(message, options))).outcome;
      logger.info({ task_id: message.task_id, entry: id, outcome }, 'stream entry taken');
      await streams.xack(names.tasks, group, id);
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof TaskError && !error.retryable) {
        await addDeadEntry(id, fields, error, options);
        return;
      }
      // Not the entry's fault (no space, storage away): intake waits with it, and it stays pending.
      const isOwn = await isOwnFault(error, options.tasksDir);
      const attempts = isOwn ? await countAttempt(id, options) : 0;
      if (attempts >= mostAttempts) {
        const cause = error instanceof Error ? error : undefined;
        await addDeadEntry(
          id,
          fields,
          new TaskError('internal', 'The recording could not be taken in.', { cause }),
          options,
        );
        return;
      }
      logger.warn({ err: error, entry: id, attempts }, 'stream entry waits');
      await pause(wait, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
    }
  }
};

const countAttempt = async (entry: string, { streams, names }: IntakeOptions): Promise<number> => {
  const key = names.attempts(entry);
  const count = await streams.incr(key);
  await streams.expire(key, attemptsKept);
  return count;
};

/** Once delivered, the file of a task may be gone: a second entry with its id must not ask for it. */
const isKnown = async ({ task_id: id }: TaskMessage, { tasksDir, pipeline }: IntakeOptions): Promise<boolean> =>
  (await latestRevision(taskFolder(tasksDir, id))) > 0 && (await pipeline.progress(id)) !== null;

const requestOf = async (
  message: TaskMessage,
  { tasksDir, isKnownModel, largest }: IntakeOptions,
): Promise<AcceptRequest<Received>> => {
  const language = parseLanguage(message.language);
  if (language === null) throw new TaskError('unknown-language', `There is no language "${message.language}".`);
  if (!(await isKnownModel(message.model)))
    throw new TaskError('unknown-model', `There is no model "${message.model}" here.`);
  const options = taskOptionsSchema.parse({ language, model: message.model, diarize: message.diarize });
  return {
    id: message.task_id,
    channel: 'stream',
    source: { kind: 'link', path: message.file_path, within: tasksDir },
    ...(largest === undefined ? {} : { largest }),
    owner: message.user_id === undefined ? 'stream' : `stream:${message.user_id}`,
    asked: () => ({ options, origin: originSchema.parse(message) }),
    // The entry is tried again, or the sweep takes what no one names any more.
    onRefusal: 'keep',
  };
};

/** A malformed entry is answered, kept with its reason, and acknowledged: the next one must not wait for it. */
const addDeadEntry = async (
  id: string,
  fields: readonly string[],
  error: TaskError,
  options: IntakeOptions,
): Promise<void> => {
  const { streams, names, logger } = options;
  const taskId = taskIdOf(fields);
  logger.warn({ entry: id, code: error.code }, 'stream entry refused');
  if (taskId !== null) await options.send(errorMessage(taskId, error), `refused-${id}`);
  await streams
    .multi()
    .xadd(
      names.dead,
      'MAXLEN',
      '~',
      deadEntries,
      '*',
      'reason',
      error.message,
      'code',
      error.code,
      'entry',
      id,
      ...fields,
    )
    .xack(names.tasks, group, id)
    .del(names.attempts(id))
    .exec();
};
