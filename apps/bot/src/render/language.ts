import { ownNameOf } from '@whisper-bot/text';
import type { Words } from '../locale/locale.js';

/** Languages Whisper was trained on (openai/whisper, tokenizer.py, LANGUAGES), those most spoken on Telegram first. */
export const recordingLanguages = (
  'en ru uk es pt de fr it tr ar fa hi id uz kk zh ja ko ' +
  'pl nl cs sk ro hu bg sr hr sl el he az hy ka be lt lv et fi sv no da is ca gl eu ' +
  'vi th ms tl bn ur ta te mr gu kn ml pa ne si my km lo mn tg tk tt ' +
  'af sq am as ba bo br bs cy fo ha haw ht jw la lb ln mg mi mk mt nn oc ps sa sd sn so su sw yi yo yue'
).split(' ');

/** A language in its own words: "Русский", "Deutsch". */
export const languageName = (code: string, words: Words): string =>
  code === 'auto' ? words.text('value-auto') : ownNameOf(code);
