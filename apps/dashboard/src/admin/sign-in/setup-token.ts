import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AccountRepository } from '@whisper-bot/store';

/**
 * The one-time link to the first administrator: valid in this process, while there is no account, and only where accounts
 * with a password may sign in.
 */
export interface SetupToken {
  /** The secret for the link; null where there is an account already, or where it would be of no use. */
  issue(): Promise<string | null>;
  /** Whether the secret opens the door now. */
  fits(secret: string): Promise<boolean>;
  /** After the account is made. */
  spend(): void;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export const createSetupToken = (accounts: Pick<AccountRepository, 'list'>, enabled: boolean): SetupToken => {
  let expected: Buffer | null = null;
  return {
    issue: async () => {
      if (!enabled || (await accounts.list()).length > 0) return null;
      const secret = randomBytes(24).toString('base64url');
      expected = digest(secret);
      return secret;
    },
    fits: async (secret) => {
      if (expected === null || !timingSafeEqual(expected, digest(secret))) return false;
      return (await accounts.list()).length === 0;
    },
    spend: () => {
      expected = null;
    },
  };
};
