import type { Message, Update, UserFromGetMe } from 'grammy/types';
import type { Faults } from '../fault/schedule.js';
import type { ViolationReport } from '../limit/violation.js';
import { createGroup, type Group, type GroupDescription } from '../people/group.js';
import { createPerson, type Person } from '../people/person.js';
import { type ChatView, createChatView } from '../view/chat-view.js';
import type { Journal } from './journal.js';
import { listen } from './listen.js';
import { present } from './present.js';
import type { UpdateQueue } from './update-queue.js';
import { type BotApiOptions, createWorld } from './world.js';

/** Someone to be. */
export interface PersonDescription {
  id: number;
  first_name: string;
  last_name?: string;
  username?: string;
  /** The language of the person's client: "en", "ru", … */
  language_code?: string;
}

/** A Bot API server on loopback, and the people who talk to its bot. */
export interface BotApiServer {
  /** `http://127.0.0.1:PORT`, the root for API clients. */
  readonly url: string;
  readonly token: string;
  readonly bot: UserFromGetMe;
  /** The person with this number, created at the first call. */
  user(description: PersonDescription): Person;
  /** Founds a group, supergroup or channel. */
  group(description: GroupDescription): Group;
  /** @throws Error when there is no such chat */
  chat(id: number): ChatView;
  readonly chats: readonly ChatView[];
  readonly faults: Faults;
  /** Every call of the bot. */
  readonly journal: Journal;
  /** Every limit the bot ran into. */
  readonly violations: ViolationReport;
  readonly updates: Pick<UpdateQueue, 'pending'> & {
    /** Puts a ready-made update into the queue. */
    push(update: Omit<Update, 'update_id'>): Update | undefined;
    /** Waits until the bot has confirmed all updates. */
    drained(options?: { timeoutMs?: number }): Promise<unknown>;
  };
  /** Deletes a message as a person does; the bot gets no update. */
  deleteMessage(message: Pick<Message, 'chat' | 'message_id'>): void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a Bot API server on 127.0.0.1 that answers as Telegram does. Nothing leaves the machine. */
export async function startBotApi(options: BotApiOptions = {}): Promise<BotApiServer> {
  const world = createWorld(options);
  const people = new Map<number, Person>();
  const views = new Map<number, ChatView>();
  const { url, close } = await listen(world, options.port ?? 0);
  const chat = (id: number): ChatView => {
    const known = views.get(id);
    if (known) return known;
    const state = world.chats.get(id);
    if (!state) throw new Error(`There is no chat ${id}`);
    const view = createChatView(world, state);
    views.set(id, view);
    return view;
  };
  return {
    url,
    token: world.token,
    bot: world.bot,
    user(description) {
      const known = people.get(description.id);
      if (known) return known;
      const user = { is_bot: false, ...present(description) };
      const person = createPerson(world, user, chat);
      people.set(description.id, person);
      return person;
    },
    group: (description) => createGroup(world, description, chat),
    chat,
    get chats() {
      return [...world.chats.keys()].map(chat);
    },
    faults: world.faults,
    journal: world.journal.journal,
    violations: world.violations,
    updates: {
      pending: world.updates.pending,
      push: world.updates.push,
      drained: (waiting) =>
        world.updates.change.until(() => world.updates.pending().length === 0, {
          what: 'the bot to confirm all updates',
          describe: () => `${world.updates.pending().length} unconfirmed`,
          ...waiting,
        }),
    },
    deleteMessage(message) {
      const state = world.chats.get(message.chat.id);
      const stored = state?.messages.get(message.message_id);
      if (!state || !stored) throw new Error(`There is no message ${message.message_id}`);
      stored.deleted = true;
      state.change.notify();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
