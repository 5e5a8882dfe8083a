import type { ChatView, SeenFile, SeenMessage } from './chat-view.js';
import { fit, width, wrap } from './wrap.js';

/** How a chat is drawn. */
export interface RenderOptions {
  /** Columns of the terminal; default 80. */
  columns?: number;
  /** Only the last so many messages. */
  last?: number;
  /** Draws bubbles with frames; without, plain lines for a log. Default true. */
  frames?: boolean;
}

/**
 * Draws a chat as lines of text: the person's messages at the right, the bot's at the left, buttons as `[ SRT ] [ VTT ]`
 * below their message. Pure: the same chat gives the same lines.
 */
export function renderChat(view: ChatView, options: RenderOptions = {}): string[] {
  const { last, frames = true } = options;
  const columns = Math.max(options.columns ?? 80, 24);
  const messages = last === undefined ? view.messages : view.messages.slice(-last);
  return messages.flatMap((message) => (frames ? bubble(message, columns) : renderMessage(message, columns)));
}

/** One message as plain lines: who, what, buttons. */
export function renderMessage(message: SeenMessage, columns = 80): string[] {
  const [first = '', ...rest] = content(message, columns - 2);
  const indented = [...rest, ...buttonRows(message, columns - 2)].map((line) => `  ${line}`.trimEnd());
  return [...wrap(`${message.name}: ${first}`, columns), ...indented];
}

function bubble(message: SeenMessage, columns: number): string[] {
  const widest = Math.floor(columns * 0.8) - 4;
  const lines = content(message, widest);
  const rows = buttonRows(message, widest);
  const title = `${message.name}${message.edits > 0 ? ' · edited' : ''}`;
  const inner = Math.min(widest, Math.max(width(title) + 1, ...lines.map(width)));
  const framed = [
    `╭ ${title} ${'─'.repeat(Math.max(inner - width(title), 0))}╮`,
    ...lines.map((line) => `│ ${fit(line, inner)} │`),
    `╰${'─'.repeat(inner + 2)}╯`,
    ...rows.map((row) => ` ${row}`),
  ];
  if (message.by === 'bot') return framed;
  const widestLine = Math.max(...framed.map(width));
  return framed.map((line) => ' '.repeat(Math.max(columns - widestLine, 0)) + line);
}

function content(message: SeenMessage, columns: number): string[] {
  const parts = [
    ...(message.forwarded ? ['(forwarded)'] : []),
    ...(message.file ? [describeFile(message.file)] : []),
    ...(message.text ? [message.text] : []),
    ...(message.reactions.length > 0 ? [message.reactions.join(' ')] : []),
  ];
  return parts.flatMap((part) => wrap(part, columns));
}

function buttonRows(message: SeenMessage, columns: number): string[] {
  return message.buttons.flatMap((row) => wrap(row.map(({ text }) => `[ ${text} ]`).join(' '), columns));
}

/** A file in a few words: `▶ voice message 0:26, 104 KB`. */
function describeFile(file: SeenFile): string {
  const length = file.duration === undefined ? '' : ` ${clock(file.duration)}`;
  const bytes = `${Math.max(1, Math.round(file.size / 1024))} KB`;
  switch (file.kind) {
    case 'voice':
      return `▶ voice message${length}, ${bytes}`;
    case 'video_note':
      return `▶ video note${length}, ${bytes}`;
    case 'audio':
    case 'video':
      return `▶ ${file.name}${length}, ${bytes}`;
    case 'sticker':
      return '(sticker)';
    case 'photo':
      return '(photo)';
    case 'document':
      return `▤ ${file.name}, ${bytes}`;
  }
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
