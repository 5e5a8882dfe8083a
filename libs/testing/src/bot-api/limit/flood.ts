import type { Clock } from '../server/clock.js';
import { type Limit, tooManyRequests } from '../server/refusal.js';

/**
 * How many messages and edits a bot may send. The defaults are those of https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this:
 * about one a second in a chat with short bursts, 20 a minute in a group, 30 a second in all. The size of the burst
 * is not documented.
 */
export interface FloodLimits {
  /** Messages a second in one chat. */
  chatRate: number;
  /** Messages that may come at once in one chat. */
  chatBurst: number;
  /** Messages in any minute in one group. */
  groupPerMinute: number;
  /** Messages a second to all chats together. */
  overallRate: number;
}

export const telegramFlood: FloodLimits = { chatRate: 1, chatBurst: 3, groupPerMinute: 20, overallRate: 30 };

const countedMethods = /^(send(?!chataction)|edit|copy|forward)/i;

interface Bucket {
  tokens: number;
  at: number;
}

/** Keeps count of what the bot sends. */
export interface Flood {
  /** @throws Refusal 429 if this call is over a limit. */
  admit(call: { method: string; chatId: string; group: boolean }): void;
}

/** Flood control by the given limits; `mode: 'count'` lets everything pass and only reports. */
export function createFlood(deps: {
  clock: Clock;
  limits: FloodLimits;
  mode: 'enforce' | 'count' | 'off';
  report: (limit: Limit, detail: string) => void;
}): Flood {
  const { clock, limits, mode } = deps;
  const chats = new Map<string, Bucket>();
  const groups = new Map<string, number[]>();
  const penalties = new Map<string, number>();
  const overall: Bucket = { tokens: limits.overallRate, at: clock.now() };

  const refuse = (limit: Limit, chatId: string, method: string, waitMs: number) => {
    const retryAfter = Math.max(1, Math.ceil(waitMs / 1000));
    if (mode === 'count') {
      deps.report(limit, `${method} in ${chatId}`);
      return;
    }
    const key = limit === 'overall-rate' ? '*' : chatId;
    penalties.set(key, clock.now() + retryAfter * 1000);
    throw tooManyRequests(retryAfter, limit);
  };

  return {
    admit({ method, chatId, group }) {
      if (mode === 'off' || !countedMethods.test(method)) return;
      const now = clock.now();
      for (const key of ['*', chatId]) {
        const until = penalties.get(key) ?? 0;
        if (until > now) throw tooManyRequests(Math.max(1, Math.ceil((until - now) / 1000)), 'retry-after-ignored');
        penalties.delete(key);
      }
      const chat = chats.get(chatId) ?? { tokens: limits.chatBurst, at: now };
      chats.set(chatId, chat);
      const overallWait = take(overall, now, { rate: limits.overallRate, burst: limits.overallRate });
      if (overallWait > 0) return refuse('overall-rate', chatId, method, overallWait);
      const chatWait = take(chat, now, { rate: limits.chatRate, burst: limits.chatBurst });
      if (chatWait > 0) return refuse('chat-rate', chatId, method, chatWait);
      if (!group) return;
      const minute = (groups.get(chatId) ?? []).filter((at) => at > now - 60_000);
      groups.set(chatId, minute);
      const first = minute[minute.length - limits.groupPerMinute];
      if (first !== undefined) return refuse('group-rate', chatId, method, first + 60_000 - now);
      minute.push(now);
    },
  };
}

/** Takes one token, or says how many milliseconds are missing. */
function take(bucket: Bucket, now: number, { rate, burst }: { rate: number; burst: number }): number {
  bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) * rate) / 1000);
  bucket.at = now;
  if (bucket.tokens < 1) return ((1 - bucket.tokens) * 1000) / rate;
  bucket.tokens -= 1;
  return 0;
}
