import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Config } from '@whisper-bot/config';
import { inheritedEnvironment, nodeTuning, type Supervised, supervise } from '@whisper-bot/runtime';

/** The apps that run as processes of their own. */
export type App = 'worker' | 'bot' | 'dashboard';

export interface PartOptions {
  app: App;
  /** Distinguishes several processes of one app; also the name of the log file. */
  name: string;
  logDir: string;
  /** What the process is configured with besides the environment. */
  env: Record<string, string>;
  /** Entry module in place of the app's own. */
  program?: string;
  onRestart?: (why: string, delayMs: number) => void;
}

/** Starts one of the apps under supervision. */
export const startPart = ({ app, name, logDir, env, program, onRestart }: PartOptions): Supervised =>
  supervise({
    name,
    command: process.execPath,
    args: [program ?? createRequire(import.meta.url).resolve(`@whisper-bot/${app}`)],
    env: { ...nodeTuning, ...inheritedEnvironment(), ...env },
    log: join(logDir, `${name}.log`),
    ...(onRestart === undefined ? {} : { onRestart }),
  });

/** Where the parts of an installation are; null: it does without. */
export interface Places {
  redisUrl: string;
  tasksDir: string;
  databaseUrl: string | null;
  clickhouseUrl: string | null;
}

/** The environment of a part: where the servers and folders are. */
export const partEnvironment = (
  { home, modelsDir, cacheDir }: Pick<Config, 'home' | 'modelsDir' | 'cacheDir'>,
  { redisUrl, tasksDir, databaseUrl, clickhouseUrl }: Places,
): Record<string, string> => ({
  WHISPER_BOT_HOME: home,
  TASKS_DIR: tasksDir,
  MODELS_DIR: modelsDir,
  WHISPER_BOT_CACHE: cacheDir,
  REDIS_URL: redisUrl,
  DATABASE_URL: databaseUrl ?? '',
  CLICKHOUSE_URL: clickhouseUrl ?? '',
  // What was given as a file has been read.
  REDIS_URL_FILE: '',
  DATABASE_URL_FILE: '',
  CLICKHOUSE_URL_FILE: '',
});
