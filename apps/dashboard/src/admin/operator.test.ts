import { execFileSync } from 'node:child_process';
import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readMachine } from '@whisper-bot/config';
import { resolveFfmpeg } from '@whisper-bot/speech';
import { type BotApiServer, type Person, startBotApi, temporaryDirectory, until } from '@whisper-bot/testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Observed, openWindow, startBrowser, takePicture } from '../test/browser.js';
import { type Breakable, breakable, type Product, startProduct } from '../test/product.js';

/** The whole product, started as a user starts it: real engines, the bot, Telegram's stand-in, a browser. */
let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let telegram: BotApiServer;
let ffmpeg: Breakable;
let product: Product;
let browser: Browser;
let window: Observed;
beforeAll(async () => {
  home = await temporaryDirectory('operator');
  // As root, PostgreSQL runs as a user of its own, who must get in.
  await chmod(home.path, 0o711);
  const place = join(home.path, 'ffmpeg');
  ffmpeg = await breakable(place, resolveFfmpeg());
  telegram = await startBotApi({ bot: { username: 'whisper_test_bot', first_name: 'Whisper' } });
  [product, browser] = await Promise.all([
    startProduct(home.path, {
      BOT_TOKEN: telegram.token,
      BOT_API_URL: telegram.url,
      FFMPEG_PATH: place,
      MIN_FREE_DISK: '0',
    }),
    startBrowser(),
  ]);
  window = await openWindow(browser, { url: product.dashboardUrl });
});
afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await telegram?.close();
  await home.remove();
});

/** Milliseconds: real engines, on a machine that may be busy. */
const bound = 180_000;

const voiceNote = async (): Promise<Buffer> => {
  const target = join(home.path, 'note.ogg');
  const sample = join(readMachine().repository, 'samples', 'jfk.wav');
  execFileSync(resolveFfmpeg(), ['-v', 'error', '-y', '-i', sample, '-ac', '1', '-c:a', 'libopus', target]);
  return readFile(target);
};

/** Waits until the failure message is in the chat. */
const failureShown = ({ chat }: Person) =>
  chat.until((view) => view.fromBot.some(({ text }) => text.includes('Recognition crashed')), {
    timeoutMs: bound,
  });
/** The transcript, once the person has it. */
const transcript = ({ chat }: Person) =>
  chat.until((view) => view.fromBot.find(({ buttons }) => buttons.flat().some(({ text }) => text === 'SRT'))?.text, {
    timeoutMs: bound,
  });

const signIn = async (name: string, password: string): Promise<void> => {
  await window.page.getByLabel('Name').fill(name);
  await window.page.getByLabel('Password').fill(password);
  await window.page.getByRole('button', { name: 'Sign in' }).click();
  await window.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
};

test('the administrator comes in by the link that `up` prints, and lets an operator in', async () => {
  const { page } = window;
  await page.goto(product.setupUrl);
  await page.getByLabel('Name').fill('ann');
  await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
  await page.getByLabel('Repeat the password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('link', { name: 'Accounts' }).click();
  await page.getByLabel('Name', { exact: true }).fill('olga');
  await page.getByLabel('Password', { exact: true }).fill('olgas long password');
  await page.getByLabel('Repeat the password').fill('olgas long password');
  await page.getByLabel('Role', { exact: true }).selectOption('operator');
  await page.getByRole('button', { name: 'Add an account' }).click();
  await page.getByText('The account was created.').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
});

test('an engine crashes: the operator sees the dead jobs, reads the cause, retries, and Telegram gets the transcripts', async () => {
  const { page } = window;
  const people = [
    telegram.user({ id: 1001, first_name: 'Ben', language_code: 'en' }),
    telegram.user({ id: 1002, first_name: 'Cleo', language_code: 'en' }),
  ] as const;
  await ffmpeg.break();
  const note = await voiceNote();
  for (const person of people) person.sendVoice(person.chat, note, { duration: 11 });
  await Promise.all(people.map(failureShown));

  await signIn('olga', 'olgas long password');
  await page.getByRole('link', { name: 'Dead letters' }).first().click();
  // The failure message may arrive before the dead letter, and the page does not reload by itself.
  await until(async () => {
    await page.reload();
    return (await page.getByText('ffmpeg ended by SIGSEGV').count()) === 2;
  }, bound);
  await page.getByText('The speech engine crashed each time.').first().waitFor();
  await takePicture(page, 'operator-dead');

  await ffmpeg.restore();
  // On our page.
  await page.getByRole('table').getByRole('link').first().click();
  await page.getByRole('heading', { name: 'Why it failed' }).waitFor();
  await takePicture(page, 'operator-task');
  await page.getByRole('button', { name: 'Retry' }).click();
  await Promise.race(people.map(transcript));

  // In Bull Board's, where the link of the queue leads.
  await page.goto('/dead');
  await until(async () => {
    await page.reload();
    return (await page.getByText('ffmpeg ended by SIGSEGV').count()) === 1;
  }, bound);
  const left = (await page.getByRole('table').getByRole('link').first().getAttribute('href'))?.split('/').at(-1) ?? '';
  await page.goto('/board/queue/prepare?status=failed');
  await page.locator(`a[href*="/queue/prepare/${left}"]`).first().click();
  await page.getByText('ffmpeg ended by SIGSEGV').first().waitFor();
  await takePicture(page, 'operator-board');
  await page.locator('button:has(svg.lucide-refresh-cw)').first().click();
  await page.getByRole('button', { name: 'Confirm' }).click();

  for (const person of people) expect(await transcript(person)).toMatch(/ask not what your country can do for you/i);
  await page.goto('/dead');
  await until(async () => {
    await page.reload();
    return (await page.getByText('No dead letters', { exact: true }).count()) > 0;
  }, bound);
  expect(window.complaints).toEqual([]);
  expect(window.strangers).toEqual([]);
}, 1_200_000);
