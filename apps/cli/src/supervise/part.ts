import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Config } from '@whisper-bot/config';
import { type Supervised, supervise } from './supervise.js';

/** The apps that run as processes of their own. */
export type App = 'worker' | 'bot' | 'dashboard';

export interface PartOptions {
  app: App;
  /** Tells several of one app apart; also the name of the log file. */
  name: string;
  logDir: string;
  /** What the process is configured with besides the environment. */
  env: Record<string, string>;
  onRestart?: (why: string, delayMs: number) => void;
}

/** Starts one of the apps under supervision. */
export const startPart = ({ app, name, logDir, env, onRestart }: PartOptions): Supervised =>
  supervise({
    name,
    command: process.execPath,
    args: [createRequire(import.meta.url).resolve(`@whisper-bot/${app}`)],
    env: { ...process.env, ...env },
    log: join(logDir, `${name}.log`),
    ...(onRestart === undefined ? {} : { onRestart }),
  });

/** The environment that tells a part where the state of this home is. */
export const partEnvironment = (
  config: Pick<Config, 'home' | 'modelsDir' | 'cacheDir'>,
  places: { redisUrl: string; tasksDir: string },
): Record<string, string> => ({
  WHISPER_BOT_HOME: config.home,
  TASKS_DIR: places.tasksDir,
  MODELS_DIR: config.modelsDir,
  WHISPER_BOT_CACHE: config.cacheDir,
  REDIS_URL: places.redisUrl,
  REDIS_URL_FILE: '',
});
