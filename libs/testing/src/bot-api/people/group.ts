import type { Chat, ChatMember } from 'grammy/types';
import { changeBotStatus, memberOf } from '../method/chat.js';
import { storeMessage } from '../server/chat-state.js';
import { ensureChat, unixTime, type World } from '../server/world.js';
import type { ChatView } from '../view/chat-view.js';
import { deliver } from './deliver.js';
import type { Person } from './person.js';

/** A group, supergroup or channel to be founded. */
export interface GroupDescription {
  /** Negative; -100… for supergroups and channels. Default: the next free one. */
  id?: number;
  title: string;
  username?: string;
  type?: 'group' | 'supergroup' | 'channel';
  /** Has topics. */
  forum?: boolean;
  /** Who founds it. */
  owner?: Person;
  /** The bot's standing; default member, in channels administrator. */
  bot?: 'member' | 'administrator' | 'none';
}

/** A group, supergroup or channel. */
export interface Group {
  readonly id: number;
  readonly chat: ChatView;
  join(person: Person): void;
  leave(person: Person): void;
  /** Makes someone administrator, or an ordinary member again. */
  setAdmin(person: Person, admin?: boolean): void;
  /** Opens a topic and returns its `message_thread_id`. */
  topic(name: string): number;
  closeTopic(id: number): void;
  /** Adds, promotes or throws out the bot; the bot hears `my_chat_member`. */
  setBot(status: 'member' | 'administrator' | 'left' | 'kicked', by?: Person): void;
  /** Turns the group into a supergroup with another number, which it returns; the old one answers with `migrate_to_chat_id`. */
  migrate(): Group;
  /** Deletes a message for everyone; bots get no update. */
  deleteMessage(messageId: number): void;
}

/** Founds a group in this world. */
export function createGroup(world: World, description: GroupDescription, view: (id: number) => ChatView): Group {
  const { title, username, type = 'supergroup', forum = false, owner } = description;
  const id = description.id ?? (type === 'group' ? -1 : -1_001) * 1_000_000 - world.chats.size;
  const chat = { id, type, title, ...(username && { username }), ...(forum && { is_forum: true }) } as Chat;
  const state = ensureChat(world, chat);
  const standing = description.bot ?? (type === 'channel' ? 'administrator' : 'member');
  if (owner) state.members.set(owner.user.id, { user: owner.user, status: 'creator' });
  const actor = owner?.user ?? { id: 777_000, is_bot: false, first_name: 'Telegram' };
  if (standing !== 'none') changeBotStatus(world, state, standing, actor);

  const setStatus = (person: Person, status: ChatMember['status']) => {
    const old = state.members.get(person.user.id) ?? { user: person.user, status: 'left' as const };
    const next = { user: person.user, status };
    state.members.set(person.user.id, next);
    world.updates.push({
      chat_member: {
        chat,
        from: person.user,
        date: unixTime(world),
        old_chat_member: memberOf(old),
        new_chat_member: memberOf(next),
      },
    });
  };
  return {
    id,
    get chat() {
      return view(id);
    },
    join(person) {
      setStatus(person, 'member');
      deliver(world, { chat: state, from: person.user }, { content: { new_chat_members: [person.user] } });
    },
    leave(person) {
      deliver(world, { chat: state, from: person.user }, { content: { left_chat_member: person.user } });
      setStatus(person, 'left');
    },
    setAdmin: (person, admin = true) => setStatus(person, admin ? 'administrator' : 'member'),
    topic(name) {
      const created = {
        message_id: state.nextMessageId++,
        from: actor,
        chat,
        date: unixTime(world),
        is_topic_message: true,
        forum_topic_created: { name, icon_color: 7_322_096 },
      } as const;
      const message = { ...created, message_thread_id: created.message_id };
      storeMessage(state, message, { bot: false, at: world.clock.now() });
      state.topics.set(message.message_id, { name, closed: false });
      return message.message_id;
    },
    closeTopic(topicId) {
      const topic = state.topics.get(topicId);
      if (!topic) throw new Error(`There is no topic ${topicId} in ${title}`);
      topic.closed = true;
    },
    setBot: (status, by) => changeBotStatus(world, state, status, by?.user ?? actor),
    migrate() {
      const next = createGroup(world, { ...withoutId(description), type: 'supergroup' }, view);
      state.migratedTo = next.id;
      deliver(world, { chat: state, from: actor }, { content: { migrate_to_chat_id: next.id } });
      deliver(
        world,
        { chat: ensureChat(world, { id: next.id } as Chat), from: actor },
        { content: { migrate_from_chat_id: id } },
      );
      return next;
    },
    deleteMessage(messageId) {
      const stored = state.messages.get(messageId);
      if (!stored) throw new Error(`There is no message ${messageId} in ${title}`);
      stored.deleted = true;
      state.change.notify();
    },
  };
}

function withoutId({ id: _id, ...rest }: GroupDescription): GroupDescription {
  return rest;
}
