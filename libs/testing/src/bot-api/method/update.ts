import type { Update } from 'grammy/types';
import { badRequest, conflict } from '../server/refusal.js';
import type { UpdateKind } from '../server/update-queue.js';
import { startWebhook, stopWebhook } from '../server/webhook.js';
import type { World } from '../server/world.js';
import { type Call, flag, type Handler, integer, json, text } from './call.js';

const longestPoll = 50;

/** Long polling. A second poller ends the first, which hears about it with 409. */
export const getUpdates: Handler<'getUpdates'> = async (call) => {
  const { world } = call;
  if (world.webhook) {
    throw conflict(
      "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
  }
  world.poll?.abort();
  readAllowed(call);
  world.updates.confirm(integer(call, 'offset') ?? 0);
  const limit = Math.min(Math.max(integer(call, 'limit') ?? 100, 1), 100);
  const seconds = Math.min(Math.max(integer(call, 'timeout') ?? 0, 0), longestPoll);
  const own = new AbortController();
  world.poll = own;
  try {
    await waitForUpdates(world, AbortSignal.any([own.signal, call.signal]), seconds * 1000);
  } finally {
    if (world.poll === own) world.poll = undefined;
  }
  if (own.signal.aborted) {
    throw conflict(
      'terminated by other getUpdates request; make sure that only one bot instance is running',
      'second-poller',
    );
  }
  // A copy without references: what people do to their messages later must not change what was sent.
  return structuredClone(world.updates.pending().slice(0, limit)) as Update[];
};

function waitForUpdates(world: World, signal: AbortSignal, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stop();
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const look = () => {
      if (world.updates.pending().length > 0) done();
    };
    const timer = setTimeout(done, timeoutMs);
    const stop = world.updates.change.subscribe(look);
    signal.addEventListener('abort', done);
    if (signal.aborted || timeoutMs === 0) done();
    else look();
  });
}

/** Sets a webhook. Unlike Telegram, http is taken too: everything here is on loopback. */
export const setWebhook: Handler<'setWebhook'> = (call) => {
  const { world } = call;
  const url = text(call, 'url') ?? '';
  const secret = text(call, 'secret_token');
  if (secret && !/^[A-Za-z0-9_-]{1,256}$/.test(secret)) throw badRequest('secret token contains unallowed characters');
  if (url && !URL.canParse(url)) throw badRequest('bad webhook: invalid webhook URL specified');
  readAllowed(call);
  stopWebhook(world);
  if (flag(call, 'drop_pending_updates')) world.updates.clear();
  if (!url) return true;
  world.poll?.abort();
  startWebhook(world, {
    url,
    secret,
    maxConnections: Math.min(Math.max(integer(call, 'max_connections') ?? 40, 1), 100),
  });
  return true;
};

/** Goes back to long polling. */
export const deleteWebhook: Handler<'deleteWebhook'> = (call) => {
  stopWebhook(call.world);
  if (flag(call, 'drop_pending_updates')) call.world.updates.clear();
  return true;
};

/** Says how the webhook fares. */
export const getWebhookInfo: Handler<'getWebhookInfo'> = ({ world }) => ({
  url: world.webhook?.url ?? '',
  has_custom_certificate: false,
  pending_update_count: world.updates.pending().length,
  ...(world.webhook && { max_connections: world.webhook.maxConnections }),
  ...world.webhook?.lastError,
  ...(world.updates.allowed?.length && { allowed_updates: [...world.updates.allowed] }),
});

function readAllowed(call: Call): void {
  const value = json(call, 'allowed_updates', 'allowed updates');
  if (value === undefined) return;
  if (!Array.isArray(value)) throw badRequest("can't parse allowed updates: expected an Array of String");
  call.world.updates.allowed = value as UpdateKind[];
}
