import { z } from 'zod';
import { type ApiHandler, noSuchKey } from './call.js';
import { showSecret } from './webhook/signature.js';

export const secretSchema = z.object({
  object: z.literal('webhook_secret'),
  secret: z.string().describe('`whsec_…`, as libraries for Standard Webhooks take it'),
});

/** `GET /v1/webhook_secret`: what this key's webhooks are signed with. */
export const showWebhookSecret: ApiHandler<'keys'> = async ({ deps, key }) => {
  const secret = await deps.keys.signingSecret(key.id);
  if (secret === null) throw noSuchKey();
  return { kind: 'json', body: { object: 'webhook_secret', secret: showSecret(secret) } };
};
