import { isLocale } from '@whisper-bot/text';
import { ownPath } from '../../web/answer.js';
import { setCookie } from '../../web/cookie.js';
import { type AdminHandler, isTheme, localeCookie, themeCookie } from '../page-context.js';

const year = 365 * 24 * 3600;

/** Keeps language and theme in this browser; both are also wanted before signing in. */
export const takePreferences: AdminHandler = async (context) => {
  const theme = context.field('theme');
  const locale = context.field('locale');
  if (isTheme(theme)) setCookie(context, themeCookie, theme, year);
  if (isLocale(locale)) setCookie(context, localeCookie, locale, year);
  return { kind: 'redirect', to: ownPath(context.field('back')) };
};
