import { createRandom } from './random.js';

/** What goes wrong with a call. */
export type Fault =
  /** 429 with `retry_after` in seconds. */
  | { readonly kind: 'flood'; readonly retryAfter: number }
  /** A proxy's error with an HTML body. */
  | { readonly kind: 'server-error'; readonly status: 500 | 502 | 503 }
  /** The connection ends before the server has looked at the request. */
  | { readonly kind: 'drop-request' }
  /** The server does what it was asked, then the connection ends: the message was sent, the bot cannot know. */
  | { readonly kind: 'drop-response' }
  /** The answer comes late, by milliseconds of real time. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Any refusal in Telegram's words, description with its prefix. */
  | { readonly kind: 'refuse'; readonly code: number; readonly description: string }
  /** 400 "message to edit not found". */
  | { readonly kind: 'message-gone' }
  /** Download only: 404, as for a link older than an hour. */
  | { readonly kind: 'file-expired' }
  /** Download only: at most so many bytes a second. */
  | { readonly kind: 'slow-download'; readonly bytesPerSecond: number }
  /** Download only: the connection ends after so many bytes, although more were announced. */
  | { readonly kind: 'truncated-download'; readonly bytes: number };

/** When a fault strikes. */
export interface FaultTiming {
  /** How many calls it strikes; default 1, Infinity for all until cleared. */
  times?: number;
  /** Chance of striking each matching call, 0 to 1, by the server's seeded random numbers; default 1. */
  probability?: number;
}

interface Plan {
  readonly method: string;
  readonly fault: Fault;
  readonly probability: number;
  left: number;
}

/** The faults that await the next calls. */
export interface Faults {
  /** `method` is a Bot API method, `download` for file downloads, or `*` for any call. */
  next(method: string, fault: Fault, timing?: FaultTiming): void;
  /** Takes back what has not struck yet. */
  clear(): void;
  /** How many have struck. */
  readonly struck: number;
  /** For the server: the fault for this call, if any; first planned, first struck. */
  take(method: string): Fault | undefined;
}

/** Creates an empty plan; equal seeds and equal calls give equal faults. */
export function createFaults(seed: number): Faults {
  const random = createRandom(seed);
  let plans: Plan[] = [];
  let struck = 0;
  return {
    next(method, fault, { times = 1, probability = 1 } = {}) {
      plans.push({ method: method.toLowerCase(), fault, probability, left: times });
    },
    clear() {
      plans = [];
    },
    get struck() {
      return struck;
    },
    take(method) {
      const name = method.toLowerCase();
      const plan = plans.find((one) => (one.method === '*' || one.method === name) && random() < one.probability);
      if (!plan) return undefined;
      plan.left -= 1;
      if (plan.left <= 0) plans = plans.filter((one) => one !== plan);
      struck += 1;
      return plan.fault;
    },
  };
}
