/** Languages written without spaces between words (ISO codes as Whisper has them). */
const unspaced: ReadonlySet<string> = new Set(['zh', 'yue', 'ja', 'th', 'lo', 'km', 'my', 'bo']);

const unspacedLetters =
  '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}\\p{Script=Tibetan}\\u3000-\\u303f\\uff00-\\uff65]';
const endsUnspaced = new RegExp(`${unspacedLetters}$`, 'u');
const startsUnspaced = new RegExp(`^${unspacedLetters}`, 'u');

/** Languages written from right to left. */
const rightToLeft: ReadonlySet<string> = new Set(['ar', 'he', 'fa', 'ur', 'yi', 'ps', 'sd']);

/** Whether the language writes no space between words. */
export const isUnspaced = (language: string): boolean => unspaced.has(language);

/** Whether the language is written from right to left. */
export const isRightToLeft = (language: string): boolean => rightToLeft.has(language);

/** Whether a space belongs between two texts whose own spacing is unknown, judged by the letters that meet. */
export const spaceBetween = (left: string, right: string): boolean =>
  !(endsUnspaced.test(left) && startsUnspaced.test(right));
