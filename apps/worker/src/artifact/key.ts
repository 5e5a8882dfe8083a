import { createHash } from 'node:crypto';

/** A short name for what an artifact depends on, so that a revision reuses exactly what stays valid. */
export const keyOf = (...parts: readonly (string | boolean | object)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
