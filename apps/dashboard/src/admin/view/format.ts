import type { Locale } from '@whisper-bot/text';
import type { Words } from '../locale/locale.js';
import { html, type SafeHtml } from './html.js';

const language: Record<Locale, string> = { en: 'en-GB', ru: 'ru-RU' };

/** Milliseconds → the one or two largest units: `1 h 5 min`. */
export const span = (ms: number, { time }: Words): string => {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return time.seconds(Math.round(seconds * 10) / 10);
  if (seconds < 60) return time.seconds(Math.round(seconds));
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return time.minutes(minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? time.hours(hours) : `${time.hours(hours)} ${time.minutes(minutes % 60)}`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? time.days(days) : `${time.days(days)} ${time.hours(hours % 24)}`;
};

/** Bytes in decimal units, as disks are sold. */
export const bytes = (count: number, locale: Locale): string => {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const step = Math.max(1, Math.min(units.length - 1, count < 1 ? 1 : Math.floor(Math.log10(count) / 3)));
  return new Intl.NumberFormat(language[locale], {
    style: 'unit',
    unit: units[step] ?? 'byte',
    maximumFractionDigits: step > 2 || count < 1000 ? 1 : 0,
  }).format(count / 1000 ** step);
};

export const number = (value: number, locale: Locale, digits = 0): string =>
  new Intl.NumberFormat(language[locale], { maximumFractionDigits: digits }).format(value);

/** Date and time, UTC, to the second in the attribute; a script shows them in the reader's zone. */
export const moment = (at: Date | number | string | null | undefined, locale: Locale, words: Words): SafeHtml => {
  if (at === null || at === undefined) return html`<span class="quiet">${words.time.none}</span>`;
  const date = new Date(at);
  const shown = new Intl.DateTimeFormat(language[locale], {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(date);
  return html`<time datetime="${date.toISOString()}" title="${date.toISOString()}">${shown}</time>`;
};

/** How long ago, for lists. */
export const ago = (at: Date | number | string | null | undefined, words: Words, locale: Locale): SafeHtml => {
  if (at === null || at === undefined) return html`<span class="quiet">${words.time.none}</span>`;
  const date = new Date(at);
  const since = Date.now() - date.getTime();
  const text = since < 10_000 ? words.time.justNow : words.time.ago(span(since, words));
  return html`<time datetime="${date.toISOString()}" title="${new Intl.DateTimeFormat(language[locale], { dateStyle: 'long', timeStyle: 'medium', timeZone: 'UTC' }).format(date)} UTC">${text}</time>`;
};

/** Seconds as on a player: `1:02:03`. */
export { clock } from '@whisper-bot/transcript';
