import type { Request, Response } from 'express';
import type { DashboardDeps } from '../deps.js';
import { readCookies } from '../web/cookie.js';
import type { RequestContext, Theme } from '../web/request-context.js';
import { findPerson } from '../web/session/session.js';
import { acceptedLocale, isLocale, wordsOf } from './locale/locale.js';

/** Names of the cookies that keep what a browser prefers. */
export const themeCookie = 'whisper_theme';
export const localeCookie = 'whisper_locale';

/** Makes a visit of a request: who it is, in which language, in which theme. */
export const receive = async (deps: DashboardDeps, request: Request, response: Response): Promise<RequestContext> => {
  const cookies = readCookies(request.headers.cookie);
  const chosen = cookies.get(localeCookie) ?? '';
  const locale = isLocale(chosen) ? chosen : acceptedLocale(request.headers['accept-language'] ?? '');
  const theme = cookies.get(themeCookie);
  const all = (source: unknown, name: string): string[] => {
    const value = (source as Record<string, unknown> | undefined)?.[name];
    return (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');
  };
  const one = (source: unknown, name: string): string => {
    const values = all(source, name);
    return values.length === 1 ? (values[0] ?? '') : '';
  };
  return {
    deps,
    request,
    response,
    person: await findPerson(deps, request, cookies),
    locale,
    words: wordsOf(locale),
    theme: isTheme(theme) ? theme : 'auto',
    param: (name) => one(request.params, name),
    query: (name) => one(request.query, name),
    field: (name) => one(request.body, name),
    fields: (name) => all(request.body, name),
  };
};

export const isTheme = (text: string | undefined): text is Theme =>
  text === 'auto' || text === 'light' || text === 'dark';
