import { describe, expect, test } from 'vitest';
import { documentSettings } from './document.js';
import { ConfigError, type ConfigSource, resolveConfig } from './resolve.js';

const machine = { isRoot: false, userHome: '/home/ann', processors: 16, repository: '/opt/whisper-bot' };
const token = `12345:${'A'.repeat(35)}`;
const resolve = (env: ConfigSource['env'], rest: Partial<ConfigSource> = {}) =>
  resolveConfig({ env, machine, ...rest });
const problemsOf = (env: ConfigSource['env'], rest: Partial<ConfigSource> = {}): readonly string[] => {
  try {
    resolve(env, rest);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

describe('defaults', () => {
  test('keep the state of an ordinary user in the XDG state home', () => {
    expect(resolve({}).home).toBe('/home/ann/.local/state/whisper-bot');
    expect(resolve({ XDG_STATE_HOME: '/state' }).home).toBe('/state/whisper-bot');
  });

  test('keep the state of root in /var/lib', () => {
    expect(resolve({}, { machine: { ...machine, isRoot: true } }).home).toBe('/var/lib/whisper-bot');
  });

  test('put tasks and models below the home that was chosen', () => {
    const { tasksDir, modelsDir } = resolve({ WHISPER_BOT_HOME: '/srv/bot' });
    expect([tasksDir, modelsDir]).toEqual(['/srv/bot/tasks', '/srv/bot/models']);
  });

  test('embed what is not named and run no bot', () => {
    expect(resolve({ REDIS_URL: '' })).toMatchObject({
      redisUrl: null,
      databaseUrl: null,
      clickhouseUrl: null,
      botToken: null,
    });
  });

  test('take at most eight threads', () => {
    expect(resolve({}).threads).toBe(8);
    expect(resolve({}, { machine: { ...machine, processors: 2 } }).threads).toBe(2);
  });
});

describe('values', () => {
  test('flags win over the environment', () => {
    expect(resolve({ TASKS_DIR: '/a' }, { flags: { tasksDir: '/b' } }).tasksDir).toBe('/b');
  });

  test('times and sizes carry units', () => {
    const { maxDuration, maxFileSize } = resolve({ MAX_DURATION: '90m', MAX_FILE_SIZE: '500MB' });
    expect([maxDuration, maxFileSize]).toEqual([5400, 500_000_000]);
  });

  test('models are given by language', () => {
    expect(
      resolve({ LANGUAGE_MODELS: 'ru: gigaam-v3-rnnt, en  de :parakeet-tdt-0.6b-v3,*:base' }).languageModels,
    ).toEqual([
      { languages: ['ru'], model: 'gigaam-v3-rnnt' },
      { languages: ['en', 'de'], model: 'parakeet-tdt-0.6b-v3' },
      { languages: ['*'], model: 'base' },
    ]);
    for (const wrong of ['ru', 'ru: ../base', 'Russian: base', 'ru: a b'])
      expect(problemsOf({ LANGUAGE_MODELS: wrong })[0]).toMatch(/^LANGUAGE_MODELS must be languages and models like/);
  });

  test('paths become absolute', () => {
    expect(resolve({ TASKS_DIR: 'tasks' }).tasksDir).toBe(`${process.cwd()}/tasks`);
  });

  test('secrets may come from a file', () => {
    const readText = (path: string) => (path === '/run/secrets/token' ? `${token}\n` : '');
    expect(resolve({ BOT_TOKEN_FILE: '/run/secrets/token' }, { readText }).botToken).toBe(token);
  });
});

describe('mistakes', () => {
  test('are all named at once, a sentence each', () => {
    expect(problemsOf({ REDIS_URL: 'localhost', WORKERS: 'many', LOG_LEVEL: 'loud', MAX_DURATION: '3 weeks' })).toEqual(
      [
        'REDIS_URL must be a URL that begins with redis:// or rediss://.',
        'WORKERS must be a whole number from 0 to 64, not "many".',
        'MAX_DURATION must be a time like 90s, 30m, 10h or 7d, not "3 weeks".',
        'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "loud".',
      ],
    );
  });

  test('never show a secret', () => {
    const problems = problemsOf({ BOT_TOKEN: 'hunter2' });
    expect(problems).toEqual(['BOT_TOKEN must be the token @BotFather gave you, like 123456789:AAE….']);
  });

  test('include a secret given twice and a file that is not there', () => {
    expect(problemsOf({ BOT_TOKEN: token, BOT_TOKEN_FILE: '/x' })).toEqual([
      'BOT_TOKEN and BOT_TOKEN_FILE are both set; keep one of them.',
    ]);
    expect(problemsOf({ BOT_TOKEN_FILE: '/no/such/file' })[0]).toMatch(
      /^BOT_TOKEN_FILE names a file that cannot be read/,
    );
  });
});

describe('signing in through a provider', () => {
  const whole = {
    OIDC_ISSUER: 'https://id.example/realms/a',
    OIDC_CLIENT_ID: 'bot',
    OIDC_OPERATORS: 'ops, night shift',
  };

  test('is off unless an issuer is named', () => {
    expect(resolve({})).toMatchObject({ oidcIssuer: null, passwordSignIn: true });
    expect(resolve({ ...whole, PASSWORD_SIGN_IN: 'no' })).toMatchObject({
      oidcIssuer: whole.OIDC_ISSUER,
      oidcOperators: ['ops', 'night shift'],
      oidcViewers: [],
      oidcScopes: 'openid profile email',
      passwordSignIn: false,
    });
  });

  test.each([
    [{ PASSWORD_SIGN_IN: 'no' }, 'PASSWORD_SIGN_IN=no needs OIDC_ISSUER'],
    [{ ...whole, OIDC_CLIENT_ID: '' }, 'OIDC_ISSUER needs OIDC_CLIENT_ID.'],
    [{ ...whole, OIDC_OPERATORS: '' }, 'without a role no one may sign in'],
    [{ ...whole, OIDC_ISSUER: 'http://id.example' }, 'OIDC_ISSUER must be a URL that begins with https://'],
    [{ ...whole, OIDC_ISSUER: 'http://localhost.evil.example' }, 'OIDC_ISSUER must be'],
    [{ ...whole, OIDC_SCOPES: 'profile' }, 'openid among them'],
    [{ ...whole, OIDC_OPERATORS: 'a,,b' }, 'texts with commas between'],
  ])('%j is refused', (env, sentence) => {
    expect(problemsOf(env)).toEqual([expect.stringContaining(sentence)]);
  });

  test('works with a provider on this machine', () => {
    for (const issuer of ['http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:1'])
      expect(problemsOf({ ...whole, OIDC_ISSUER: issuer })).toEqual([]);
  });
});

test('docs/configuration.md names every setting', async () => {
  await expect(documentSettings()).toMatchFileSnapshot('../../../docs/configuration.md');
});
