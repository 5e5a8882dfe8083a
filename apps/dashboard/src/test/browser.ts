import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readMachine } from '@whisper-bot/config';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Debian's Chromium, without any call of its own to the outside. */
export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });

/** What a page asked for: addresses, bytes, complaints. */
export interface Observed {
  page: Page;
  context: BrowserContext;
  /** Requests to any other host. */
  strangers: string[];
  /** Errors of scripts and refusals of the content security policy. */
  complaints: string[];
  /** Goes there with an empty cache: the bytes that come over the wire, headers and all, without the recording. */
  weigh(path: string, ready?: (page: Page) => Promise<void>): Promise<number>;
}

export interface OpenOptions {
  url: string;
  theme?: 'light' | 'dark';
  locale?: string;
  width?: number;
  height?: number;
  javaScriptEnabled?: boolean;
  cookie?: string;
}

/** A window of its own, signed in by a cookie where one is given. */
export const openWindow = async (browser: Browser, options: OpenOptions): Promise<Observed> => {
  const {
    url,
    theme = 'light',
    locale = 'en-GB',
    width = 1280,
    height = 800,
    javaScriptEnabled = true,
    cookie,
  } = options;
  const context = await browser.newContext({
    colorScheme: theme,
    locale,
    viewport: { width, height },
    javaScriptEnabled,
    baseURL: url,
    reducedMotion: 'reduce',
  });
  if (cookie !== undefined) {
    const [name = '', value = ''] = cookie.split('=');
    await context.addCookies([{ name, value, url }]);
  }
  const page = await context.newPage();
  // Everything here is on this machine: what takes longer, even on a busy one, has gone wrong.
  page.setDefaultTimeout(20_000);
  const strangers: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== url && protocol !== 'data:' && protocol !== 'blob:') strangers.push(request.url());
  });
  const weights = new Map<string, number>();
  const recordings = new Set<string>();
  const weigh = (id: string, bytes: number): void => void (recordings.has(id) || weights.set(id, bytes));
  const wire = await context.newCDPSession(page);
  wire.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (request.url.endsWith('/audio')) recordings.add(requestId);
  });
  wire.on('Network.dataReceived', ({ requestId, encodedDataLength }) =>
    weigh(requestId, (weights.get(requestId) ?? 0) + encodedDataLength),
  );
  wire.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => weigh(requestId, encodedDataLength));
  await wire.send('Network.enable');
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // An answer that is meant to be an error is logged by the browser as well.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  return {
    page,
    context,
    strangers,
    complaints,
    weigh: async (path, ready) => {
      await wire.send('Network.clearBrowserCache');
      weights.clear();
      await page.goto(path);
      await ready?.(page);
      return [...weights.values()].reduce((sum, bytes) => sum + bytes, 0);
    },
  };
};

const folder = join(readMachine().repository, '.cache', 'screenshots');

/** Keeps a picture of the whole page, for people to look at. */
export const takePicture = async (page: Page, name: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
};
