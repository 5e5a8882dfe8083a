import { ownPath } from '../../web/answer.js';
import { setCookie } from '../../web/cookie.js';
import type { Handler } from '../../web/request-context.js';
import { isLocale } from '../locale/locale.js';
import { isTheme, localeCookie, themeCookie } from '../page-context.js';

const year = 365 * 24 * 3600;

/** Keeps language and theme in this browser; both are also wanted before signing in. */
export const takePreferences: Handler = async (context) => {
  const theme = context.field('theme');
  const locale = context.field('locale');
  if (isTheme(theme)) setCookie(context, themeCookie, theme, year);
  if (isLocale(locale)) setCookie(context, localeCookie, locale, year);
  return { kind: 'redirect', to: ownPath(context.field('back')) };
};
