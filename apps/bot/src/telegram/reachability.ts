import type { Outage } from '@whisper-bot/pipeline';
import { HttpError } from 'grammy';
import type { BotLog } from './log.js';

/** Whether Telegram answers, as the calls of this process show it. */
export interface Reachability {
  /** Something came back, be it a refusal. */
  answered(): void;
  /** Nothing came back. */
  failed(error: unknown): void;
  /** A sentence for readiness; null while all is well. */
  trouble(): string | null;
  close(): Promise<void>;
}

export interface ReachabilityOptions {
  /** Root of the Bot API server. */
  apiRoot: string;
  log: BotLog;
  /** Reports it to the dashboard; null ends it. May reject. */
  announce(outage: Outage | null): Promise<void>;
  /** Milliseconds without an answer before it counts; default 10 000. */
  patience?: number;
}

/** Watches whether Telegram answers, and says so in the log and to the operators when it does not, and when it does again. */
export const createReachability = (options: ReachabilityOptions): Reachability => {
  const { log, announce, patience = 10_000 } = options;
  const { host, hostname } = new URL(options.apiRoot);
  /** Since when nothing has come back. At first, since the start: the very first call may hang in the name server. */
  let since: { shown: number; measured: number } | null = now();
  let last: unknown;
  /** The sentence that was logged last; null while all is well. */
  let announced: string | null = null;

  const outage = (): Outage | null => {
    if (since === null || performance.now() - since.measured < patience) return null;
    const code = codeOf(last);
    const kind = /^(EAI_|ENOTFOUND|ENODATA)/.test(code) ? 'name' : code === '' ? 'silence' : 'connection';
    return { part: 'telegram', host: kind === 'name' ? hostname : host, kind, code, since: since.shown };
  };
  const look = (): void => {
    const found = outage();
    const said = found === null ? null : sentence(found);
    if (said !== null && said !== announced) log.error({ host, code: found?.code }, said);
    if (said === null && announced !== null) log.info({ host }, 'Telegram answers again');
    if (said !== null || announced !== null) announce(found).catch(() => undefined);
    announced = said;
  };
  const timer = setInterval(look, Math.min(10_000, patience));
  timer.unref();

  return {
    answered() {
      since = null;
      last = undefined;
      if (announced !== null) look();
    },
    failed(error) {
      since ??= now();
      last = error;
    },
    trouble() {
      const found = outage();
      return found === null ? null : sentence(found);
    },
    async close() {
      clearInterval(timer);
      if (announced !== null) await announce(null).catch(() => undefined);
    },
  };
};

/** Unix milliseconds for people, and a clock that no one sets. */
const now = () => ({ shown: Date.now(), measured: performance.now() });

const sentence = ({ host, kind, code }: Outage): string => {
  if (kind === 'name') return `Telegram is unreachable: the name ${host} does not resolve (${code})`;
  if (kind === 'connection') return `Telegram is unreachable: no connection to ${host} (${code})`;
  return `Telegram is unreachable: ${host} does not answer`;
};

/** `EAI_AGAIN` and the like. Never the message: it holds the address, and with it the token. */
const codeOf = (error: unknown): string => {
  const cause = error instanceof HttpError ? error.error : error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? code : '';
};
