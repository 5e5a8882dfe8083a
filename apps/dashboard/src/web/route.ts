import type { Handler } from './request-context.js';
import type { Role } from './session/account.js';

/** Who may use a route: an account of that role or above, anyone at all, or — where it would only hurt — no one. */
export type Guard = Role | 'anyone' | 'no-one';

/** One way in. Enforcement, the documentation and the tests all read the table of these. */
export interface Route<Context> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Express path. */
  path: string;
  guard: Guard;
  /**
   * What a request that changes something must show: the session's secret in its form, the same in a streamed upload's first
   * field (checked by the handler), or only that it comes from our own pages. `key`: a program with an API key, no browser.
   */
  csrf: 'none' | 'form' | 'stream' | 'origin' | 'key';
  /** What it does, for docs/dashboard-permissions.md. */
  sentence: string;
  handler: Handler<Context>;
}

/** A page or other thing to read. */
export const read = <Context>(
  path: string,
  guard: Guard,
  sentence: string,
  handler: Handler<Context>,
): Route<Context> => ({ method: 'get', path, guard, csrf: 'none', sentence, handler });

/** A form that changes something. */
export const change = <Context>(
  path: string,
  guard: Guard,
  sentence: string,
  handler: Handler<Context>,
): Route<Context> => ({ method: 'post', path, guard, csrf: 'form', sentence, handler });
