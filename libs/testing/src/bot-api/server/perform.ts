import type { Fault } from '../fault/schedule.js';
import type { Call } from '../method/call.js';
import { text } from '../method/call.js';
import { findMethod, methods } from '../method/catalogue.js';
import { chatById } from '../method/target.js';
import type { RequestBody } from './body.js';
import type { Outcome } from './journal.js';
import { badRequest, Refusal, tooManyRequests } from './refusal.js';
import type { World } from './world.js';

/**
 * Runs one method under flood control and turns what happens into an outcome.
 * A planned fault that replaces the answer takes effect here; those of the connection are the caller's.
 */
export async function perform(
  world: World,
  name: string,
  request: { body: RequestBody; signal: AbortSignal; fault?: Fault | undefined },
): Promise<Outcome> {
  const call: Call = { world, body: request.body, signal: request.signal };
  try {
    refuseByFault(request.fault);
    const method = findMethod(name);
    if (!method) throw new Refusal(404, 'Not Found: method not found');
    admit(call, method);
    const result = await (methods[method] as (call: Call) => unknown)(call);
    return { kind: 'ok', result };
  } catch (error) {
    if (!(error instanceof Refusal)) return { kind: 'broken', cause: String((error as Error).stack ?? error) };
    if (error.detail.limit)
      world.violate(error.detail.limit, `${name} in ${text(call, 'chat_id') ?? 'no chat'}: ${error.description}`);
    return {
      kind: 'refused',
      code: error.errorCode,
      description: error.description,
      ...(error.detail.parameters && { parameters: error.detail.parameters }),
    };
  }
}

function admit(call: Call, method: string): void {
  const named = text(call, 'chat_id');
  if (named === undefined) return;
  const chat = chatById(call.world, named)?.chat;
  const group = chat?.type === 'group' || chat?.type === 'supergroup';
  // One chat has one allowance, whether it is called by number or by name.
  call.world.flood.admit({ method, chatId: String(chat?.id ?? named), group });
}

function refuseByFault(fault: Fault | undefined): void {
  switch (fault?.kind) {
    case 'flood':
      throw tooManyRequests(fault.retryAfter);
    case 'message-gone':
      throw badRequest('message to edit not found');
    case 'refuse':
      throw new Refusal(fault.code, fault.description);
    default:
  }
}

/** Parameters for the journal, uploads by name and size. */
export function summarize(body: RequestBody): Record<string, unknown> {
  const uploads = [...body.uploads].map(([name, upload]) => [name, `<${upload.name}, ${upload.bytes.length} bytes>`]);
  return { ...body.fields, ...Object.fromEntries(uploads) };
}
