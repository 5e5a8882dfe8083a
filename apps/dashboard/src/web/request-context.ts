import type { Request, Response } from 'express';
import type { SignedIn } from './session/account.js';

/** One request, with its user and what its handler works with. */
export interface RequestContext<Deps = unknown> {
  deps: Deps;
  request: Request;
  response: Response;
  /** Null without a session. */
  signedIn: SignedIn | null;
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
  | { kind: 'page'; page: string; status?: number }
  | { kind: 'redirect'; to: string }
  | { kind: 'json'; body: unknown; status?: number }
  | { kind: 'text'; body: string; type: string; status?: number }
  | { kind: 'file'; body: string | Uint8Array; type: string; name: string }
  | { kind: 'sent' };

export type Handler<Context> = (context: Context) => Promise<Answer>;

/** The values of a request by their names. */
export const readValues = (request: Request): Pick<RequestContext, 'param' | 'query' | 'field' | 'fields'> => ({
  param: (name) => one(request.params, name),
  query: (name) => one(request.query, name),
  field: (name) => one(request.body, name),
  fields: (name) => all(request.body, name),
});

const all = (source: unknown, name: string): string[] => {
  const value = (source as Record<string, unknown> | undefined)?.[name];
  return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');
};

const one = (source: unknown, name: string): string => {
  const values = all(source, name);
  return values.length === 1 ? (values[0] ?? '') : '';
};
