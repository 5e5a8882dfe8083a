import type { Message, Update, User } from 'grammy/types';
import { changeBotStatus } from '../method/chat.js';
import { reviseMessage } from '../server/chat-state.js';
import { present } from '../server/present.js';
import type { FileKind, FileSource, ShelvedFile } from '../server/shelf.js';
import { nameOf } from '../server/shelf.js';
import { ensureChat, unixTime, type World } from '../server/world.js';
import { format } from '../text/format.js';
import type { ChatView } from '../view/chat-view.js';
import { botSees, deliver, type Sending } from './deliver.js';
import { type MediaAbout, mediaContent } from './media.js';
import { type Press, pressButton } from './press.js';

/** A chat by its view or its number. */
export type ChatTarget = ChatView | number;

/** Bytes, a path, a size without content, or the message whose file is sent again. */
export type Attachment = FileSource | { readonly fileOf: Message };

/** What goes with a file. */
export interface AttachmentOptions extends Sending, MediaAbout {
  /** As the sender's client names the file. */
  fileName?: string;
  mimeType?: string;
  caption?: string;
}

/** A part of an album. */
export interface AlbumPart extends AttachmentOptions {
  readonly kind: 'audio' | 'video' | 'document' | 'photo';
  readonly file: Attachment;
}

type SendFile = (chat: ChatTarget, file: Attachment, options?: AttachmentOptions) => Message;

/** Someone who uses Telegram. */
export interface Person {
  readonly user: User;
  /** The person's private chat with the bot. */
  readonly chat: ChatView;
  sendText(chat: ChatTarget, text: string, options?: Sending): Message;
  sendVoice: SendFile;
  sendAudio: SendFile;
  sendVideo: SendFile;
  sendVideoNote: SendFile;
  sendDocument: SendFile;
  sendSticker: SendFile;
  /** Sends the parts as messages that share a `media_group_id`. */
  sendAlbum(chat: ChatTarget, parts: readonly AlbumPart[], options?: Sending): Message[];
  /** Replies with a text to a message of the same chat. */
  reply(message: Message, text: string): Message;
  /** Forwards a message; its files keep their identifiers. `hidden` hides whose it was. */
  forward(chat: ChatTarget, message: Message, options?: Sending & { hidden?: boolean }): Message;
  /** Changes the text or the caption of an own message. */
  edit(message: Message, text: string): Message;
  /** Presses a button by its text or its data: of the given message, else the newest that has it. */
  press(chat: ChatTarget, button: string, message?: { message_id: number }): Press;
  /** Sends a callback query no button offers, as a forged client can. */
  forge(chat: ChatTarget, data: string, message: { message_id: number }): Press;
  /** Blocks the bot. */
  block(): void;
  unblock(): void;
}

const mimes: Record<FileKind, [mime: string, name: string]> = {
  voice: ['audio/ogg', 'voice.oga'],
  audio: ['audio/mpeg', 'audio.mp3'],
  video: ['video/mp4', 'video.mp4'],
  video_note: ['video/mp4', 'video_note.mp4'],
  document: ['application/octet-stream', 'file.bin'],
  sticker: ['image/webp', 'sticker.webp'],
  photo: ['image/jpeg', 'photo.jpg'],
};

/** Lets a person act in this world. */
export function createPerson(world: World, user: User, view: (id: number) => ChatView): Person {
  const { id, first_name } = user;
  const own = ensureChat(world, {
    id,
    type: 'private',
    first_name,
    ...present({ last_name: user.last_name, username: user.username }),
  });
  world.users.set(id, user);
  const stateOf = (chat: ChatTarget) => {
    const state = world.chats.get(typeof chat === 'number' ? chat : chat.id);
    if (!state) throw new Error(`There is no chat ${typeof chat === 'number' ? chat : chat.id}`);
    return state;
  };
  const say = (chat: ChatTarget, content: Partial<Message>, sending?: Sending) =>
    deliver(world, { chat: stateOf(chat), from: user }, { content, ...(sending && { sending }) });
  const attach = (kind: FileKind, file: Attachment, options: AttachmentOptions): Partial<Message> => ({
    ...mediaContent(shelve(world, kind, { file, options }), options),
    ...captionOf(options.caption),
  });
  const sender =
    (kind: FileKind): SendFile =>
    (chat, file, options = {}) =>
      say(chat, attach(kind, file, options), options);

  return {
    user,
    get chat() {
      return view(id);
    },
    sendText: (chat, text, options) => say(chat, textContent(text), options),
    sendVoice: sender('voice'),
    sendAudio: sender('audio'),
    sendVideo: sender('video'),
    sendVideoNote: sender('video_note'),
    sendDocument: sender('document'),
    sendSticker: sender('sticker'),
    sendAlbum(chat, parts, options = {}) {
      const album = String(13_000_000_000_000_000 + world.nextAlbum++);
      return parts.map((part) => say(chat, attach(part.kind, part.file, part), { ...options, album }));
    },
    reply: (message, text) => say(message.chat.id, textContent(text), { replyTo: message.message_id }),
    forward(chat, message, { hidden = false, ...sending } = {}) {
      const { text, entities, caption, caption_entities, voice, audio, video, video_note, document, sticker, photo } =
        message;
      const name = message.from?.first_name ?? 'Someone';
      const origin = message.sender_chat
        ? { type: 'channel', chat: message.sender_chat, message_id: message.message_id, date: message.date }
        : hidden || !message.from
          ? { type: 'hidden_user', sender_user_name: name, date: message.date }
          : { type: 'user', sender_user: message.from, date: message.date };
      const content = {
        text,
        entities,
        caption,
        caption_entities,
        voice,
        audio,
        video,
        video_note,
        document,
        sticker,
        photo,
      };
      return say(chat, { forward_origin: origin, ...present(content) } as Partial<Message>, sending);
    },
    edit(message, text) {
      const state = stateOf(message.chat.id);
      const stored = state.messages.get(message.message_id);
      if (!stored || stored.byBot || stored.deleted)
        throw new Error(`${first_name} has no message ${message.message_id} to edit`);
      const content = stored.message.text === undefined ? captionOf(text) : textContent(text);
      const edited = { ...stored.message, ...content, edit_date: unixTime(world) } as Message;
      reviseMessage(state, stored, { message: edited, at: world.clock.now() });
      const channel = state.chat.type === 'channel';
      if (botSees(world, state, edited)) {
        world.updates.push(
          (channel ? { edited_channel_post: edited } : { edited_message: edited }) as Omit<Update, 'update_id'>,
        );
      }
      return edited;
    },
    press: (chat, button, message) =>
      pressButton(world, { from: user, state: stateOf(chat) }, { button, messageId: message?.message_id }),
    forge: (chat, data, message) =>
      pressButton(world, { from: user, state: stateOf(chat) }, { data, messageId: message.message_id }),
    block() {
      own.blocked = true;
      own.members.set(world.bot.id, { user: botUser(world), status: 'member' });
      changeBotStatus(world, own, 'kicked', user);
    },
    unblock() {
      own.blocked = false;
      changeBotStatus(world, own, 'member', user);
    },
  };
}

function textContent(text: string): Partial<Message> {
  const formatted = format({ text });
  return { text: formatted.text, ...(formatted.entities.length > 0 && { entities: formatted.entities }) };
}

function captionOf(text: string | undefined): Partial<Message> {
  if (!text) return {};
  const formatted = format({ text });
  return { caption: formatted.text, ...(formatted.entities.length > 0 && { caption_entities: formatted.entities }) };
}

function shelve(
  world: World,
  kind: FileKind,
  { file, options }: { file: Attachment; options: AttachmentOptions },
): ShelvedFile {
  if (typeof file === 'object' && 'fileOf' in file) {
    const { voice, audio, video, video_note, document, sticker } = file.fileOf;
    const known = world.shelf.byId((voice ?? audio ?? video ?? video_note ?? document ?? sticker)?.file_id ?? '');
    if (!known) throw new Error('The message has no file to send again');
    return known;
  }
  const [mime, name] = mimes[kind];
  return world.shelf.add(kind, file, {
    mime: options.mimeType ?? mime,
    name: options.fileName ?? nameOf(file, name),
  });
}

function botUser({ bot }: World): User {
  return { id: bot.id, is_bot: true, first_name: bot.first_name, username: bot.username };
}
