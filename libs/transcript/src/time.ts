/** Whole milliseconds, so that 59.9996 s becomes 60,000 and carries into the minute. */
export const milliseconds = (seconds: number): number => Math.max(0, Math.round(seconds * 1000));

/** Rounded to milliseconds, for JSON. */
export const roundSeconds = (seconds: number): number => milliseconds(seconds) / 1000;

/** `HH:MM:SS,mmm`; the hours grow past 99. `mark` stands before the milliseconds: a comma in SRT, a dot in WebVTT. */
export const timestamp = (ms: number, mark: ',' | '.'): string => {
  const pad = (value: number, width: number): string => String(value).padStart(width, '0');
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = Math.floor(ms / 1000) % 60;
  return `${pad(hours, 2)}:${pad(minutes, 2)}:${pad(seconds, 2)}${mark}${pad(ms % 1000, 3)}`;
};

/** `MM:SS`, or `H:MM:SS` from an hour on: for reading. Rounded down, so that a player sent there misses no word. */
export const clock = (seconds: number): string => {
  const whole = Math.floor(milliseconds(seconds) / 1000);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const rest = `${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
};
