import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGuardedServer } from '@whisper-bot/runtime/http';
import type { Inbox } from '@whisper-bot/store/telegram';
import type { Update } from 'grammy/types';
import { z } from 'zod';
import type { BotLog } from '../log.js';
import { inboxUpdate } from './update.js';

export interface WebhookDeps {
  inbox: Pick<Inbox, 'put'>;
  /** What Telegram sends in `X-Telegram-Bot-Api-Secret-Token`. */
  secret: string;
  host: string;
  /** 0: any free one. */
  port: number;
  log: BotLog;
  onStored(): void;
}

export interface Webhook {
  readonly port: number;
  close(): Promise<void>;
}

/** Bytes; Telegram's updates are far smaller. */
const largestBody = 1_000_000;
const updateSchema = z.looseObject({ update_id: z.number().int() });

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const readBody = async (request: IncomingMessage): Promise<string | null> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/**
 * Takes updates by HTTP: 200 only when they are stored, so that Telegram sends them again otherwise. TLS is the
 * business of a proxy in front.
 */
export const startWebhook = async (deps: WebhookDeps): Promise<Webhook> => {
  const expected = digest(deps.secret);

  const take = async (request: IncomingMessage): Promise<number> => {
    if (request.method !== 'POST') return 405;
    const given = request.headers['x-telegram-bot-api-secret-token'];
    if (typeof given !== 'string' || !timingSafeEqual(digest(given), expected)) return 401;
    const body = await readBody(request);
    if (body === null) return 413;
    let json: unknown;
    try {
      json = JSON.parse(body);
    } catch {
      return 400;
    }
    const parsed = updateSchema.safeParse(json);
    if (!parsed.success) return 400;
    try {
      await deps.inbox.put([inboxUpdate(parsed.data as Update)]);
    } catch (error) {
      deps.log.error({ err: error }, 'inbox unavailable: intake paused');
      return 503;
    }
    deps.onStored();
    return 200;
  };

  const server = createGuardedServer(
    async (request, response) => {
      const status = await take(request);
      response.writeHead(status, { connection: status === 413 ? 'close' : 'keep-alive' }).end();
    },
    { onError: (err) => deps.log.warn({ err }, 'webhook request failed') },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(deps.port, deps.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
};
