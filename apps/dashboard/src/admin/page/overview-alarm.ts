import type { Outage, WorkerSign } from '@whisper-bot/pipeline';
import type { QueueCount } from '../../domain/queue-status.js';
import type { AdminContext } from '../page-context.js';
import { bytes, span } from '../view/format.js';
import { html, type SafeHtml } from '../view/html.js';

/** Milliseconds after which a queue with waiting jobs and none running counts as stuck, and a wait as long. */
const stuckAfter = 2 * 60_000;
const lagAfter = 10 * 60_000;

export interface Situation {
  queues: readonly QueueCount[] | null;
  workers: readonly WorkerSign[] | null;
  outages: readonly Outage[] | null;
  disk: { free: number };
  dead: number;
}

/** What needs a person, the gravest first. */
export const findAlarms = (
  context: AdminContext<'options'>,
  { queues, workers, outages, disk, dead }: Situation,
): SafeHtml[] => {
  const { words, locale, deps } = context;
  const say = words.overview;
  const alarms: SafeHtml[] = [];
  if (queues === null) return [html`<span>${say.redisAway}</span>`];
  if (workers?.length === 0) alarms.push(html`<span>${say.noWorker}</span>`);
  for (const { host, kind, code, since } of outages ?? []) {
    alarms.push(
      html`<span>${say.telegramAway[kind](host, code)} ${say.lasting(span(Date.now() - since, words))}</span>`,
    );
  }
  if (disk.free < deps.options.minFreeDisk) alarms.push(html`<span>${say.disk(bytes(disk.free, locale))}</span>`);
  for (const { name, oldest, active } of queues) {
    if (name === 'dead' || oldest === null || oldest < stuckAfter) continue;
    if (active === 0) {
      alarms.push(html`<a href="/board/queue/${name}">${say.stuck(name, span(oldest, words))}</a>`);
    } else if (name === 'transcribe' && oldest > lagAfter) {
      alarms.push(html`<span>${say.lag(span(oldest, words))}</span>`);
    }
  }
  if (dead > 0) alarms.push(html`<a href="/dead">${say.deadLetters(dead)}</a>`);
  return alarms;
};
