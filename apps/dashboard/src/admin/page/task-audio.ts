import { artifacts, isSourceName } from '@whisper-bot/task';
import { type FoundTask, findTask } from '../../domain/task-find.js';
import { HttpError } from '../../web/http-error.js';
import type { AdminHandler } from '../page-context.js';

/** Types a browser may play by itself, by extension of the source; a video's sound plays as well. */
const types: Record<string, string> = {
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  mp4: 'video/mp4',
  ogg: 'audio/ogg',
  oga: 'audio/ogg',
  opus: 'audio/ogg',
  flac: 'audio/flac',
  webm: 'video/webm',
  aac: 'audio/aac',
};

/** The file to listen to, or null where the recording is no longer kept: the source where browsers know it (it is smaller). */
export const audioName = async ({ folder }: Pick<FoundTask, 'folder'>): Promise<string | null> => {
  const names = await folder.list();
  const source = names.find((name) => isSourceName(name) && typeOf(name) !== undefined);
  // Every browser plays it.
  return source ?? names.find(artifacts.decoded.file.matches) ?? null;
};

const typeOf = (name: string): string | undefined => types[name.split('.').at(-1) ?? ''];

/** The recording, by ranges: a player jumps in it without reading all. */
export const sendAudio: AdminHandler<'options' | 'tasks'> = async (context) => {
  const task = await findTask(context);
  const name = await audioName(task);
  if (name === null) throw new HttpError(404);
  await send(context, task, name, { 'Content-Type': typeOf(name) ?? 'application/octet-stream' });
  return { kind: 'sent' };
};

/** One file of the task's folder, to keep. */
export const sendFile: AdminHandler<'options' | 'tasks'> = async (context) => {
  const task = await findTask(context);
  const name = context.param('name');
  // Only what is listed is sent: nothing in the path becomes part of a file name.
  if (!(await task.folder.list()).includes(name) || (await task.folder.size(name).catch(() => null)) === null) {
    throw new HttpError(404);
  }
  await send(context, task, name, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${task.id.slice(0, 8)}-${name}"`,
  });
  return { kind: 'sent' };
};

const send = (
  { response }: Parameters<AdminHandler>[0],
  { folder }: FoundTask,
  name: string,
  headers: Record<string, string>,
): Promise<void> =>
  new Promise((resolve, reject) => {
    response.sendFile(
      name,
      { root: folder.path, acceptRanges: true, cacheControl: false, dotfiles: 'deny', headers },
      (error) => {
        // A player that has heard enough breaks off.
        if (error && !response.headersSent) reject(new HttpError(404));
        else resolve();
      },
    );
  });
