/** What an account may do; each may all that those before it may. */
export const roles = ['viewer', 'operator', 'administrator'] as const;
export type Role = (typeof roles)[number];

export const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text);

/** Whether a role includes what is asked for. */
export const atLeast = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);

/** The account that is signed in, and its session. */
export interface SignedIn {
  /** Of the account. */
  id: string;
  name: string;
  role: Role;
  /** The identity provider that vouches for it; null for an account with a password. */
  issuer: string | null;
  /** Of the session, as the database knows it. */
  session: string;
  /** The session's secret for forms. */
  csrf: string;
}
