import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { TaskError } from '@whisper-bot/task';
import { unsafeMedia } from './failure.js';
import { isPlaylist } from './media-format.js';

export interface Source {
  handle: FileHandle;
  /** Its first bytes, up to 4096. */
  head: Buffer;
}

/**
 * Opens a recording for ffmpeg, which gets the open file and never its name: a name may hold anything that ffmpeg would
 * read as an option, a protocol or a pattern. Throws TaskError `no-such-file`, `empty-file`, `unsafe-media`.
 */
export const openSource = async (path: string): Promise<Source> => {
  // Non-blocking: opening a named pipe must not wait for its writer.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
      throw new TaskError('no-such-file', 'There is no such file.', { cause: error });
    throw error;
  });
  try {
    if (!(await handle.stat()).isFile()) throw new TaskError('not-media', 'This is not a file.');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    if (bytesRead === 0) throw new TaskError('empty-file', 'This file is empty.');
    const head = buffer.subarray(0, bytesRead);
    if (isPlaylist(head)) throw unsafeMedia('recognized by its first bytes');
    return { handle, head };
  } catch (error) {
    await handle.close();
    throw error;
  }
};
