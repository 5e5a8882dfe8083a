import { randomUUID } from 'node:crypto';
import { rename, stat } from 'node:fs/promises';
import {
  type Channel,
  createTaskFolder,
  findFile,
  placeFile,
  readTask,
  sourceName,
  type Task,
  TaskError,
  type TaskFolder,
  type TaskId,
  type TaskOptions,
  taskFolder,
  taskIdSchema,
  taskSchema,
} from '@whisper-bot/task';
import type { Reservations } from './reservation.js';
import type { SubmitOptions } from './submit-options.js';

/** Where a recording comes from. */
export type Source<R> =
  /** It comes in, and `receive` writes it into the folder it is given, under the name it answers. */
  | {
      kind: 'stream';
      /** Announced; null if unknown. */
      bytes: number | null;
      receive: (folder: TaskFolder) => Promise<R>;
    }
  /** A file of this machine, taken over as it is: linked or copied. */
  | { kind: 'file'; path: string }
  /** The same, as someone else named it: only below a directory. */
  | { kind: 'link'; path: string; within: string };

/** The name of a received source in its folder. */
export interface Received {
  name: string;
}

/** What is asked for with a recording. */
export interface Asked {
  options: TaskOptions;
  title?: string;
  origin?: Record<string, unknown>;
}

export interface AcceptRequest<R extends Received> {
  /** Default: a new one. The same id twice is one task. */
  id?: TaskId | undefined;
  channel: Channel;
  owner: string;
  source: Source<R>;
  /** Length of the recording, where the sender gave it; seconds. */
  seconds?: number | null;
  /** Bytes of the largest recording that is taken this way; default: no bound. */
  largest?: number;
  /** Whether the sender was notified earlier that the task of this id was not accepted, see SubmitOptions; default false. */
  reopen?: boolean;
  /** What is asked for: with a form it is known once the recording has been received. */
  asked: (received: R) => Asked | Promise<Asked>;
  /**
   * What becomes of the folder where the task is not accepted: `remove` (default), or `keep` for those who come again with the same
   * id and need not send it a second time.
   */
  onRefusal?: 'remove' | 'keep';
  /**
   * For an id that several requests may ask for at once: runs one of them at a time. What a killed one left is taken up: a task
   * that was written down is accepted as it is.
   */
  once?: (<T>(name: string, work: () => Promise<T>) => Promise<T | null>) | undefined;
}

export interface Accepted<R> {
  task: Task;
  outcome: 'accepted' | 'known';
  received: R;
}

export interface AcceptDeps {
  tasksDir: string;
  reservations: Pick<Reservations, 'reserve' | 'renew' | 'release'>;
  submit: (task: Task, about: SubmitOptions) => Promise<'accepted' | 'known'>;
  /** Tells the record that a task which it may know was not accepted after all. */
  refused: (task: Task) => Promise<void>;
}

/** Milliseconds between two signs of life of a receiver. */
const renewInterval = 60_000;

/** Another request with the same id is under way. */
export class AcceptBusy extends Error {
  override readonly name = 'AcceptBusy';
}

/**
 * The one way in. Space is reserved before a byte is taken; a recording that is not accepted leaves nothing behind, unless its
 * sender comes again. Throws TaskError (`no-space`, `path-outside`, `no-such-file`, `empty-file`, `too-big`, what the queue refuses), AcceptBusy,
 * and what `receive` and `asked` throw.
 */
export const accept = async <R extends Received>(deps: AcceptDeps, request: AcceptRequest<R>): Promise<Accepted<R>> => {
  const { tasksDir, reservations } = deps;
  const { once, onRefusal = 'remove' } = request;
  // Under an id that others may ask for as well it is received aside.
  const received = once === undefined ? (request.id ?? newId()) : newId();
  const id = request.id ?? received;
  const about = { seconds: request.seconds ?? null, reopen: request.reopen ?? false };
  const folder = taskFolder(tasksDir, received);
  try {
    const got = await receive(deps, request, folder);
    const { title = '', origin = {}, options } = await request.asked(got);
    const task = taskSchema.parse({
      v: 1,
      id,
      channel: request.channel,
      source: got.name,
      title,
      owner: request.owner,
      options,
      origin,
      acceptedAt: new Date().toISOString(),
    });
    const done = await (once === undefined
      ? submitOrRefuse(deps, { task, about }, onRefusal)
      : submitOnce(deps, { task, about, folder, once }));
    return { ...done, received: got };
  } catch (error) {
    await reservations.release(received).catch(() => undefined);
    if (onRefusal === 'remove') await folder.destroy();
    throw error;
  } finally {
    // What was accepted is held under its own id.
    if (received !== id) await reservations.release(received).catch(() => undefined);
  }
};

const newId = (): TaskId => taskIdSchema.parse(randomUUID());

const receive = async <R extends Received>(
  { tasksDir, reservations }: AcceptDeps,
  { source, seconds, largest }: AcceptRequest<R>,
  folder: TaskFolder,
): Promise<R> => {
  const found =
    source.kind === 'stream'
      ? null
      : await findFile(source.path, { largest, ...(source.kind === 'link' ? { within: source.within } : {}) });
  const bytes = source.kind === 'stream' ? source.bytes : (found?.bytes ?? null);
  if (bytes !== null) refuseTooBig(bytes, largest);
  // A link takes no space.
  const incoming = found !== null && (await isSameVolume(found.path, tasksDir)) ? 0 : (bytes ?? 0);
  await reservations.reserve(folder.id, { incoming, bytes, seconds }, 'lease');
  const renewing = setInterval(
    // Without it the space is free again after a while; the recording itself is not touched.
    () => void reservations.renew(folder.id).catch(() => undefined),
    renewInterval,
  );
  try {
    await createTaskFolder(tasksDir, folder.id);
    if (source.kind === 'stream') {
      const received = await source.receive(folder);
      // The announced size is only a promise.
      refuseTooBig((await folder.size(received.name)) ?? 0, largest);
      return received;
    }
    const name = sourceName(found?.path ?? '');
    // Where the plan's layout was followed it lies there already.
    if (found !== null && found.path !== folder.file(name)) await placeFile(found.path, folder, name);
    return { name } as R;
  } finally {
    clearInterval(renewing);
  }
};

const refuseTooBig = (bytes: number, largest = Number.POSITIVE_INFINITY): void => {
  if (bytes > largest)
    throw new TaskError('too-big', 'The file is larger than allowed.', { params: { limit: largest } });
};

const isSameVolume = async (path: string, directory: string): Promise<boolean> =>
  (await stat(path)).dev === (await stat(directory)).dev;

const submitOrRefuse = async (
  { submit, refused }: AcceptDeps,
  { task, about }: { task: Task; about: SubmitOptions },
  onRefusal: 'remove' | 'keep' = 'remove',
): Promise<Omit<Accepted<never>, 'received'>> => {
  try {
    return { task, outcome: await submit(task, about) };
  } catch (error) {
    if (onRefusal === 'remove') await refused(task);
    throw error;
  }
};

interface OnceOptions {
  task: Task;
  about: SubmitOptions;
  /** Where it was received. */
  folder: TaskFolder;
  once: NonNullable<AcceptRequest<never>['once']>;
}

const submitOnce = async (
  deps: AcceptDeps,
  { task, about, folder, once }: OnceOptions,
): Promise<Omit<Accepted<never>, 'received'>> => {
  const own = taskFolder(deps.tasksDir, task.id);
  const accepted = await once(`accept ${task.id}`, async () => {
    try {
      const interrupted = await readTask(own, 1).catch((error: unknown) => {
        if (error instanceof TaskError) return null;
        throw error;
      });
      if (interrupted !== null) {
        await folder.destroy();
        return await submitOrRefuse(deps, { task: interrupted, about });
      }
      await own.destroy();
      await rename(folder.path, own.path);
      return await submitOrRefuse(deps, { task, about });
    } catch (error) {
      await own.destroy();
      await deps.reservations.release(task.id).catch(() => undefined);
      throw error;
    }
  });
  if (accepted === null) throw new AcceptBusy('Another request for the same task is under way.');
  return accepted;
};
