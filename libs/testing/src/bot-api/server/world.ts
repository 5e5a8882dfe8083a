import type { BotCommand, Chat, User, UserFromGetMe } from 'grammy/types';
import { createFaults, type Faults } from '../fault/schedule.js';
import { createFlood, type Flood, type FloodLimits, telegramFlood } from '../limit/flood.js';
import { createViolations, type ViolationReport } from '../limit/violation.js';
import { type ChatState, createChatState } from './chat-state.js';
import { type Clock, scaledClock } from './clock.js';
import { createJournal } from './journal.js';
import type { Limit } from './refusal.js';
import { createShelf, type Shelf } from './shelf.js';
import { createUpdateQueue, type UpdateQueue } from './update-queue.js';

/** How the server behaves; everything has a default. */
export interface BotApiOptions {
  /** `digits:letters`, as BotFather gives it. */
  token?: string;
  /** Port on 127.0.0.1; default any free one. */
  port?: number;
  /** Overrides fields of what `getMe` answers. Set `can_read_all_group_messages` to switch privacy mode off. */
  bot?: Partial<UserFromGetMe>;
  /** Flood control: `enforce` (default), `count` (only reported) or `off`. */
  flood?: 'enforce' | 'count' | 'off';
  /** Other rates than Telegram's. */
  floodLimits?: Partial<FloodLimits>;
  /** How many times faster than real time the server lives, dates of messages included; default 1. Ignored when `clock` is given. */
  timeScale?: number;
  clock?: Clock;
  /** Behaves like a local Bot API server (`--local`): absolute paths below `directory`, files up to 2,000 MiB. */
  local?: { directory: string };
  /** Seed of everything random; default 1. */
  seed?: number;
  /** Server time in milliseconds within which a callback query can be answered; default 15 s (Telegram documents none). */
  callbackLifetimeMs?: number;
  /** Real milliseconds before the first repetition of a failed webhook delivery, doubled up to 64 times; default 500. */
  webhookRetryMs?: number;
}

/** A callback query that was asked. */
export interface Callback {
  readonly at: number;
  answer?: { text?: string; alert: boolean; url?: string };
  readonly chat: ChatState;
}

/** A webhook that is set. */
export interface Webhook {
  readonly url: string;
  readonly maxConnections: number;
  lastError?: { readonly last_error_date: number; readonly last_error_message: string };
  stop(): void;
}

/** Everything the server knows. */
export interface World {
  readonly token: string;
  readonly bot: UserFromGetMe;
  readonly local: { readonly directory: string } | undefined;
  readonly callbackLifetimeMs: number;
  readonly webhookRetryMs: number;
  readonly clock: Clock;
  readonly users: Map<number, User>;
  readonly chats: Map<number, ChatState>;
  readonly shelf: Shelf;
  readonly updates: UpdateQueue;
  readonly callbacks: Map<string, Callback>;
  readonly commands: Map<string, BotCommand[]>;
  /** Name, description and short description, by kind and language. */
  readonly profile: Map<string, string>;
  readonly faults: Faults;
  readonly flood: Flood;
  readonly violations: ViolationReport;
  readonly journal: ReturnType<typeof createJournal>;
  violate(limit: Limit, detail: string): void;
  /** Set while a webhook is. */
  webhook: Webhook | undefined;
  /** The long poll that waits now. */
  poll: AbortController | undefined;
  nextCallback: number;
  nextAlbum: number;
}

/** Creates a world with a bot and no people. */
export function createWorld(options: BotApiOptions): World {
  const token = options.token ?? '123456789:AAE-loopback-token-for-tests-0000000';
  const clock = options.clock ?? scaledClock(options.timeScale);
  const violations = createViolations(() => clock.now());
  return {
    token,
    bot: { ...defaultBot(Number.parseInt(token, 10)), ...options.bot },
    local: options.local,
    callbackLifetimeMs: options.callbackLifetimeMs ?? 15_000,
    webhookRetryMs: options.webhookRetryMs ?? 500,
    clock,
    users: new Map(),
    chats: new Map(),
    shelf: createShelf(options.local && { ...options.local, token }),
    updates: createUpdateQueue(),
    callbacks: new Map(),
    commands: new Map(),
    profile: new Map(),
    faults: createFaults(options.seed ?? 1),
    flood: createFlood({
      clock,
      limits: { ...telegramFlood, ...options.floodLimits },
      mode: options.flood ?? 'enforce',
      report: violations.add,
    }),
    violations: violations.report,
    journal: createJournal(() => clock.now()),
    violate: violations.add,
    webhook: undefined,
    poll: undefined,
    nextCallback: 1,
    nextAlbum: 1,
  };
}

function defaultBot(id: number): UserFromGetMe {
  return {
    id,
    is_bot: true,
    first_name: 'Whisper',
    username: 'whisper_loopback_bot',
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
    can_manage_bots: false,
    supports_join_request_queries: false,
  };
}

/** The chat with this description, created when it is new. */
export function ensureChat(world: World, chat: Chat): ChatState {
  const known = world.chats.get(chat.id);
  if (known) return known;
  const state = createChatState(chat);
  world.chats.set(chat.id, state);
  return state;
}

/** Server time in whole seconds, as Telegram dates messages. */
export function unixTime(world: World): number {
  return Math.floor(world.clock.now() / 1000);
}
