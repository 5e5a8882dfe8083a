import { isLocale, type Locale } from '@whisper-bot/text';
import type { Request, Response } from 'express';
import { readCookies } from '../web/cookie.js';
import { type Handler, type RequestContext, readValues } from '../web/request-context.js';
import { findSignedIn, type SessionDeps } from '../web/session/session.js';
import type { AdminDeps } from './deps.js';
import { acceptedLocale, type Words, wordsOf } from './locale/locale.js';

export type Theme = 'auto' | 'light' | 'dark';

/** A request with the language and the appearance of its answer. */
export interface PageContext<Deps = unknown> extends RequestContext<Deps> {
  locale: Locale;
  words: Words;
  theme: Theme;
}

/** A request whose handler works with these parts of the dashboard. */
export type AdminContext<Parts extends keyof AdminDeps> = PageContext<Pick<AdminDeps, Parts>>;
export type AdminHandler<Parts extends keyof AdminDeps = never> = Handler<AdminContext<Parts>>;

/** Names of the cookies that keep what a browser prefers. */
export const themeCookie = 'whisper_theme';
export const localeCookie = 'whisper_locale';

/** Opens a request: who it is, in which language, in which theme. */
export const openPageContext = async <Deps extends Pick<SessionDeps, 'sessions'>>(
  deps: Deps,
  request: Request,
  response: Response,
): Promise<PageContext<Deps>> => {
  const cookies = readCookies(request.headers.cookie);
  const chosen = cookies[localeCookie] ?? '';
  const locale = isLocale(chosen) ? chosen : acceptedLocale(request.headers['accept-language'] ?? '');
  const theme = cookies[themeCookie];
  return {
    deps,
    request,
    response,
    signedIn: await findSignedIn(deps, request, cookies),
    locale,
    words: wordsOf(locale),
    theme: isTheme(theme) ? theme : 'auto',
    ...readValues(request),
  };
};

export const isTheme = (text: string | undefined): text is Theme =>
  text === 'auto' || text === 'light' || text === 'dark';

/** The form to sign in, from which the visitor comes back; null for what asks in the background or wants no page. */
export const signInAddress = ({ request }: PageContext): string | null =>
  !['GET', 'HEAD'].includes(request.method) || !request.accepts('html') || request.path.startsWith('/board/api')
    ? null
    : `/sign-in?back=${encodeURIComponent(request.originalUrl)}`;
