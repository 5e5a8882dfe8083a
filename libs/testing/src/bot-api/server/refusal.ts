import type { ResponseParameters } from 'grammy/types';

/** A limit of Telegram's that a call ran into; each is counted in the server's report of violations. */
export type Limit =
  | 'chat-rate'
  | 'group-rate'
  | 'overall-rate'
  | 'retry-after-ignored'
  | 'message-length'
  | 'caption-length'
  | 'callback-data'
  | 'markup'
  | 'entity'
  | 'file-size'
  | 'unchanged-edit'
  | 'second-poller'
  | 'old-callback';

/** What Telegram answers instead of a result: `{ ok: false, error_code, description, parameters }`. */
export class Refusal extends Error {
  constructor(
    readonly errorCode: number,
    readonly description: string,
    readonly detail: { parameters?: ResponseParameters; limit?: Limit } = {},
  ) {
    super(description);
    this.name = 'Refusal';
  }
}

/** 400, with the prefix Telegram puts before every such description. */
export function badRequest(description: string, limit?: Limit): Refusal {
  return new Refusal(400, `Bad Request: ${description}`, limit ? { limit } : {});
}

/** 403: the bot may not write there. */
export function forbidden(description: string): Refusal {
  return new Refusal(403, `Forbidden: ${description}`);
}

/** 409: two pollers, or a poller beside a webhook. */
export function conflict(description: string, limit?: Limit): Refusal {
  return new Refusal(409, `Conflict: ${description}`, limit ? { limit } : {});
}

/** 429. `retryAfter` is in whole seconds, at least 1. */
export function tooManyRequests(retryAfter: number, limit?: Limit): Refusal {
  return new Refusal(429, `Too Many Requests: retry after ${retryAfter}`, {
    parameters: { retry_after: retryAfter },
    ...(limit && { limit }),
  });
}
