import { createHash } from 'node:crypto';
import { accountNameSchema, type Role } from '@whisper-bot/store';
import { cutText } from '@whisper-bot/task';

/** What a provider says about a user. */
export type Claims = Readonly<Record<string, unknown>>;

export interface RoleRule {
  /** Name of the claim, or a path into it with dots between. */
  claim: string;
  /** The values that stand for each role. */
  values: Readonly<Record<Role, readonly string[]>>;
}

/** The highest role a user's claims stand for; null where they stand for none. */
export const roleOf = (claims: Claims, { claim, values }: RoleRule): Role | null => {
  const held = claim === 'email' ? [verifiedEmail(claims)] : textsOf(claimAt(claims, claim));
  const highestFirst = ['administrator', 'operator', 'viewer'] as const;
  return highestFirst.find((role) => values[role].some((value) => held.includes(value))) ?? null;
};

/** An address counts only where the provider has seen that it is theirs; lower case. */
const verifiedEmail = ({ email, email_verified: verified }: Claims): string | null =>
  typeof email === 'string' && (verified === true || verified === 'true') ? email.toLowerCase() : null;

/** Whether the verified address belongs to one of the domains; without domains everyone's does. */
export const isOfDomain = (claims: Claims, domains: readonly string[]): boolean => {
  if (domains.length === 0) return true;
  const domain = verifiedEmail(claims)?.split('@').at(-1);
  return domain !== undefined && domains.some((each) => each.toLowerCase() === domain);
};

/** A name for a new account: what people call themselves there, as far as our names allow; it identifies no one. */
export const nameOf = (claims: Claims): string => {
  const wished = [claims.preferred_username, verifiedEmail(claims), claims.nickname, claims.name];
  for (const wish of wished) {
    if (typeof wish !== 'string') continue;
    const plain = wish
      .normalize('NFKC')
      .trim()
      .replace(/[^\p{L}\p{N}._@-]+/gu, '-')
      .replace(/^[^\p{L}\p{N}]+/u, '');
    const name = cutText(plain, 60);
    if (accountNameSchema.safeParse(name).success) return name;
  }
  const digest = createHash('sha256').update(String(claims.sub)).digest('hex');
  return `person-${digest.slice(0, 8)}`;
};

/** Names with dots in them (some are addresses) come before paths. */
const claimAt = (claims: Claims, path: string): unknown => {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path.split('.').reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), claims);
};

/** One text, a list of them, or, as some providers send roles, the keys of an object. */
const textsOf = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value;
  return isRecord(value) ? Object.keys(value) : [value];
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
