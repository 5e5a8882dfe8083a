import { mkdtemp, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TaskError } from '@whisper-bot/task';

/** Codes of a network, a server or a volume that is not well; the entry has no part in them. */
const outside =
  /^(ECONN\w+|ETIMEDOUT|EPIPE|EAI_\w+|EHOST\w+|ENET\w+|EMFILE|ENFILE|ENOSPC|EDQUOT|EROFS|ESTALE|EIO|ENOMEM|ENODEV|ENXIO)$/;
/** What Redis and its client say where it cannot serve right now. */
const away =
  /max retries per request|Connection is closed|Command timed out|^(READONLY|OOM|MISCONF|LOADING|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|TRYAGAIN|UNBLOCKED)\b/i;

/**
 * Whether an entry could not be taken because of itself: then another attempt may be the last, and those behind it must not wait.
 * Where the volume or a server is not well all entries wait.
 */
export const isOwnFault = async (error: unknown, tasksDir: string): Promise<boolean> => {
  if (error instanceof TaskError) return !error.retryable;
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && outside.test(code)) return false;
  if (typeof message === 'string' && away.test(message)) return false;
  return isWritable(tasksDir);
};

const isWritable = async (directory: string): Promise<boolean> => {
  try {
    await rmdir(await mkdtemp(join(directory, '.probe-')));
    return true;
  } catch {
    return false;
  }
};
