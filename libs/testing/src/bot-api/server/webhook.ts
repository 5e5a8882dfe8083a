import { setTimeout } from 'node:timers/promises';
import type { Update } from 'grammy/types';
import type { Webhook, World } from './world.js';

type Performer = (method: string, fields: Record<string, unknown>) => void;
const performers = new WeakMap<World, Performer>();

/** Names the function that runs a method a webhook's answer asks for; set once by the server. */
export function onWebhookAnswer(world: World, perform: Performer): void {
  performers.set(world, perform);
}

/** Begins to POST every update to the URL until it is taken or the webhook goes. */
export function startWebhook(
  world: World,
  { url, secret, maxConnections }: { url: string; secret: string | undefined; maxConnections: number },
): void {
  const inFlight = new Set<number>();
  const ended = new AbortController();
  const webhook: Webhook = {
    url,
    maxConnections,
    stop() {
      ended.abort();
      unsubscribe();
    },
  };
  const deliver = async (update: Update): Promise<void> => {
    for (let attempt = 0; !ended.signal.aborted; attempt += 1) {
      const problem = await post(update).catch((error: Error) => connectionProblem(error));
      if (problem === undefined) break;
      if (ended.signal.aborted) return;
      webhook.lastError = { last_error_date: Math.floor(world.clock.now() / 1000), last_error_message: problem };
      await pause(world.webhookRetryMs * 2 ** Math.min(attempt, 6), ended.signal);
    }
    if (ended.signal.aborted) return;
    inFlight.delete(update.update_id);
    world.updates.remove(update.update_id);
  };
  /** Undefined when the update was taken, else what is wrong with the answer. */
  const post = async (update: Update): Promise<string | undefined> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(secret && { 'x-telegram-bot-api-secret-token': secret }),
      },
      body: JSON.stringify(update),
      signal: AbortSignal.any([ended.signal, AbortSignal.timeout(60_000)]),
    });
    const body = await response.text();
    if (!response.ok) return `Wrong response from the webhook: ${response.status} ${response.statusText}`;
    answerInline(world, body);
    return undefined;
  };
  const pump = () => {
    for (const update of world.updates.pending()) {
      if (inFlight.size >= maxConnections) return;
      if (inFlight.has(update.update_id)) continue;
      inFlight.add(update.update_id);
      void deliver(structuredClone(update)).then(pump);
    }
  };
  const unsubscribe = world.updates.change.subscribe(pump);
  world.webhook = webhook;
  pump();
}

/** Ends delivery by webhook. What was not taken stays for the next way of delivery. */
export function stopWebhook(world: World): void {
  world.webhook?.stop();
  world.webhook = undefined;
}

function answerInline(world: World, body: string): void {
  if (!body.startsWith('{')) return;
  try {
    const { method, ...fields } = JSON.parse(body) as Record<string, unknown>;
    if (typeof method === 'string') performers.get(world)?.(method, fields);
  } catch {
    // A webhook may answer anything; what is no JSON asks for nothing.
  }
}

function connectionProblem(error: Error): string {
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return cause?.code === 'ECONNREFUSED' ? 'Connection refused' : (cause?.message ?? error.message);
}

/** Waits, or returns at once when the webhook goes. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
