import type { TaskId } from '@whisper-bot/task';
import { z } from 'zod';
import { fileFormats } from '../../callback/callback-data.js';
import type { Keyboard } from '../../render/keyboard.js';

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
    /** Changes a message that is there: where it was deleted, it is not sent again. */
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
export const priorities = { first: 0, answer: 1, progress: 2 } as const;
export type Priority = keyof typeof priorities;

/**
 * One message in a chat with its current content. A known key edits that message; of several unsent changes only the
 * newest is sent.
 */
export interface OutboundMessage {
  /** Names the message within this bot, e.g. `task:<id>`. Made from the update or task, so that a replay is the same message. */
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
  priority: Priority;
  /** Order of states of the message: what is older than the state it has is ignored. */
  sequence: number;
  content: Content;
}

/** The outbox: durable, ordered per chat, within Telegram's limits. */
export interface Outbox {
  /** Resolves when the messages are stored; they are sent even after a crash. */
  post(outbounds: readonly OutboundMessage[]): Promise<void>;
  /** Keys of the outbound messages that became this message; empty for an unknown one. */
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
