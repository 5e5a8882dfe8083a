import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@whisper-bot/runtime';
import { openStore, type Store } from '@whisper-bot/store';
import { until } from '@whisper-bot/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { upSchema } from './home/up-file.js';
import { type CliOutcome, type CliRun, executable, runCli, saidOf, startCli } from './test/run-cli.js';

const logger = createLogger({ name: 'test', level: 'silent' });
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'whisper-bot-admin-'));
  // The user `postgres`, whom the embedded PostgreSQL of root runs as, must be able to pass.
  await chmod(root, 0o711);
});
afterAll(() => rm(root, { recursive: true, force: true, maxRetries: 5 }));

const makeHome = async (name: string): Promise<string> => {
  const home = join(root, name);
  await mkdir(home);
  return home;
};
/** Every living process that this one has started, directly or not. */
const descendants = async (root: number): Promise<{ pid: number; command: string }[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const [, state, parent] = /\) (\S) (\d+)/.exec(stat.slice(stat.lastIndexOf(')'))) ?? [];
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return { pid: Number(pid), parent: Number(parent), command, isDead: state === undefined || state === 'Z' };
    }),
  );
  const below = (parent: number): typeof all =>
    all.filter((each) => each.parent === parent && !each.isDead).flatMap((each) => [each, ...below(each.pid)]);
  return below(root);
};
const passwordOf = ({ code, out, err }: CliOutcome): string => {
  expect(code, err).toBe(0);
  expect(out).toMatch(/^[\w-]{20}\n$/);
  return out.trim();
};

describe('while `up` runs', () => {
  let home: string;
  let running: CliRun;
  let url: string;
  let store: Store;
  let ann: string;
  const admin = (...args: string[]) => runCli(['admin', ...args], { home });
  beforeAll(async () => {
    home = await makeHome('up');
    running = startCli(['up', '--json'], { home, cwd: root, env: { WORKERS: '0' } });
    const up = upSchema.parse(JSON.parse(await running.firstLine));
    url = up.dashboardUrl ?? '';
    store = await openStore({ url: up.databaseUrl ?? '', logger });
    ann = passwordOf(await admin('add', 'ann', '--generate'));
  });
  afterAll(async () => {
    await store.close();
    running.process.kill('SIGTERM');
    await running.ended;
  });

  const signIn = async (name: string, password: string): Promise<{ status: number; cookie: string }> => {
    const body = new URLSearchParams({ name, password });
    const answer = await fetch(`${url}/sign-in`, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: { origin: url },
    });
    return { status: answer.status, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
  };
  const statusOf = async (path: string, cookie: string): Promise<number> =>
    (await fetch(`${url}${path}`, { redirect: 'manual', headers: { cookie } })).status;

  test('a dashboard that is killed comes back at the address everybody has, and so does PostgreSQL', async () => {
    const mine = await descendants(running.process.pid ?? 0);
    const pidOf = (part: string) => mine.find(({ command }) => command.includes(part))?.pid ?? 0;
    const [dashboard, postgres] = [pidOf('apps/dashboard/'), pidOf('postgres')];
    expect(Math.min(dashboard, postgres)).toBeGreaterThan(0);
    for (const pid of [dashboard, postgres]) process.kill(pid, 'SIGKILL');
    await until(async () => !(await descendants(running.process.pid ?? 0)).some(({ pid }) => pid === dashboard));
    await until(async () => (await fetch(`${url}/sign-in`).catch(() => null))?.status === 200);
    await until(() => store.ping());
    expect((await descendants(running.process.pid ?? 0)).map(({ pid }) => pid)).not.toContain(postgres);
  });

  test('the generated password opens the dashboard as administrator', async () => {
    const { status, cookie } = await signIn('ann', ann);
    expect(status).toBe(303);
    expect(await statusOf('/accounts', cookie)).toBe(200);
  });

  test('another role may do what that role may, and a taken name is reported', async () => {
    const { cookie } = await signIn('bob', passwordOf(await admin('add', 'bob', '--role', 'viewer')));
    expect([await statusOf('/tasks', cookie), await statusOf('/accounts', cookie)]).toEqual([200, 403]);
    const again = await admin('add', 'BOB');
    expect([again.code, again.out, saidOf(again)]).toEqual([
      1,
      '',
      ['whisper-bot: There is an account "BOB" already.'],
    ]);
  });

  test('reset ends every session and the old password', async () => {
    const { cookie } = await signIn('ann', ann);
    const fresh = passwordOf(await admin('reset', 'Ann'));
    expect(await statusOf('/tasks', cookie)).toBe(303);
    expect((await signIn('ann', ann)).status).toBe(401);
    expect((await signIn('ann', fresh)).status).toBe(303);
    ann = fresh;
  });

  test('disable closes the door until enable, but never to the last administrator', async () => {
    const password = passwordOf(await admin('add', 'eve', '--role', 'operator'));
    const { cookie } = await signIn('eve', password);
    expect((await admin('disable', 'eve')).code).toBe(0);
    expect(await statusOf('/tasks', cookie)).toBe(303);
    expect((await signIn('eve', password)).status).toBe(401);
    expect((await admin('enable', 'eve')).code).toBe(0);
    expect((await signIn('eve', password)).status).toBe(303);
    const last = await admin('disable', 'ann');
    expect([last.code, saidOf(last)[0]]).toEqual([1, expect.stringContaining('the last administrator')]);
    expect((await signIn('ann', ann)).status).toBe(303);
  });

  test('every change is in the audit log, marked as coming from the command line, without a password', async () => {
    const entries = await store.audit.list({ limit: 100 });
    const ours = entries.filter(({ actor }) => actor.endsWith('(command line)')).reverse();
    expect(ours.map(({ action, target, after }) => [action, target, after])).toEqual([
      ['account.create', 'ann', { role: 'administrator' }],
      ['account.create', 'bob', { role: 'viewer' }],
      ['account.password', 'ann', null],
      ['account.create', 'eve', { role: 'operator' }],
      ['account.change', 'eve', { disabled: true }],
      ['account.change', 'eve', { disabled: false }],
    ]);
    expect(JSON.stringify(entries)).not.toContain(ann);
  });

  test('an account from an identity provider is listed and can be disabled, but gets no password', async () => {
    const identity = { issuer: 'https://id.example/realms/a', subject: '1' };
    await store.identities.enter(identity, { name: 'olga', role: 'viewer' });
    const reset = await admin('reset', 'olga');
    expect([reset.code, reset.out, saidOf(reset)[0]]).toEqual([1, '', expect.stringContaining('through id.example')]);
    expect((await admin('list')).out).toMatch(/^olga +viewer +\S+ +https:\/\/id\.example\/realms\/a$/m);
    expect((await admin('disable', 'olga')).code).toBe(0);
    expect(await store.identities.enter(identity, { name: 'olga', role: 'viewer' })).toBeNull();
  });

  test('list shows names, roles and states', async () => {
    const { out } = await admin('list', '--json');
    const rows = out.trim().split('\n');
    expect(rows.map((row) => JSON.parse(row))).toMatchObject([
      { name: 'ann', role: 'administrator', disabled: false },
      { name: 'bob', role: 'viewer' },
      { name: 'eve', role: 'operator' },
      { name: 'olga', role: 'viewer', disabled: true },
    ]);
    expect((await admin('list')).out).toMatch(/^ann +administrator +\d{4}-\d\d-\d\dT/);
  });
});

describe('while nothing runs', () => {
  test('an account is made in the private database, where `up` finds it', async () => {
    const home = await makeHome('down');
    passwordOf(await runCli(['admin', 'add', 'ann'], { home }));
    expect((await runCli(['admin', 'list'], { home })).out).toContain('ann');
    const unknown = await runCli(['admin', 'reset', 'nobody'], { home });
    expect([unknown.code, unknown.out, saidOf(unknown)[0]]).toEqual([
      1,
      '',
      expect.stringContaining('There is no account "nobody"'),
    ]);
  });

  test('a database that does not answer is one sentence without its password', async () => {
    const env = { DATABASE_URL: 'postgres://ann:hunter2@127.0.0.1:1/x' };
    const outcome = await runCli(['admin', 'list'], { home: await makeHome('away'), env });
    expect([outcome.code, saidOf(outcome).length]).toEqual([1, 1]);
    expect(saidOf(outcome)[0]).toContain('PostgreSQL does not answer');
    expect(outcome.err).not.toContain('hunter2');
  });
});

/** At a real terminal: util-linux's `script` gives the command one of its own and prints all that is shown on it. */
const atTerminal = (
  home: string,
  command: string,
  typed: readonly string[],
): Promise<{ code: number; shown: string }> =>
  new Promise((resolve) => {
    const child = execFile(
      'script',
      ['--quiet', '--return', '--command', `${executable} ${command}`, '/dev/null'],
      { env: { ...process.env, WHISPER_BOT_HOME: home, NO_COLOR: '1' } },
      (error, out) => resolve({ code: Number(error?.code ?? 0), shown: out }),
    );
    let shown = '';
    let answered = 0;
    child.stdout?.on('data', (chunk: string) => {
      shown += chunk;
      // Each answer is typed when its question stands there, as a person does.
      const asked = shown.match(/(Password \(.*?\)|The same again): /g)?.length ?? 0;
      for (; answered < asked; answered += 1) child.stdin?.write(typed[answered] ?? '');
    });
  });

describe('at a terminal', () => {
  let home: string;
  beforeAll(async () => {
    home = await makeHome('terminal');
  });

  test('a password is asked for twice and never shown', async () => {
    const secret = 'correct horse battery';
    const { code, shown } = await atTerminal(home, 'admin add ann', [`${secret}\r`, `${secret}\r`]);
    expect(shown).toContain('ann may sign in as administrator.');
    expect(shown).not.toContain('horse');
    expect(code).toBe(0);
  });

  test.each([
    [['short\r', 'short\r'], 2, 'A password has 12 to 200 characters.'],
    [['correct horse battery\r', 'correct horse buttery\r'], 2, 'The two passwords differ.'],
    [['correct \x03'], 130, 'Interrupted.'],
  ])('%j ends with %d and makes nothing', async (typed, expected, sentence) => {
    const { code, shown } = await atTerminal(home, 'admin add zoe', typed);
    expect(shown).toContain(sentence);
    expect(shown).not.toContain('horse');
    expect(code).toBe(expected);
    expect((await runCli(['admin', 'list'], { home })).out).not.toContain('zoe');
  });
});
