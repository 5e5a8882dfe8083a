import { ownPath } from '../http/answer.js';
import { setCookie } from '../http/cookie.js';
import { isTheme, localeCookie, themeCookie } from '../http/receive.js';
import type { Handler } from '../http/visit.js';
import { isLocale } from '../locale/locale.js';

const year = 365 * 24 * 3600;

/** Keeps language and theme in this browser; both are also wanted before signing in. */
export const takePreferences: Handler = async (visit) => {
  const theme = visit.field('theme');
  const locale = visit.field('locale');
  if (isTheme(theme)) setCookie(visit, themeCookie, theme, year);
  if (isLocale(locale)) setCookie(visit, localeCookie, locale, year);
  return { kind: 'redirect', to: ownPath(visit.field('back')) };
};
