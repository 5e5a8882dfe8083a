import type { Message, MessageEntity } from 'grammy/types';
import type { UntilOptions } from '../server/change.js';
import type { ChatState, Revision, StoredMessage } from '../server/chat-state.js';
import { readBytes, type ShelvedFile } from '../server/shelf.js';
import type { World } from '../server/world.js';

/** A button under a message. */
export interface SeenButton {
  readonly text: string;
  readonly data?: string;
  readonly url?: string;
}

/** A file in a message. */
export interface SeenFile {
  readonly kind: ShelvedFile['kind'];
  readonly name: string;
  readonly mime: string;
  /** Bytes. */
  readonly size: number;
  /** Seconds, where the message says so. */
  readonly duration?: number;
  bytes(): Promise<Uint8Array>;
  text(): Promise<string>;
}

/** A message as a person sees it now, and how it came to be so. */
export interface SeenMessage {
  readonly id: number;
  readonly by: 'bot' | 'person';
  /** First name of the sender, or the channel's title. */
  readonly name: string;
  /** Text or caption, without markup. */
  readonly text: string;
  readonly entities: readonly MessageEntity[];
  readonly buttons: readonly (readonly SeenButton[])[];
  readonly file?: SeenFile;
  readonly replyTo?: number;
  readonly thread?: number;
  readonly forwarded: boolean;
  readonly reactions: readonly string[];
  readonly deleted: boolean;
  /** All versions, the first as sent. */
  readonly revisions: readonly Revision[];
  /** Number of edits. */
  readonly edits: number;
  /** Server time in milliseconds at which it appeared, and at which it became what it is. */
  readonly sentAt: number;
  readonly changedAt: number;
  /** The message as the Bot API has it. */
  readonly raw: Message;
}

/** A chat as a person sees it now. */
export interface ChatView {
  readonly id: number;
  readonly title: string;
  readonly type: Message['chat']['type'];
  /** Name of the bot, for showing the chat. */
  readonly botName: string;
  /** What is there, oldest first. */
  readonly messages: readonly SeenMessage[];
  /** Of these, the bot's. */
  readonly fromBot: readonly SeenMessage[];
  /** The bot's newest message that is still there. */
  readonly last: SeenMessage | undefined;
  /** What was deleted. */
  readonly deleted: readonly SeenMessage[];
  /** Chat actions the bot showed, oldest first. */
  readonly actions: readonly string[];
  message(id: number): SeenMessage | undefined;
  /** Waits until `look` finds something in the chat and resolves with it; looks again at every change. */
  until<T>(look: (chat: ChatView) => T, options?: UntilOptions): Promise<NonNullable<T>>;
  /** Calls `listener` at every change until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

/** Shows a chat. */
export function createChatView(world: World, state: ChatState): ChatView {
  const { chat } = state;
  const all = () => [...state.messages.values()].map((stored) => see(world, stored));
  const view: ChatView = {
    id: chat.id,
    title: chat.type === 'private' ? chat.first_name : chat.title,
    type: chat.type,
    botName: world.bot.first_name,
    get messages() {
      return all().filter((message) => !message.deleted);
    },
    get fromBot() {
      return view.messages.filter((message) => message.by === 'bot');
    },
    get last() {
      return view.fromBot.at(-1);
    },
    get deleted() {
      return all().filter((message) => message.deleted);
    },
    get actions() {
      return state.actions;
    },
    message(id) {
      const stored = state.messages.get(id);
      return stored && !stored.deleted ? see(world, stored) : undefined;
    },
    until: (look, options) => state.change.until(() => look(view), { describe: () => describe(view), ...options }),
    subscribe: state.change.subscribe,
  };
  return view;
}

function describe(view: ChatView): string {
  const lines = view.messages
    .slice(-5)
    .map(({ by, text, file }) => `${by}: ${file ? `<${file.kind}> ` : ''}${text.slice(0, 200)}`);
  return lines.length > 0 ? `\n${lines.join('\n')}` : 'an empty chat';
}

function see(world: World, stored: StoredMessage): SeenMessage {
  const { message, revisions, deleted, byBot, reactions } = stored;
  const file = seeFile(world, message);
  const rows = message.reply_markup?.inline_keyboard ?? [];
  const replyTo = message.reply_to_message?.message_id;
  return {
    id: message.message_id,
    by: byBot ? 'bot' : 'person',
    name:
      message.from?.first_name ??
      (message.sender_chat && 'title' in message.sender_chat ? (message.sender_chat.title ?? '') : ''),
    text: message.text ?? message.caption ?? '',
    entities: message.entities ?? message.caption_entities ?? [],
    buttons: rows.map((row) =>
      row.map((button) => ({
        text: button.text,
        ...('callback_data' in button && { data: button.callback_data }),
        ...('url' in button && { url: button.url }),
      })),
    ),
    ...(file && { file }),
    ...(replyTo !== undefined && { replyTo }),
    ...(message.is_topic_message && message.message_thread_id !== undefined && { thread: message.message_thread_id }),
    forwarded: message.forward_origin !== undefined,
    reactions,
    deleted,
    revisions,
    edits: revisions.length - 1,
    sentAt: revisions[0]?.at ?? 0,
    changedAt: revisions.at(-1)?.at ?? 0,
    raw: message,
  };
}

function seeFile(world: World, message: Message): SeenFile | undefined {
  const { voice, audio, video, video_note, document, sticker } = message;
  const media = voice ?? audio ?? video ?? video_note ?? document ?? sticker ?? message.photo?.at(-1);
  const file = media && world.shelf.byId(media.file_id);
  if (!file) return undefined;
  return {
    kind: file.kind,
    name: file.name,
    mime: file.mime,
    size: file.size,
    ...('duration' in media && { duration: media.duration }),
    bytes: () => readBytes(file),
    text: async () => Buffer.from(await readBytes(file)).toString('utf8'),
  };
}
