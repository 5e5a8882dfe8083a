import { ownPath } from '../http/answer.js';
import { setCookie } from '../http/cookie.js';
import { isTheme, localeCookie, themeCookie } from '../http/receive.js';
import type { Handler } from '../http/request-context.js';
import { isLocale } from '../locale/locale.js';

const year = 365 * 24 * 3600;

/** Keeps language and theme in this browser; both are also wanted before signing in. */
export const takePreferences: Handler = async (context) => {
  const theme = context.field('theme');
  const locale = context.field('locale');
  if (isTheme(theme)) setCookie(context, themeCookie, theme, year);
  if (isLocale(locale)) setCookie(context, localeCookie, locale, year);
  return { kind: 'redirect', to: ownPath(context.field('back')) };
};
