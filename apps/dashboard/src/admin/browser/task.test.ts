import { type TaskId, taskFolder } from '@whisper-bot/task';
import { until } from '@whisper-bot/testing';
import { expect, test } from 'vitest';
import { takePicture } from '../../test/browser.js';
import { bound, useStage } from '../../test/window.js';

const stage = useStage();
const { enter, finished, deliveredOf, stateOf } = stage;

test('markup in a transcript, a title and an owner is text', async () => {
  const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script>';
  stage.harness.stage.turns = [hostile, 'fine'];
  const task = await finished({ title: hostile, owner: `tg:${hostile}` });
  stage.harness.stage.turns = ['Good morning, shall we begin?', 'Yes, let us look at the figures first.'];
  const window = await enter('operator');
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
  const { page } = await enter('operator');
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
  const entries = await stage.harness.store.audit.list({ limit: 10 });
  expect(
    entries
      .filter(({ target }) => target === task.id)
      .map(({ action }) => action)
      .sort(),
  ).toEqual(['task.correct-text', 'task.rename-speaker']);
});

test('the player follows the words, and a word plays from where it was said', async () => {
  const task = await finished();
  const { page } = await enter('viewer');
  await page.goto(`/tasks/${task.id}`);
  const audio = page.locator('audio');
  await page.waitForFunction('document.querySelector("audio").readyState > 0');
  await page.getByText('figures', { exact: true }).click();
  await page.waitForFunction('document.querySelector("audio").currentTime > 3');
  await audio.evaluate((element) => (element as unknown as { pause(): void }).pause());
  await page.locator('.turn-text .now').waitFor();
  expect(await page.locator('.turn-text .now').count()).toBe(1);
  const ranges = await page.request.get(`/tasks/${task.id}/audio`, { headers: { range: 'bytes=44-143' } });
  expect([ranges.status(), (await ranges.body()).length]).toEqual([206, 100]);
  expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0);
});

test('a recording is uploaded, watched live and ends on the same page', async () => {
  const { page } = await enter('operator');
  stage.harness.stage.hold();
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
  stage.harness.stage.release();
  await page.getByText('Good morning, shall we begin?').waitFor();
  const id = page.url().split('/').at(-1) as TaskId;
  expect((await stage.harness.store.tasks.find(id))?.options.speakers).toEqual({ kind: 'exactly', count: 2 });
  expect((await stage.harness.store.tasks.find(id))?.title).toBe('Board meeting.mp3');
});

test('an upload works without scripts; one that is too big is refused with a message', async () => {
  const { page } = await enter('operator', { javaScriptEnabled: false });
  await page.goto('/upload');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'note.ogg', mimeType: 'audio/ogg', buffer: Buffer.alloc(1000, 7) });
  await page.getByRole('button', { name: 'Upload and transcribe' }).click();
  await page.getByRole('heading', { level: 1, name: 'note.ogg' }).waitFor();
  await stage.harness.deps.settings.set('uploadMegabytes', 1, 'test');
  await page.goto('/upload');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'long.ogg', mimeType: 'audio/ogg', buffer: Buffer.alloc(1_000_500, 7) });
  await page.getByRole('button', { name: 'Upload and transcribe' }).click();
  await page.getByText('The file is larger than 1 MB.').waitFor();
  await stage.harness.deps.settings.set('uploadMegabytes', undefined, 'test');
});

test('a running task is cancelled', async () => {
  const { page } = await enter('operator');
  stage.harness.stage.hold();
  const running = await stage.harness.submit();
  await until(async () => (await stateOf(running.id)) === 'running');
  await page.goto(`/tasks/${running.id}`);
  await page.getByRole('button', { name: 'Cancel task' }).click();
  await page.getByText('The task was cancelled.').waitFor();
});

/** What the stages before leave in the folder, and what of it is still there when one has been run again. */
const prepared = ['break.json', 'language.0a1b2c.json', 'plan.json', 'speech.json', 'tracks.json'];
const [diarization, recognition] = ['diarization.0a1b2c.json', 'recognition-0-of-1.0a1b2c.json'];
const artifacts = [...prepared, diarization, recognition];
const keptFrom = {
  Prepare: [],
  'Identify speakers': [...prepared, recognition],
  Transcribe: [...prepared, diarization],
  Merge: artifacts,
  Deliver: artifacts,
};

test('an ended task is run again from every stage, each time to a delivery, then deleted', async () => {
  const { page } = await enter('operator');
  const task = await finished();
  const folder = taskFolder(stage.harness.deps.options.tasksDir, task.id);
  let deliveries = 1;
  await page.goto(`/tasks/${task.id}`);
  for (const [name, kept] of Object.entries(keptFrom)) {
    for (const artifact of artifacts) await folder.write(artifact, {});
    await page.getByLabel('Run again from').selectOption({ label: name });
    await page.getByRole('button', { name: 'Run again' }).click();
    deliveries += 1;
    await until(() => deliveredOf(task.id) === deliveries, bound);
    await until(async () => (await stateOf(task.id)) === 'done');
    expect((await folder.list()).filter((each) => artifacts.includes(each)).sort(), name).toEqual([...kept].sort());
    // The page comes back to it by itself.
    await page.getByRole('button', { name: 'Run again' }).waitFor();
  }
  await page.getByText('Delete task').click();
  await page.getByLabel('Yes, delete permanently').check();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByText('The task and its files were deleted.').waitFor();
  expect(await stage.harness.store.transcripts.read(task.id)).toBeNull();
});
