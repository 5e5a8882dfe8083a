import {
  createInbox,
  createOutboxRepository,
  createRequestStore,
  createUserRepository,
  type Inbox,
  type OutboxRepository,
  type TelegramDatabase,
} from '@whisper-bot/store/telegram';
import { z } from 'zod';
import { type Limits, limitSchema } from '../limit/policy.js';
import { preferenceSchema } from '../render/preference.js';
import type { BotLog } from '../telegram/log.js';
import type { LimitRepository, Preferences, SpokenBy, UsageRepository } from './repository.js';
import { type Request, type Requests, requestSchema } from './request.js';

/** What the bot keeps in PostgreSQL, each under the type the bot uses it by. */
export interface Repositories {
  inbox: Inbox;
  messages: OutboxRepository;
  requests: Requests;
  preferences: Preferences;
  usage: UsageRepository;
  spokenBy: SpokenBy;
  limits: LimitRepository;
  /** Removes what ended longer than so many seconds ago, and the sums of days that are over. */
  prune(seconds: number): Promise<void>;
  moveChat(from: number, to: number): Promise<void>;
}

const accessOf = ({ allow, block }: Limits, id: number): string =>
  block.includes(id) ? 'blocked' : allow.includes(id) ? 'allowed' : 'default';

const storedSchema = z.record(z.string(), z.unknown());

/** Opens the record of one bot. `limits` are the operator's where none are stored. */
export const createRepositories = (
  pool: TelegramDatabase,
  { botId, key, log }: { botId: number; key: string; log: BotLog },
  limits: Limits,
): Repositories => {
  const store = createRequestStore<Request>(pool, botId, (body) => {
    const { data, error } = requestSchema.safeParse(body);
    // Which field it is, never what it holds.
    if (error !== undefined)
      log.warn({ fields: error.issues.map(({ path }) => path.join('.')) }, 'malformed request skipped');
    return data ?? null;
  });
  const users = createUserRepository(pool, { botId, key });
  const messages = createOutboxRepository(pool, botId);
  const readLimits = async (): Promise<Limits> =>
    limitSchema.parse({ ...limits, ...storedSchema.parse((await users.limits()) ?? {}) });
  const inbox = createInbox(pool, botId);
  return {
    inbox,
    messages,
    requests: { ...store, fetching: () => store.inState('fetching') },
    preferences: {
      get: async (chatId) => preferenceSchema.parse((await users.preference(chatId)) ?? {}),
      set: (chatId, preference) => users.setPreference(chatId, preference),
      forget: (chatId) => users.forgetPreference(chatId),
    },
    usage: { charge: users.charge, of: users.usage, forget: users.forgetUsage },
    spokenBy: users.spokenBy,
    limits: {
      get: readLimits,
      change: (edit, { by, id }) =>
        users.changeLimits(
          (stored) => {
            const current = limitSchema.parse({ ...limits, ...stored });
            const edited = edit(current);
            return {
              // Only the lists: what the environment sets goes on coming from there.
              limits: { ...stored, allow: edited.allow, block: edited.block },
              before: { access: accessOf(current, id) },
              after: { access: accessOf(edited, id) },
            };
          },
          // As the dashboard writes it down.
          { actor: `tg:${by}`, action: 'person.change', target: `${id < 0 ? 'chat' : 'user'}:${id}` },
        ),
    },
    prune: async (seconds) => {
      await Promise.all([messages.prune(seconds), inbox.prune(seconds), store.prune(seconds), users.pruneUsage()]);
    },
    moveChat: async (from, to) => {
      await store.move(from, to);
      const preference = await users.preference(from);
      if (preference === null) return;
      await users.setPreference(to, preference);
      // Once: what is set in the new chat later is not to be undone by a second notice of the move.
      await users.forgetPreference(from);
    },
  };
};
