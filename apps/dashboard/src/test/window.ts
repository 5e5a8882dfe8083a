import type { TaskId } from '@whisper-bot/task';
import { until } from '@whisper-bot/testing';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type Observed, type OpenOptions, openWindow, startBrowser } from './browser.js';
import { type Harness, type HarnessOptions, startHarness } from './harness.js';

/** Milliseconds after which a delivery is no longer waited for, on a machine that is busy with other tests. */
export const bound = 180_000;

/** A dashboard and a browser for the tests of one file; every window must end without a complaint or a strange request. */
export interface Stage {
  readonly harness: Harness;
  /** The window of the test that runs. */
  open(options?: Partial<OpenOptions>): Promise<Observed>;
  /** A window of someone signed in; the account is the same each time. */
  enter(role: 'viewer' | 'operator' | 'administrator', options?: Partial<OpenOptions>): Promise<Observed>;
  stateOf(id: TaskId): Promise<string | undefined>;
  finished(given?: object): Promise<{ id: TaskId }>;
  /** A task that has died in transcribing; the fault is fixed by then. */
  dead(given?: object): Promise<{ id: TaskId }>;
  /** How often it was delivered. */
  deliveredOf(id: TaskId): number;
}

/** To be called at the top of a file. */
export const useStage = (options: () => Promise<HarnessOptions> = async () => ({})): Stage => {
  let harness: Harness;
  let browser: Browser;
  let windows: Observed[] = [];
  const cookies = new Map<string, string>();
  beforeAll(async () => {
    [harness, browser] = await Promise.all([options().then(startHarness), startBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await harness.close();
  });
  afterEach(async () => {
    harness.stage.release();
    harness.stage.broken.clear();
    for (const { id } of await harness.deps.pipeline.deadLetters()) await harness.deps.pipeline.dismiss(id);
    const all = windows;
    windows = [];
    for (const { context, complaints, strangers } of all) {
      await context.close();
      expect(complaints).toEqual([]);
      expect(strangers).toEqual([]);
    }
  });

  const open: Stage['open'] = async (more = {}) => {
    const window = await openWindow(browser, { url: harness.url, ...more });
    windows.push(window);
    return window;
  };
  const stateOf: Stage['stateOf'] = async (id) => (await harness.store.tasks.find(id))?.state;
  return {
    get harness() {
      return harness;
    },
    open,
    enter: async (role, more = {}) => {
      if (!cookies.has(role)) cookies.set(role, (await harness.enter(role)).cookie);
      return open({ cookie: cookies.get(role) ?? '', ...more });
    },
    stateOf,
    finished: async (given = {}) => {
      const task = await harness.submit(given);
      await until(async () => (await stateOf(task.id)) === 'done');
      return task;
    },
    dead: async (given = {}) => {
      harness.stage.broken.set('transcribe', 'the model file is unreadable');
      const task = await harness.submit(given);
      await until(async () => (await stateOf(task.id)) === 'failed');
      await until(async () => (await harness.deps.pipeline.deadLetters()).some(({ taskId }) => taskId === task.id));
      harness.stage.broken.clear();
      return task;
    },
    deliveredOf: (id) => harness.delivered.filter((each) => each === id).length,
  };
};
