import { randomUUID } from 'node:crypto';
import { createUserRepository, openTelegramDatabase } from '@whisper-bot/store/telegram';
import { type TaskId, taskFolder, taskSchema } from '@whisper-bot/task';
import { until } from '@whisper-bot/testing';
import { afterAll, expect, test } from 'vitest';
import { type Hub, startHub } from '../../test/hub.js';
import { bound, useStage } from '../../test/window.js';

let hub: Hub;
const stage = useStage(async () => {
  hub = await startHub();
  return { hub: hub.url };
});
afterAll(() => hub.close());
const { open, enter } = stage;

test('the first administrator comes in by the one-time link, which then is spent', async () => {
  const { page } = await open();
  await page.goto(stage.harness.setup ?? '');
  await page.getByLabel('Name').fill('ann');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await page.getByLabel('Repeat the password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  expect((await page.goto(stage.harness.setup ?? ''))?.status()).toBe(403);
  await page.goto('/');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Name').fill('ann');
  await page.getByLabel('Password').fill('wrong password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Wrong name or password').waitFor();
  await page.getByLabel('Password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
});

test('a key is made with a limit of its own, works, and is revoked', async () => {
  const { page } = await enter('administrator');
  await page.goto('/keys');
  await page.getByLabel('What it is for').fill('accounting');
  await page.getByLabel('Requests a minute').fill('2');
  await page.getByRole('button', { name: 'Create a key' }).click();
  const key = (await page.locator('code.secret').textContent()) ?? '';
  const ask = async () =>
    (await page.request.get('/v1/models', { headers: { authorization: `Bearer ${key}` } })).status();
  expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 429]);
  await page.goto('/keys');
  expect(await page.locator('code.secret').count()).toBe(0);
  await page.getByRole('button', { name: 'Revoke: accounting' }).click();
  await page.getByText('The key no longer works.').waitFor();
  expect(await ask()).toBe(401);
});

test('an account is added, changes its role, is disabled and enabled; one administrator stays', async () => {
  const { page } = await enter('administrator');
  const { accounts } = stage.harness.store;
  await page.goto('/accounts');
  await page.getByLabel('Name', { exact: true }).fill('bob');
  await page.getByLabel('Password', { exact: true }).fill('bobs long password');
  await page.getByLabel('Repeat the password').fill('bobs long password');
  await page.getByRole('button', { name: 'Add an account' }).click();
  await page.getByText('The account was created.').waitFor();
  await page.getByLabel('Role: bob').selectOption('operator');
  await page.getByRole('button', { name: 'Save: bob' }).click();
  await page.getByText('Saved.').waitFor();
  expect(await accounts.verify('bob', 'bobs long password')).toMatchObject({ role: 'operator' });
  await page.getByRole('button', { name: 'Disable: bob' }).click();
  await page.getByRole('button', { name: 'Enable: bob' }).waitFor();
  expect(await accounts.verify('bob', 'bobs long password')).toBeNull();
  await page.getByRole('button', { name: 'Enable: bob' }).click();
  await page.getByRole('button', { name: 'Disable: bob' }).waitFor();
  expect(await accounts.verify('bob', 'bobs long password')).toMatchObject({ disabled: false });

  await page.getByRole('button', { name: 'Disable: ann' }).click();
  await page.getByRole('button', { name: 'Enable: ann' }).waitFor();
  await page.getByRole('button', { name: 'Disable: administrator' }).click();
  await page.getByText('There must be one administrator who can sign in.').waitFor();
});

test('a user is blocked, allowed and limited: the bot reads it with the next message', async () => {
  const { harness } = stage;
  const database = await openTelegramDatabase(harness.environment.DATABASE_URL ?? '', () => undefined);
  const books = createUserRepository(database, { botId: 4711, key: 'a token' });
  const limited = { limits: { minutesPerDay: 60 }, before: null, after: null };
  await books.changeLimits(() => limited, { actor: 'test', action: 'person.change', target: 'everybody' });
  const id = randomUUID() as TaskId;
  await harness.store.tasks.accept(
    taskSchema.parse({
      v: 1,
      id,
      channel: 'telegram',
      source: 'audio.ogg',
      owner: 'tg:1001',
      origin: { chatId: 1001 },
      options: {},
      acceptedAt: new Date().toISOString(),
    }),
  );
  const { page } = await enter('administrator');
  await page.goto('/people');
  await page.getByRole('button', { name: 'Block: 1001' }).click();
  await page.getByText('Saved.').waitFor();
  expect(await books.limits()).toMatchObject({ minutesPerDay: 60, block: [1001], allow: [] });
  await page.getByRole('button', { name: 'Allow: 1001' }).click();
  await page.getByRole('button', { name: 'Block: 1001' }).waitFor();
  expect(await books.limits()).toMatchObject({ block: [], allow: [1001] });
  await page.getByRole('button', { name: 'As for everyone: 1001' }).click();
  await page.getByRole('button', { name: 'Allow: 1001' }).waitFor();
  await page.getByLabel('Minutes a day: 1001').fill('15');
  await page.getByRole('button', { name: 'Save: 1001' }).click();
  const changed = { block: [], allow: [], minutesFor: { 1001: 15 } };
  await expect.poll(() => books.limits(), { timeout: bound }).toMatchObject(changed);
  await database.end();
});

test('a setting acts at once: recordings are no longer kept', async () => {
  const { page } = await enter('administrator');
  const kept = await stage.finished();
  const folder = (id: TaskId) => taskFolder(stage.harness.deps.options.tasksDir, id);
  expect(await folder(kept.id).has('audio.wav')).toBe(true);
  await page.goto('/settings');
  await page.getByLabel('Keep the recordings too', { exact: true }).selectOption('no');
  await page.getByRole('button', { name: 'Save: Keep the recordings too' }).click();
  await page.getByText('Saved.').waitFor();
  const gone = await stage.finished();
  await until(async () => !(await folder(gone.id).has('audio.wav')));
  await page.getByLabel('Longest recording, minutes', { exact: true }).fill('90');
  await page.getByRole('button', { name: 'Save: Longest recording, minutes' }).click();
  await until(() => stage.harness.deps.rules.maxDuration === 5400);
  await page.goto('/upload');
  await page.getByText('1 h 30 min').waitFor();
});

test('a setting is changed and put back', async () => {
  const { page } = await enter('administrator');
  await page.goto('/settings');
  await page.getByLabel('Refuse new uploads', { exact: true }).selectOption('yes');
  await page.getByRole('button', { name: 'Save: Refuse new uploads' }).click();
  await page.getByText('Saved.').waitFor();
  expect(stage.harness.deps.settings.get('uploadsPaused')).toBe(true);
  await page.getByRole('button', { name: 'Back to default: Refuse new uploads' }).click();
  await until(() => stage.harness.deps.settings.get('uploadsPaused') === false);
});

test('a model is downloaded, made the default and removed; a download that stands still is stopped', async () => {
  const { page } = await enter('administrator');
  await page.goto('/models');
  await page.getByText('All models available for download').click();
  await page.getByRole('button', { name: 'Download: tiny-q8_0' }).click();
  await page.getByText('The download has begun.').waitFor();
  await page.getByRole('button', { name: 'Make default: tiny-q8_0' }).click();
  await page.getByText('The default model was changed.').waitFor();
  expect(stage.harness.deps.settings.get('model')).toBe('tiny-q8_0');
  await page.getByRole('button', { name: 'Remove: tiny-q8_0' }).click();
  await page.getByText('The default model cannot be removed.').waitFor();
  await page.getByRole('button', { name: 'Choose by language: auto' }).click();
  await page.getByText('The default model was changed.').waitFor();
  expect(stage.harness.deps.settings.get('model')).toBe('auto');
  await page.getByRole('button', { name: 'Remove: tiny-q8_0' }).click();
  await page.getByText('The model was removed.').waitFor();
  expect((await stage.harness.deps.models.installed()).map(({ name }) => name)).not.toContain('tiny-q8_0');

  await page.getByText('All models available for download').click();
  await page.getByRole('button', { name: 'Download: base', exact: true }).click();
  await page.getByText(/100 kB \/ 200 kB/).waitFor();
  await page.getByRole('button', { name: 'Stop: base' }).click();
  await until(async () => (await page.getByText('Downloading').count()) === 0);
  expect(stage.harness.deps.models.downloads()).toEqual([]);
});

test('language and appearance are chosen in the page; the password is changed; all sessions end', async () => {
  const { name, password, cookie } = await stage.harness.enter('viewer', 'eve');
  const { page } = await open({ cookie });
  await page.goto('/account');
  await page.getByLabel('Current password').fill(password);
  await page.getByLabel('New password', { exact: true }).fill('an even longer password');
  await page.getByLabel('Repeat the new password').fill('an even longer password');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('The password was changed').waitFor();
  // What is chosen is sent by a script, which runs once the page is there.
  await page.waitForLoadState();
  expect(await stage.harness.store.accounts.verify(name, 'an even longer password')).not.toBeNull();
  await page.getByLabel('Language').selectOption('ru');
  await page.getByRole('heading', { level: 1, name: 'Ваша учётная запись' }).waitFor();
  await page.waitForLoadState();
  await page.getByLabel('Оформление').selectOption('dark');
  await page.locator('html[data-theme=dark]').waitFor();
  await page.getByRole('button', { name: 'Выйти везде' }).click();
  await page.getByRole('heading', { level: 1, name: 'Вход' }).waitFor();
  expect((await page.request.get('/tasks', { maxRedirects: 0 })).status()).toBe(303);
});
