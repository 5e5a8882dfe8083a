import type { TaskId } from '@whisper-bot/task';
import { until } from '@whisper-bot/testing';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Observed, openWindow, startBrowser, takePicture } from './test/browser.js';
import { type Harness, startHarness } from './test/harness.js';

let harness: Harness;
let browser: Browser;
let window: Observed;
const cookies = new Map<string, string>();
beforeAll(async () => {
  [harness, browser] = await Promise.all([startHarness(), startBrowser()]);
  expect(harness.setup).not.toBeNull();
});
afterAll(async () => {
  await browser.close();
  await harness.close();
});

const enter = async (role: 'viewer' | 'operator' | 'administrator', options = {}): Promise<Observed> => {
  if (!cookies.has(role)) cookies.set(role, (await harness.enter(role)).cookie);
  return openWindow(browser, { url: harness.url, cookie: cookies.get(role) ?? '', ...options });
};
afterEach(async () => {
  harness.stage.release();
  harness.stage.broken.clear();
  for (const { id } of await harness.desk.pipeline.deadLetters()) await harness.desk.pipeline.dismiss(id);
  expect(window.complaints).toEqual([]);
  expect(window.strangers).toEqual([]);
  await window.context.close();
});

const stateOf = async (id: TaskId) => (await harness.desk.store.tasks.find(id))?.state;
const finished = async (given = {}) => {
  const task = await harness.submit(given);
  await until(async () => (await stateOf(task.id)) === 'done');
  return task;
};
const dead = async (given = {}) => {
  harness.stage.broken.set('transcribe', 'the model file is unreadable');
  const task = await harness.submit(given);
  await until(async () => (await stateOf(task.id)) === 'failed');
  await until(async () => (await harness.desk.pipeline.deadLetters()).some(({ taskId }) => taskId === task.id));
  harness.stage.broken.clear();
  return task;
};
/** Milliseconds. */
const bound = 10_000;
const deliveredOf = (id: TaskId) => harness.delivered.filter((each) => each === id).length;

test('the first administrator comes in by the one-time link, which then is spent', async () => {
  window = await openWindow(browser, { url: harness.url });
  const { page } = window;
  await page.goto(harness.setup ?? '');
  await page.getByLabel('Name').fill('ann');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await page.getByLabel('Password again').fill('correct horse battery');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  expect((await page.goto(harness.setup ?? ''))?.status()).toBe(403);
  await page.goto('/');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Name').fill('ann');
  await page.getByLabel('Password').fill('wrong password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('do not belong together').waitFor();
  await page.getByLabel('Password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
});

test('a dead task: the operator reads the cause, presses Retry, and it is delivered', async () => {
  const task = await dead();
  window = await enter('operator');
  const { page } = window;
  await page.goto('/dead');
  await page.getByText('the model file is unreadable').waitFor();
  await page.getByRole('link', { name: task.id.slice(0, 8) }).click();
  await page.getByRole('heading', { name: 'Why it failed' }).waitFor();
  expect(deliveredOf(task.id)).toBe(0);
  await page.getByRole('button', { name: 'Retry' }).click();
  await until(() => deliveredOf(task.id) === 1, bound);
  await page.getByText('Good morning, shall we begin?').waitFor();
});

test('Bull Board: the failed job shows its cause and no personal text; Retry ends in a delivery', async () => {
  const task = await dead({ title: 'private title', owner: 'tg:4711' });
  window = await enter('operator');
  const { page } = window;
  const job = `${task.id}-transcribe-0-r1`;
  await page.goto(`/board/queue/transcribe/${job}`);
  await page.getByText('the model file is unreadable').first().waitFor();
  await takePicture(page, 'board-job');
  expect(await page.content()).not.toContain('private title');
  expect(await page.getByRole('link', { name: 'Task' }).getAttribute('href')).toBe(`/tasks/${task.id}`);
  await page.locator('button:has(svg.lucide-refresh-cw)').first().click();
  await page.getByRole('button', { name: 'Confirm' }).click();
  await until(() => deliveredOf(task.id) === 1, bound);
});

test('Bull Board: Retry all in the dead letters ends in deliveries', async () => {
  const tasks = [await dead(), await dead()];
  window = await enter('operator');
  const { page } = window;
  await page.goto('/board/queue/dead?status=failed');
  await page
    .getByText(tasks[1]?.id ?? '')
    .first()
    .waitFor();
  await takePicture(page, 'board');
  await page.getByRole('button', { name: 'Retry all' }).click();
  await page.getByRole('button', { name: 'Confirm' }).click();
  for (const { id } of tasks) await until(() => deliveredOf(id) === 1, bound);
  await until(async () => (await harness.desk.pipeline.deadLetters()).length === 0);
});

test('Bull Board: what would hurt is refused on the server, whatever its page shows', async () => {
  const task = await dead();
  window = await enter('administrator');
  const { page } = window;
  await page.goto('/board/queue/transcribe?status=failed');
  await page.getByText(task.id).first().waitFor();
  await page.getByRole('button', { name: 'Clean all' }).click();
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'PUT'),
    page.getByRole('button', { name: 'Confirm' }).click(),
  ]);
  expect(answer.status()).toBe(403);
  expect(await stateOf(task.id)).toBe('failed');
  await harness.desk.pipeline.retry(task.id);
  await until(() => deliveredOf(task.id) === 1, bound);
});

test('a group of dead letters is retried as a whole', async () => {
  const tasks = [await dead(), await dead()];
  window = await enter('operator');
  const { page } = window;
  await page.goto('/dead');
  await page.getByRole('button', { name: 'Retry all 2' }).click();
  await page.getByText('2 tasks run again.').waitFor();
  for (const { id } of tasks) await until(() => deliveredOf(id) === 1, bound);
});

test('markup in a transcript, a title and an owner is text', async () => {
  const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  harness.stage.turns = [hostile, 'fine'];
  const task = await finished({ title: hostile, owner: `tg:${hostile}` });
  harness.stage.turns = ['Good morning, shall we begin?', 'Yes, let us look at the figures first.'];
  window = await enter('operator');
  const { page } = window;
  page.on('dialog', () => window.complaints.push('a dialog opened'));
  await page.goto(`/tasks/${task.id}`);
  await page.locator('.turn-text').first().waitFor();
  expect(await page.locator('.turn-text').first().textContent()).toBe(hostile);
  expect(await page.locator('h1').textContent()).toBe(hostile);
  expect(await page.locator('main img, main script').count()).toBe(0);
  await page.goto('/tasks');
  await page.getByText(hostile).first().waitFor();
  expect(await page.locator('main img, main script').count()).toBe(0);
});

test('speakers are renamed and text is corrected, in the page and in the downloads', async () => {
  const task = await finished();
  window = await enter('operator');
  const { page } = window;
  await page.goto(`/tasks/${task.id}`);
  await page.locator('.speakers summary').first().click();
  await page.getByLabel('Name of the speaker').first().fill('Ann');
  await page.locator('.speakers button').first().click();
  await page.getByText('The name was saved.').waitFor();
  await page.getByRole('link', { name: 'Edit: 00:00' }).click();
  await page.getByRole('textbox', { name: 'Correct the text' }).fill('Good evening, shall we begin?');
  await page.getByRole('button', { name: 'Save' }).last().click();
  await page.getByText('The text was saved.').waitFor();
  expect(await page.locator('.turn').first().textContent()).toContain('Ann');
  const text = await (await page.request.get(`/tasks/${task.id}/transcript/text`)).text();
  expect(text).toContain('Ann');
  expect(text).toContain('Good evening, shall we begin?');
  const entries = await harness.desk.store.audit.list({ limit: 10 });
  expect(
    entries
      .filter(({ target }) => target === task.id)
      .map(({ action }) => action)
      .sort(),
  ).toEqual(['task.correct-text', 'task.rename-speaker']);
});

test('the player follows the words, and a word plays from where it was said', async () => {
  const task = await finished();
  window = await enter('viewer');
  const { page } = window;
  await page.goto(`/tasks/${task.id}`);
  const audio = page.locator('audio');
  await page.waitForFunction('document.querySelector("audio").readyState > 0');
  await page.getByText('figures', { exact: true }).click();
  await page.waitForFunction('document.querySelector("audio").currentTime > 3');
  await audio.evaluate((element) => (element as unknown as { pause(): void }).pause());
  expect(await page.locator('.turn-text .now').count()).toBe(1);
  const ranges = await page.request.get(`/tasks/${task.id}/audio`, { headers: { range: 'bytes=44-143' } });
  expect([ranges.status(), (await ranges.body()).length]).toEqual([206, 100]);
  expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0);
});

test('a recording is uploaded, watched live and ends on the same page', async () => {
  window = await enter('operator');
  const { page } = window;
  harness.stage.hold();
  await page.goto('/upload');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'Board meeting.mp3', mimeType: 'audio/mpeg', buffer: Buffer.alloc(200_000, 7) });
  await page.getByText('Board meeting.mp3').waitFor();
  await page.getByLabel('How many speakers').fill('2');
  await page.getByRole('button', { name: 'Upload and transcribe' }).click();
  await page.waitForURL(/\/tasks\/[\da-f-]{36}$/);
  await page.locator('#part-state .badge.running').waitFor();
  await takePicture(page, 'task-running');
  harness.stage.release();
  await page.getByText('Good morning, shall we begin?').waitFor();
  const id = page.url().split('/').at(-1) as TaskId;
  expect((await harness.desk.store.tasks.find(id))?.options.speakers).toEqual({ kind: 'exactly', count: 2 });
  expect((await harness.desk.store.tasks.find(id))?.title).toBe('Board meeting.mp3');
});

test('an upload works without scripts; one that is too big is told so', async () => {
  window = await enter('operator', { javaScriptEnabled: false });
  const { page } = window;
  await page.goto('/upload');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'note.ogg', mimeType: 'audio/ogg', buffer: Buffer.alloc(1000, 7) });
  await page.getByRole('button', { name: 'Upload and transcribe' }).click();
  await page.getByRole('heading', { level: 1, name: 'note.ogg' }).waitFor();
  await harness.desk.settings.set('uploadMegabytes', 1, 'test');
  await page.goto('/upload');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'long.ogg', mimeType: 'audio/ogg', buffer: Buffer.alloc(1_000_500, 7) });
  await page.getByRole('button', { name: 'Upload and transcribe' }).click();
  await page.getByText('The file is larger than 1 MB.').waitFor();
  await harness.desk.settings.set('uploadMegabytes', undefined, 'test');
});

test('a running task is cancelled; an ended one is run again from a stage, then deleted', async () => {
  window = await enter('operator');
  const { page } = window;
  harness.stage.hold();
  const running = await harness.submit();
  await until(async () => (await stateOf(running.id)) === 'running');
  await page.goto(`/tasks/${running.id}`);
  await page.getByRole('button', { name: 'Cancel task' }).click();
  await page.getByText('The task was cancelled.').waitFor();
  harness.stage.release();

  const task = await finished();
  harness.stage.ran.length = 0;
  await page.goto(`/tasks/${task.id}`);
  await page.getByLabel('Run again from').selectOption('merge');
  await page.getByRole('button', { name: 'Run again' }).click();
  await until(() => deliveredOf(task.id) === 2);
  await until(async () => (await stateOf(task.id)) === 'done');
  await page.goto(`/tasks/${task.id}`);
  await page.getByText('Delete task').click();
  await page.getByLabel('I want this').check();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('The task and its files are gone.').waitFor();
  expect(await harness.desk.store.tasks.transcript(task.id)).toBeNull();
});

test('an administrator makes and revokes a key, adds and disables an account, changes a setting and the model', async () => {
  window = await enter('administrator');
  const { page } = window;
  await page.goto('/keys');
  await page.getByLabel('What it is for').fill('accounting');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const key = (await page.locator('code.secret').textContent()) ?? '';
  expect(await harness.desk.store.keys.find(key)).toMatchObject({ name: 'accounting' });
  await page.goto('/keys');
  await page.getByRole('button', { name: 'Revoke: accounting' }).click();
  await page.getByText('The key no longer works.').waitFor();
  expect(await harness.desk.store.keys.find(key)).toBeNull();

  await page.goto('/accounts');
  await page.getByLabel('Name', { exact: true }).fill('bob');
  await page.getByLabel('Password', { exact: true }).fill('bobs long password');
  await page.getByLabel('Password again').fill('bobs long password');
  await page.getByRole('button', { name: 'Add an account' }).click();
  await page.getByText('The account was made.').waitFor();
  await page.getByLabel('Role: bob').selectOption('operator');
  await page.getByRole('button', { name: 'Save: bob' }).click();
  await page.getByText('Saved.').waitFor();
  await page.getByRole('button', { name: 'Disable: bob' }).click();
  await page.getByRole('button', { name: 'Enable: bob' }).waitFor();
  expect(await harness.desk.store.accounts.verify('bob', 'bobs long password')).toBeNull();

  await page.goto('/settings');
  await page.getByLabel('Refuse new uploads', { exact: true }).selectOption('yes');
  await page.getByRole('button', { name: 'Save: Refuse new uploads' }).click();
  await page.getByText('Saved.').waitFor();
  expect(harness.desk.settings.get('uploadsPaused')).toBe(true);
  await page.getByRole('button', { name: 'Back to default: Refuse new uploads' }).click();
  await until(() => harness.desk.settings.get('uploadsPaused') === false);
  await page.goto('/models');
  await page.getByRole('button', { name: 'Make default: small-q8_0' }).click();
  await page.getByText('The default model was changed.').waitFor();
  expect(harness.desk.settings.get('model')).toBe('small-q8_0');
});

test('language and appearance are chosen in the page; the password is changed; all sessions end', async () => {
  const { name, password, cookie } = await harness.enter('viewer', 'eve');
  window = await openWindow(browser, { url: harness.url, cookie });
  const { page } = window;
  await page.goto('/account');
  await page.getByLabel('Current password').fill(password);
  await page.getByLabel('New password', { exact: true }).fill('an even longer password');
  await page.getByLabel('New password again').fill('an even longer password');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('The password was changed').waitFor();
  expect(await harness.desk.store.accounts.verify(name, 'an even longer password')).not.toBeNull();
  await page.getByLabel('Language').selectOption('ru');
  await page.getByRole('heading', { level: 1, name: 'Ваша запись' }).waitFor();
  await page.getByLabel('Вид').selectOption('dark');
  await page.locator('html[data-theme=dark]').waitFor();
  await page.getByRole('button', { name: 'Выйти везде' }).click();
  await page.getByRole('heading', { level: 1, name: 'Вход' }).waitFor();
  expect((await page.request.get('/tasks', { maxRedirects: 0 })).status()).toBe(303);
});
