import { join } from 'node:path';
import { createRecorder } from '@whisper-bot/analytics';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@whisper-bot/embedded';
import { createLogger } from '@whisper-bot/runtime';
import { type TemporaryDirectory, temporaryDirectory, until } from '@whisper-bot/testing';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Observed, openWindow, startBrowser, takePicture } from '../test/browser.js';
import { type Furnished, furnish } from '../test/furnish.js';
import { type Harness, startHarness } from '../test/harness.js';

/** Every page, in light and dark, on a desktop and on a phone: pictures to look at, and what a machine can see in them. */
let harness: Harness;
let browser: Browser;
let directory: TemporaryDirectory;
let clickhouse: EmbeddedClickHouse;
let cookie: string;
const logger = createLogger({ name: 'test', level: 'silent' });
beforeAll(async () => {
  directory = await temporaryDirectory('gallery');
  [clickhouse, browser] = await Promise.all([
    startEmbeddedClickHouse({ dir: join(directory.path, 'clickhouse'), logger }),
    startBrowser(),
  ]);
  harness = await startHarness({ clickhouseUrl: clickhouse.url });
  await harness.deps.analytics?.migrate();
  ({ cookie } = await harness.enter('administrator', 'ann'));
});
afterAll(async () => {
  await browser.close();
  await harness.close();
  await clickhouse.close();
  await directory.remove();
});

const grave = new Set(['serious', 'critical']);
interface Finding {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

/** Rules that another theme can break: the rest of a page is the same in both. */
const ofColors = ['color-contrast', 'link-in-text-block'];

/** What axe finds grave, as a line each; by all of its rules, or some of them. */
const findFaults = async (page: Page, rules?: readonly string[]): Promise<string[]> => {
  const isLoaded = await page.evaluate('typeof axe === "object"');
  if (!isLoaded) await page.evaluate(axe.source);
  // The same findings; what is in order is not written up.
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: { type: 'rule', values: rules } }) };
  const findings = (await page.evaluate(
    `axe.run(${JSON.stringify(options)}).then(({ violations }) => violations)`,
  )) as Finding[];
  return findings
    .filter(({ impact }) => grave.has(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
};

const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
/** Bytes of a page with all it needs. */
const heaviest = 300_000;

const inspect = async ({ page }: Observed, path: string, name: string): Promise<void> => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(sizes.desktop);
  const response = await page.goto(path);
  expect(response?.headers()['content-security-policy']).toContain("default-src 'self'");
  for (const [theme, pictured] of [
    ['light', 'desktop'],
    ['dark', 'phone'],
  ] as const) {
    await page.emulateMedia({ colorScheme: theme });
    for (const [size, viewport] of Object.entries(sizes)) {
      await page.setViewportSize(viewport);
      // Each theme and each size is seen once.
      if (size === pictured) await takePicture(page, `${name}-${theme}-${size}`);
      expect(
        await page.evaluate('document.scrollingElement.scrollWidth - innerWidth'),
        `${size} scrolls sideways`,
      ).toBeLessThanOrEqual(0);
    }
    expect(await findFaults(page, theme === 'dark' ? ofColors : undefined), theme).toEqual([]);
  }
};

const strangersOf = (window: Observed): void => {
  expect(window.strangers).toEqual([]);
  expect(window.complaints).toEqual([]);
};

test.each(['/sign-in', '/setup', '/nothing'])('the door: %s', async (path) => {
  const window = await openWindow(browser, { url: harness.url });
  await inspect(window, path, `door${path.replace('/', '-')}`);
  strangersOf(window);
  await window.context.close();
});

const places = {
  overview: '/',
  tasks: '/tasks',
  dead: '/dead',
  analytics: '/analytics',
  people: '/people',
  keys: '/keys',
  models: '/models',
} as const;

describe('with nothing there', () => {
  test.each(Object.entries(places))('%s says what to do', async (name, path) => {
    const window = await openWindow(browser, { url: harness.url, cookie });
    await window.page.goto(path);
    await takePicture(window.page, `empty-${name}`);
    expect(await findFaults(window.page)).toEqual([]);
    strangersOf(window);
    await window.context.close();
  });
});

describe('with a busy week', () => {
  let there: Furnished;
  let window: Observed;
  beforeAll(async () => {
    const { analytics } = harness.deps;
    if (analytics === null) throw new Error('no analytics');
    const recorder = createRecorder({ database: analytics, spoolDir: join(directory.path, 'spool'), logger });
    there = await furnish(harness, recorder);
    await recorder.flush();
    await recorder.close();
    window = await openWindow(browser, { url: harness.url, cookie });
  });
  afterAll(async () => {
    await window.context.close();
  });

  test.each([
    ...Object.entries(places),
    ['people-chats', '/people?kind=chat'],
    ['tasks-search', '/tasks?text=figures&state=done'],
    ['tasks-none', '/tasks?text=unheard'],
    ['upload', '/upload'],
    ['accounts', '/accounts'],
    ['account', '/account'],
    ['settings', '/settings'],
    ['audit', '/audit'],
  ])('%s', async (name, path) => {
    await inspect(window, path, name);
    strangersOf(window);
  });

  test.each(['done', 'failed', 'running', 'edited'] as const)('task, %s', async (name) => {
    await inspect(window, there[name], `task-${name}`);
    strangersOf(window);
  });

  test('no page is heavy from a cold cache, Bull Board’s and a transcript of 10,000 words included', async () => {
    await window.page.setViewportSize(sizes.desktop);
    const long = await longTranscript();
    const pages = [
      ...Object.values(places),
      ...['/upload', '/accounts', '/account', '/settings', '/audit'],
      ...[there.done, there.failed, long],
      ...[
        '/board/',
        '/board/queue/dead?status=failed',
        `/board/queue/prepare/${there.failed.split('/').at(-1)}-prepare-r1`,
      ],
    ];
    const weights: [path: string, bytes: number][] = [];
    for (const path of pages) {
      const isBoard = path.startsWith('/board');
      const ready = (page: Page) => page.getByText('maintenance').first().waitFor();
      weights.push([path, await window.weigh(path, isBoard ? ready : undefined)]);
    }
    strangersOf(window);
    expect(weights.filter(([, bytes]) => bytes > heaviest)).toEqual([]);
    for (const [path, bytes] of weights) expect(bytes, path).toBeGreaterThan(5000);
  });

  /** Address of a task in which 10,000 words were said. */
  const longTranscript = async (): Promise<string> => {
    const { stage, deps } = harness;
    const words = [
      'harbour',
      'figures',
      'delivery',
      'morning',
      'whether',
      'because',
      'report',
      'nobody',
      'again',
      'week',
    ];
    const turns = stage.turns;
    stage.turns = Array.from({ length: 500 }, (_, turn) =>
      Array.from({ length: 20 }, (_, at) => `${words[(turn * 7 + at * at) % words.length]}`).join(' '),
    );
    stage.release();
    const task = await harness.submit({ title: 'Council meeting.mp3' });
    await until(async () => (await deps.tasks.find(task.id))?.state === 'done');
    stage.turns = turns;
    return `/tasks/${task.id}`;
  };

  test('in Russian', async () => {
    const russian = await openWindow(browser, { url: harness.url, cookie, locale: 'ru-RU' });
    for (const [name, path] of [...Object.entries(places), ['task', there.done]] as const) {
      await russian.page.goto(path);
      await takePicture(russian.page, `ru-${name}`);
      expect(await findFaults(russian.page), name).toEqual([]);
      await russian.page.setViewportSize(sizes.phone);
      await takePicture(russian.page, `ru-${name}-phone`);
      expect(
        await russian.page.evaluate('document.scrollingElement.scrollWidth - innerWidth'),
        name,
      ).toBeLessThanOrEqual(0);
      await russian.page.setViewportSize(sizes.desktop);
    }
    strangersOf(russian);
    await russian.context.close();
  });
});
