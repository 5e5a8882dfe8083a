import type { TaskId } from '@whisper-bot/task';
import { z } from 'zod';
import { fileFormats } from '../callback/press.js';
import type { Keyboard } from '../render/keyboard.js';

const keyboardSchema = z.array(z.array(z.object({ text: z.string(), callback_data: z.string() })));

/** What a message shows. Files are named, not carried: they are written when they are sent. */
export const contentSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('text'),
    /** Telegram's HTML, at most 4096 characters once parsed. */
    html: z.string(),
    keyboard: keyboardSchema.optional(),
    /**
     * Sent first where the message is not there yet, and then edited into `html`: an edit can be repeated, so that an
     * answer whose sending was not confirmed is not given twice. HTML.
     */
    placeholder: z.string().optional(),
    /** Asks for a reply, with this in the empty field. */
    forceReply: z.string().optional(),
    /** Changes a message that is there: where it was deleted, it is not sent anew. */
    onlyEdit: z.boolean().optional(),
    /** Something better follows: where it cannot be shown, nothing is shown in its place. */
    transient: z.boolean().optional(),
  }),
  /** A text as a file, where the chat or Telegram refuses it as a message. */
  z.object({ kind: z.literal('text-file'), text: z.string() }),
  z.object({
    kind: z.literal('file'),
    taskId: z.string(),
    revision: z.number().int(),
    format: z.enum(fileFormats),
    locale: z.enum(['en', 'ru']),
    keyboard: keyboardSchema.optional(),
  }),
  /** Only the buttons of a message that is there. */
  z.object({ kind: z.literal('keyboard'), keyboard: keyboardSchema }),
  /** The text below a channel's own post, at most 1024 characters once parsed; `html` is said instead where that fails. */
  z.object({ kind: z.literal('caption'), html: z.string(), /** As of a text. */ onlyEdit: z.boolean().optional() }),
  z.object({ kind: z.literal('delete') }),
]);
export type Content = z.infer<typeof contentSchema>;

/** How urgent: the first sign of life, then answers, then progress, which is only shown while there is room. */
export const ranks = { first: 0, answer: 1, progress: 2 } as const;
export type Rank = keyof typeof ranks;

/**
 * One message in a chat, and what it shall show by now. A letter with a key that is known changes that message; of
 * several changes that were not sent yet only the newest is.
 */
export interface Letter {
  /** Names the message within this bot, e.g. `task:<id>`. Made from the update or task, so that a replay is the same letter. */
  key: string;
  chatId: number;
  /** Topic of a forum. */
  threadId?: number | undefined;
  /** Message it answers. */
  replyTo?: number | undefined;
  /** A message that is there already and shall be changed. */
  messageId?: number | undefined;
  /** Without a sound. */
  quiet?: boolean | undefined;
  rank: Rank;
  /** Order of states of the message: what is older than the state it has is ignored. */
  edition: number;
  content: Content;
}

/** The bot's way of saying anything: durable, in order for each chat, within Telegram's limits. */
export interface Mailbox {
  /** Resolves when the letters are stored; they are sent from then on, whatever happens. */
  post(letters: readonly Letter[]): Promise<void>;
  /** Keys of the letters that became this message; empty for a message nobody recorded. */
  find(chatId: number, messageId: number): Promise<string[]>;
}

/** Key of the message that shows a task, from its status to its result. */
export const taskKey = (taskId: TaskId | string, part = 0): string =>
  part === 0 ? `task:${taskId}` : `task:${taskId}:${part}`;

/** A message of text. */
export const text = (html: string, keyboard?: Keyboard, placeholder?: string): Content => ({
  kind: 'text',
  html,
  ...(keyboard === undefined ? {} : { keyboard }),
  ...(placeholder === undefined ? {} : { placeholder }),
});
