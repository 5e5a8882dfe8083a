import { until } from '@whisper-bot/testing';
import { expect, test } from 'vitest';
import { takePicture } from '../../test/browser.js';
import { bound, useStage } from '../../test/window.js';

const stage = useStage();
const { enter, dead, deliveredOf, stateOf } = stage;

test('a dead task: the operator reads the cause, presses Retry, and it is delivered', async () => {
  const task = await dead();
  const { page } = await enter('operator');
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
  const { page } = await enter('operator');
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
  const { page } = await enter('operator');
  await page.goto('/board/queue/dead?status=failed');
  await page
    .getByText(tasks[1]?.id ?? '')
    .first()
    .waitFor();
  await takePicture(page, 'board');
  await page.getByRole('button', { name: 'Retry all' }).click();
  await page.getByRole('button', { name: 'Confirm' }).click();
  for (const { id } of tasks) await until(() => deliveredOf(id) === 1, bound);
  await until(async () => (await stage.harness.deps.pipeline.deadLetters()).length === 0);
});

test('Bull Board: what would hurt is refused on the server, whatever its page shows', async () => {
  const task = await dead();
  const { page } = await enter('administrator');
  await page.goto('/board/queue/transcribe?status=failed');
  await page.getByText(task.id).first().waitFor();
  await page.getByRole('button', { name: 'Clean all' }).click();
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'PUT'),
    page.getByRole('button', { name: 'Confirm' }).click(),
  ]);
  expect(answer.status()).toBe(403);
  expect(await stateOf(task.id)).toBe('failed');
  await stage.harness.deps.pipeline.retry(task.id);
  await until(() => deliveredOf(task.id) === 1, bound);
});

test('a group of dead letters is retried as a whole', async () => {
  const tasks = [await dead(), await dead()];
  const { page } = await enter('operator');
  await page.goto('/dead');
  await page.getByRole('button', { name: 'Retry all 2' }).click();
  await page.getByText('2 tasks run again.').waitFor();
  for (const { id } of tasks) await until(() => deliveredOf(id) === 1, bound);
});

test('the overview says that the bot is cut off from Telegram, and that it no longer is', async () => {
  const { pipeline } = stage.harness.deps;
  const since = Date.now() - 5 * 60_000;
  const outage = { part: 'telegram', host: 'api.telegram.org', kind: 'name', code: 'EAI_AGAIN', since } as const;
  await pipeline.announceOutage('telegram', outage);
  const { page } = await enter('viewer');
  await page.goto('/');
  await page.getByText('the name api.telegram.org does not resolve (EAI_AGAIN)').waitFor();
  await pipeline.announceOutage('telegram', null);
  await page.getByText('cut off from Telegram').waitFor({ state: 'detached' });
});
