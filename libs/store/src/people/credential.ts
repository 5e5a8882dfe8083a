import { z } from 'zod';

/** The name of an account: 2 to 60 letters, digits, `.`, `-`, `_` or `@`, the first a letter or digit. */
export const accountNameSchema = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._@-]{1,59}$/u);

/** NIST SP 800-63B asks for length instead of kinds of letters. */
export const passwordSchema = z.string().min(12).max(200);
