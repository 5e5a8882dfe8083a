import type { Eraser } from '@whisper-bot/assembly';
import type { Pipeline } from '@whisper-bot/pipeline';
import type { TaskErrorCode, TaskId } from '@whisper-bot/task';
import type { Transcript } from '@whisper-bot/transcript';
import type { Context } from 'grammy';
import type { Request, Requests } from '../conversation/request.js';
import type { Limits } from '../limit/policy.js';
import type { Words } from '../locale/locale.js';
import type { Place } from '../render/menu.js';
import type { Preference } from '../render/preference.js';
import type { Content, Outbox } from '../telegram/outbox/outbound-message.js';

/** Log lines as pino writes them; never a token, never a word of a transcript. */
export interface BotLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What people and chats have chosen. A person's id is positive and the same as that of their private chat. */
export interface Preferences {
  get(chatId: number): Promise<Preference>;
  set(chatId: number, preference: Preference): Promise<void>;
  forget(chatId: number): Promise<void>;
}

/** What people have used. */
export interface UsageRepository {
  /** Counts a recording once, however often it is told. */
  charge(entry: { taskId: TaskId; userId: number; seconds: number }): Promise<void>;
  /** In this UTC day, and ever. */
  of(userId: number): Promise<{ secondsToday: number; secondsTotal: number; tasks: number }>;
  /** Keeps nothing but what bounds this day, under a hash. */
  forget(userId: number): Promise<void>;
}

/** Codes of the languages that a person's kept transcripts are in, the most frequent first. */
export type SpokenBy = (userId: number) => Promise<string[]>;

/** The operator's lists and limits; changes hold at once. */
export interface LimitRepository {
  get(): Promise<Limits>;
  /** Changes what a user or chat may; resolves when the change is stored, with who made it in the audit log. */
  change(edit: (limits: Limits) => Limits, change: { by: number; id: number }): Promise<void>;
}

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

/** Everything a feature works with. */
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

/** What is done with a request outside the handling of an update. */
export interface Conversation {
  /** Fetches the file and submits the task, in turns; returns at once. */
  begin(request: Request): void;
  /** Stops fetching, if that is what goes on. */
  abandon(taskId: TaskId): void;
  /** Posts the result of a request from what is stored and returns it; null where nothing is. */
  present(request: Request, note?: string): Promise<Transcript | null>;
  /** Shows a result anew that was edited elsewhere; nothing where it is not shown at the moment. */
  refresh(taskId: TaskId): Promise<void>;
  /** Tells the user that a request has failed, with Retry where that can help. */
  fail(request: Request, code: TaskErrorCode, params: Record<string, string | number>): Promise<void>;
  /** Names of the speakers in order, empty where none were told apart; null where the text is gone. */
  speakers(request: Request): Promise<string[] | null>;
  /** Names a speaker and shows the result anew; gives the name it had, null where there is none such. */
  rename(request: Request, index: number, name: string): Promise<string | null>;
  /** Removes what is stored of a request. */
  destroy(taskId: TaskId): Promise<void>;
}

export interface Answer {
  /** Tells several answers to one update apart. */
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
  toast(key?: string, window?: boolean): Promise<void>;
}
