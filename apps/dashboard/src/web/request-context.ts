import type { Request, Response } from 'express';
import type { Locale, Words } from '../admin/locale/locale.js';
import type { SafeHtml } from '../admin/view/html.js';
import type { DashboardDeps } from '../deps.js';
import type { Person } from './session/account.js';

export type Theme = 'auto' | 'light' | 'dark';

/** One request, with its user and the language of the answer. */
export interface RequestContext {
  deps: DashboardDeps;
  request: Request;
  response: Response;
  /** Null where nobody is signed in. */
  person: Person | null;
  locale: Locale;
  words: Words;
  theme: Theme;
  /** A value from the path; empty where there is none. */
  param(name: string): string;
  /** A value from the query string; empty where there is none or several. */
  query(name: string): string;
  /** A field of the form; empty where there is none or several. */
  field(name: string): string;
  /** All values of a field. */
  fields(name: string): string[];
}

/** What a handler answers with; `sent` where it has written the response itself. */
export type Answer =
  | { kind: 'page'; page: SafeHtml; status?: number }
  | { kind: 'redirect'; to: string }
  | { kind: 'json'; body: unknown; status?: number }
  | { kind: 'text'; body: string; type: string; status?: number }
  | { kind: 'file'; body: string | Uint8Array; type: string; name: string }
  | { kind: 'sent' };

export type Handler = (context: RequestContext) => Promise<Answer>;

/** A refusal or a thing not found, as a page in the visitor's language. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 408 | 409 | 413 | 429 | 503,
    /** The sentence shown; the status has one of its own. */
    readonly sentence?: string,
  ) {
    super(sentence ?? String(status));
  }
}
