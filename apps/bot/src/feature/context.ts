import type { Eraser } from '@whisper-bot/assembly';
import type { Pipeline } from '@whisper-bot/pipeline';
import type { Context } from 'grammy';
import type { Conversation } from '../conversation/conversation.js';
import type { PlainKey, Words } from '../locale/locale.js';
import type { LimitRepository, Preferences, SpokenBy, UsageRepository } from '../persistence/repository.js';
import type { Requests } from '../persistence/request.js';
import type { Place } from '../render/menu.js';
import type { Preference } from '../render/preference.js';
import type { BotLog } from '../telegram/log.js';
import type { Content, Outbox } from '../telegram/outbox/outbound-message.js';

/** What the operator has set for this bot. */
export interface BotOptions {
  /** Telegram numbers of those who may use the operator's commands. */
  operators: readonly number[];
  defaultModel: string;
  /** Codes of the languages its people usually speak. */
  usualLanguages?: readonly string[];
  /** Names of the installed models. */
  models(): Promise<string[]>;
  /** Bytes of the largest file the Bot API server hands out. */
  largest: number;
  /** Seconds the recording and the results are kept. */
  keep: { audio: number; results: number };
}

/** All that the features work with; each names the parts it takes. */
export interface BotDeps {
  botId: number;
  options: BotOptions;
  pipeline: Pick<Pipeline, 'cancel' | 'retry' | 'revise' | 'progress'>;
  outbox: Outbox;
  requests: Requests;
  preferences: Preferences;
  usage: UsageRepository;
  spokenBy: SpokenBy;
  eraser: Pick<Eraser, 'tasks' | 'owner'>;
  limits: LimitRepository;
  conversation: Conversation;
  /** A group has another number from now on. */
  moveChat(from: number, to: number): Promise<void>;
  log: BotLog;
}

export interface Answer {
  /** Distinguishes several answers to one update. */
  name?: string;
  /** Reply to the message (default in groups: yes; in private chats: no). */
  reply?: boolean;
}

/** A context of grammY with what every feature needs. */
export interface BotContext extends Context {
  place: Place;
  preference: Preference;
  words: Words;
  /** Who acts: a user, or in channels the channel. */
  actorId: number;
  /** Says something in the chat, once, however often the update is handled. */
  answer(content: Content, options?: Answer): Promise<void>;
  /** Changes the message whose button was pressed. */
  amend(content: Content): Promise<void>;
  /** Answers a press: silently, with a toast, or with a window to close. A lost toast is no harm. */
  toast(key?: PlainKey, window?: boolean): Promise<void>;
}
