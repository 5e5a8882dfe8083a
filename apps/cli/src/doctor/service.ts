import type { Config } from '@whisper-bot/config';
import { whyNoEmbeddedClickHouse } from '@whisper-bot/embedded';
import { createPipeline } from '@whisper-bot/pipeline';
import { isHomeHeld } from '../home/home-lock.js';
import { readUp } from '../home/up-file.js';
import { type Finding, ok, warning, wrong } from './finding.js';
import { versionOf } from './program.js';

/** What runs beside the engines. */
export const examineServices = async (config: Config): Promise<Finding[]> => [
  await examineUp(config),
  await examineRedis(config),
  config.databaseUrl === null ? ok('PostgreSQL', 'embedded') : ok('PostgreSQL', 'by DATABASE_URL'),
  examineClickHouse(config),
  config.botToken === null
    ? warning('bot', 'BOT_TOKEN is not set', 'get a token from @BotFather and start with BOT_TOKEN=… whisper-bot up')
    : ok('bot', 'BOT_TOKEN is set'),
];

const examineUp = async ({ home }: Config): Promise<Finding> => {
  if (!(await isHomeHeld(home))) return ok('whisper-bot', 'not running');
  const up = await readUp(home);
  return ok('whisper-bot', up === null ? 'starting' : `running as process ${up.pid}, ${up.workers} worker(s)`);
};

const examineClickHouse = ({ clickhouseUrl }: Config): Finding => {
  if (clickhouseUrl !== null) return ok('ClickHouse', 'by CLICKHOUSE_URL');
  const reason = whyNoEmbeddedClickHouse();
  if (reason === null) return ok('ClickHouse', 'embedded');
  return warning('ClickHouse', `${reason}: no analytics, all else works`, 'set CLICKHOUSE_URL');
};

const examineRedis = async ({ redisUrl, tasksDir }: Config): Promise<Finding> => {
  if (redisUrl === null) {
    const version = await versionOf('redis-server', ['--version']);
    return version === null
      ? wrong('Redis', 'redis-server cannot be started', 'apt-get install redis-server, or set REDIS_URL')
      : ok('Redis', version.replace(/ sha=.*/, ''));
  }
  const pipeline = createPipeline({ redis: redisUrl, tasksDir });
  try {
    const workers = await Promise.race([pipeline.transcribers(), timeout(5000)]);
    if (workers === null) return wrong('Redis', 'REDIS_URL does not answer', 'start it, or correct REDIS_URL');
    return ok('Redis', `answers, ${workers} worker(s) at work`);
  } catch (error) {
    return wrong('Redis', error instanceof Error ? error.message : String(error), 'start it, or correct REDIS_URL');
  } finally {
    await pipeline.close();
  }
};

const timeout = (milliseconds: number): Promise<null> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(null), milliseconds).unref();
  });
