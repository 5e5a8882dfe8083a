/** Text from outside that every store, queue and child process takes. */

/**
 * Without U+0000, which PostgreSQL refuses, and with U+FFFD for each half of a surrogate pair, which no UTF-8 decoder of ours
 * reads: text that came from a person, a file or a network and that no one is there to correct.
 */
export const cleanText = (text: string): string => text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\ufffd');

/** Whether `cleanText` would leave it as it is. */
export const isCleanText = (text: string): boolean => !/\0|\p{Surrogate}/u.test(text);

/** The beginning of a text: at most `length` UTF-16 units, as `String.length` and our schemas count, and no half characters. */
export const cutText = (text: string, length: number): string => {
  if (text.length <= length) return text;
  return text.slice(0, /[\ud800-\udbff]$/.test(text.slice(0, length)) ? length - 1 : length);
};
