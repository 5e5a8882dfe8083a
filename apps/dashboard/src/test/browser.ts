import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readMachine } from '@whisper-bot/config';
import { until } from '@whisper-bot/testing';
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';

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
  /**
   * Goes there with an empty cache: the bytes of the page, headers and all, as they come over the wire. A fixed set of requests,
   * however slow the machine: each address counts once, to its end; what is asked again or streamed later does not, nor do the
   * recording, the icon of the tab, and the scripts of workers.
   */
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
  page.setDefaultTimeout(180_000);
  const strangers: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== url && protocol !== 'data:' && protocol !== 'blob:') strangers.push(request.url());
  });
  const wire = await context.newCDPSession(page);
  const weight = weighRequests(wire);
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
      // The page before may still ask for something, and never learn how that ended.
      await page.goto('about:blank');
      await wire.send('Network.clearBrowserCache');
      weight.reset();
      await page.goto(path);
      await ready?.(page);
      return until(weight.total).catch((cause: unknown) => {
        throw new Error(`${path}: not loaded to the end: ${weight.open().join(', ')}`, { cause });
      });
    },
  };
};

/** Streams, recordings, and the icon of the tab, which the browser fetches when it likes or not at all. */
const uncounted = new Set(['EventSource', 'Media', 'Other']);

/** Bytes of a page. */
interface Weight {
  reset(): void;
  total(): number | null;
  open(): string[];
}

/** Adds up the requests of a page by their addresses; `total` is null while one of them is under way. */
const weighRequests = (wire: CDPSession): Weight => {
  const addresses = new Set<string>();
  const weights = new Map<string, number>();
  const open = new Map<string, string>();
  wire.on('Network.requestWillBeSent', ({ requestId, loaderId, request: { method, url }, type }) => {
    const address = `${method} ${url}`;
    if (uncounted.has(type ?? '') || addresses.has(address)) return;
    // The script of a worker is loaded on behalf of no document, and its end is reported to the worker alone, or to no one.
    if (loaderId === '') return;
    addresses.add(address);
    weights.set(requestId, 0);
    open.set(requestId, address);
  });
  wire.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (open.delete(requestId)) weights.set(requestId, encodedDataLength);
  });
  wire.on('Network.loadingFailed', ({ requestId }) => void open.delete(requestId));
  return {
    reset() {
      for (const each of [addresses, weights, open]) each.clear();
    },
    open: () => [...open.values()],
    total: () =>
      open.size > 0 || weights.size === 0 ? null : [...weights.values()].reduce((sum, bytes) => sum + bytes, 0),
  };
};

const folder = join(readMachine().repository, '.cache', 'screenshots');

/** Keeps a picture of the whole page, for people to look at; where TEST_PICTURES is set, for a picture takes as long as all that is checked. */
export const takePicture = async (page: Page, name: string): Promise<void> => {
  if (!process.env.TEST_PICTURES) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
};
