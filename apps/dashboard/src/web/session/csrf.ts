import { randomBytes, timingSafeEqual } from 'node:crypto';

const xor = (one: Buffer, other: Buffer): Buffer => Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));

/**
 * The session's secret as it stands in forms, another text each time: in compressed pages one that stays the same could be
 * guessed from their lengths (BREACH).
 */
export const maskSecret = (secret: string): string => {
  const plain = Buffer.from(secret);
  const pad = randomBytes(plain.length);
  return Buffer.concat([pad, xor(plain, pad)]).toString('base64url');
};

/** Whether a form's text stands for the secret. */
export const isMaskOf = (given: string, secret: string): boolean => {
  const plain = Buffer.from(secret);
  const bytes = Buffer.from(given, 'base64url');
  if (bytes.length !== 2 * plain.length) return false;
  return timingSafeEqual(xor(bytes.subarray(plain.length), bytes.subarray(0, plain.length)), plain);
};
