import { z } from 'zod';
import type { Words } from '../locale/locale.js';

const nameSchema = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._@-]{1,59}$/u);
/** NIST SP 800-63B asks for length instead of kinds of letters. */
const shortestPassword = 12;
const longestPassword = 200;

/** The sentence about what is wrong with a name, or null. */
export const nameFault = (name: string, words: Words): string | null =>
  nameSchema.safeParse(name).success ? null : words.password.name;

/** The sentence about what is wrong with a new password, or null. */
export const passwordFault = (password: string, again: string, words: Words): string | null => {
  if (password.length < shortestPassword || password.length > longestPassword) return words.password.short;
  return password === again ? null : words.password.differ;
};
