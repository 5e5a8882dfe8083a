import { createHmac } from 'node:crypto';

/** A signing secret as Standard Webhooks write it. */
export const showSecret = (secret: Buffer): string => `whsec_${secret.toString('base64')}`;

/**
 * The headers of Standard Webhooks (standardwebhooks.com, specification 1.0): HMAC-SHA256 over id, time and body.
 * @param seconds Unix time of this attempt
 */
export const signatureHeaders = (
  secret: Buffer,
  { id, seconds, body }: { id: string; seconds: number; body: string },
): Record<string, string> => ({
  'webhook-id': id,
  'webhook-timestamp': String(seconds),
  'webhook-signature': `v1,${createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64')}`,
});
