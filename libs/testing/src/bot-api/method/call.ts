import type { ApiMethods, MessageEntity } from 'grammy/types';
import { z } from 'zod';
import type { RequestBody } from '../server/body.js';
import { badRequest } from '../server/refusal.js';
import type { World } from '../server/world.js';

/** One call of a method: its parameters, and what it may touch. */
export interface Call {
  readonly world: World;
  readonly body: RequestBody;
  /** Aborted when the bot closes the connection. */
  readonly signal: AbortSignal;
}

export type MethodName = keyof ApiMethods;

/** Implements a method; its result is held against grammY's types. */
export type Handler<M extends MethodName> = (call: Call) => Answer<M> | Promise<Answer<M>>;

type Answer<M extends MethodName> = ReturnType<ApiMethods[M]>;

export type MethodTable = { readonly [M in MethodName]?: Handler<M> };

/** A text parameter; numbers and booleans are taken as their text. Undefined when absent. */
export function text(call: Call, name: string): string | undefined {
  const value = call.body.fields[name];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A whole number, or undefined when absent or not one: Telegram does not complain either. */
export function integer(call: Call, name: string): number | undefined {
  const value = text(call, name)?.trim();
  return value !== undefined && /^-?\d{1,16}$/.test(value) ? Number(value) : undefined;
}

/** `true`, `True`, `1`, `yes` are true, all else is false. */
export function flag(call: Call, name: string): boolean {
  return /^(true|1|yes)$/i.test(text(call, name)?.trim() ?? '');
}

/**
 * A parameter that is JSON, also when it came as text.
 * @throws Refusal 400 naming the parameter
 */
export function json(call: Call, name: string, what: string): unknown {
  const value = call.body.fields[name];
  if (typeof value !== 'string') return value ?? undefined;
  if (value === '') return undefined;
  try {
    return JSON.parse(value);
  } catch {
    throw badRequest(`can't parse ${what} JSON object`);
  }
}

const entityList = z.array(z.looseObject({ type: z.string(), offset: z.int(), length: z.int() }));

/** `entities` or `caption_entities`. */
export function entityParameter(call: Call, name: string): MessageEntity[] | undefined {
  const value = json(call, name, 'entities');
  if (value === undefined) return undefined;
  const parsed = entityList.safeParse(value);
  if (!parsed.success) throw badRequest("can't parse entities: expected an Array of MessageEntity");
  return parsed.data as unknown as MessageEntity[];
}
