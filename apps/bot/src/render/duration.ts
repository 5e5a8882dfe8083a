import type { Words } from '../locale/locale.js';

/** Seconds as a person says them: "40 s", "3 min", "1 h 5 min". Rounded up: a wait is never longer than announced. */
export const spokenDuration = (seconds: number, words: Words): string => {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole < 60) return words.text('duration-seconds', { seconds: whole });
  const minutes = Math.ceil(whole / 60);
  if (minutes < 60) return words.text('duration-minutes', { minutes });
  const rest = minutes % 60;
  return rest === 0
    ? words.text('duration-hours', { hours: minutes / 60 })
    : words.text('duration-hours-minutes', { hours: Math.floor(minutes / 60), minutes: rest });
};

/** Bytes as a person says them, in the decimal units Telegram's own limits use: "20 MB", "2 GB". */
export const spokenSize = (bytes: number, words: Words): string => {
  const format = (value: number) => String(Math.round(value * 10) / 10);
  if (bytes >= 1e9) return words.text('size-gigabytes', { size: format(bytes / 1e9) });
  if (bytes >= 1e6) return words.text('size-megabytes', { size: format(bytes / 1e6) });
  return words.text('size-kilobytes', { size: format(Math.max(bytes, 100) / 1e3) });
};
