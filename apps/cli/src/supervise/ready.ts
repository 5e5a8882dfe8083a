import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Announcement, exitNeedsOperator, type Supervised } from '@whisper-bot/runtime';
import { z } from 'zod';
import { CliError } from '../failure.js';

/** How long a part may take until it works, milliseconds: the first start of a database on a slow disk included. */
const startBound = 60_000;

/**
 * Waits until a part works. Null where it ended by itself because it has nothing to do. Throws CliError where it does
 * not come up, or says that a person has to change something (a wrong token): in its own words.
 */
export const untilReady = async (
  part: Supervised,
  { logDir, signal }: { logDir: string; signal: AbortSignal },
): Promise<Announcement | null> => {
  const log = join(logDir, `${part.name}.log`);
  const overdue = AbortSignal.any([signal, AbortSignal.timeout(startBound)]);
  const late = new Promise<null>((resolve) => {
    if (overdue.aborted) resolve(null);
    overdue.addEventListener('abort', () => resolve(null), { once: true });
  });
  const start = await Promise.race([part.started, late]);
  signal.throwIfAborted();
  if (start === null) throw new CliError(`The ${part.name} does not come up; its log is ${log}`);
  if (start.kind === 'ready') return start.announcement;
  if (start.code !== exitNeedsOperator) return null;
  throw new CliError(`The ${part.name} cannot work: ${await lastWords(log)} (log: ${log})`);
};

/** What a part wrote last: the message of a logger's line, or the line as it stands. */
const lastWords = async (log: string): Promise<string> => {
  const line = (await readFile(log, 'utf8').catch(() => '')).trimEnd().split('\n').at(-1) ?? '';
  try {
    return z.object({ msg: z.string() }).parse(JSON.parse(line)).msg;
  } catch {
    return line === '' ? 'it does not say why' : line;
  }
};
