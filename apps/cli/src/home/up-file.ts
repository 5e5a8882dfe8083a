import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** Where each part of a running `up` is; what `up --json` prints and HOME/run/up.json holds. */
export const upSchema = z.object({
  v: z.literal(1),
  pid: z.number().int(),
  home: z.string(),
  tasksDir: z.string(),
  modelsDir: z.string(),
  logDir: z.string(),
  redisUrl: z.string(),
  databaseUrl: z.string().nullable(),
  clickhouseUrl: z.string().nullable(),
  dashboardUrl: z.string().nullable(),
  /** Whether the Telegram bot runs. */
  bot: z.boolean(),
  /** How many worker processes were started. */
  workers: z.number().int(),
});
export type Up = z.infer<typeof upSchema>;

const pathOf = (home: string): string => join(home, 'run', 'up.json');

/** What the running `up` wrote down; null where it has not (yet). Whether it still runs is for isHomeHeld to say. */
export const readUp = async (home: string): Promise<Up | null> => {
  try {
    const parsed = upSchema.safeParse(JSON.parse(await readFile(pathOf(home), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
};

/** Holds passwords: readable by this user only. */
export const writeUp = async (up: Up): Promise<void> => {
  const path = pathOf(up.home);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, `${JSON.stringify(up)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
};

export const removeUp = (home: string): Promise<void> => rm(pathOf(home), { force: true });
