import { accountNameSchema, passwordSchema } from '@whisper-bot/store';
import type { Words } from '../locale/locale.js';

/** The sentence about what is wrong with a name, or null. */
export const nameFault = (name: string, words: Words): string | null =>
  accountNameSchema.safeParse(name).success ? null : words.password.name;

/** The sentence about what is wrong with a new password, or null. */
export const passwordFault = (password: string, again: string, words: Words): string | null => {
  if (!passwordSchema.safeParse(password).success) return words.password.short;
  return password === again ? null : words.password.differ;
};
