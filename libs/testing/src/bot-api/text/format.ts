import type { MessageEntity } from 'grammy/types';
import { badRequest } from '../server/refusal.js';
import { type Formatted, MarkupError } from './formatted.js';
import { parseHtml } from './html.js';
import { parseMarkdown, parseMarkdownV2 } from './markdown.js';

/** What a bot sends as a text or a caption. */
export interface Markup {
  readonly text: string;
  /** `HTML`, `MarkdownV2`, `Markdown` (any case) or nothing. */
  readonly parseMode?: string | undefined;
  /** Used when no parse mode is given. */
  readonly entities?: readonly MessageEntity[] | undefined;
}

/**
 * What people will see of a text: markup parsed, blanks at the ends cut off, commands, mentions and links found.
 * @throws Refusal "can't parse entities: …" or "unsupported parse_mode"
 */
export function format({ text, parseMode, entities = [] }: Markup): Formatted {
  const parsed = parse(text.replaceAll('\r', ''), parseMode, entities);
  const trimmed = trim(parsed);
  const found = detect(trimmed.text).filter((entity) => !trimmed.entities.some((other) => overlaps(entity, other)));
  return {
    text: trimmed.text,
    entities: [...trimmed.entities, ...found].sort((a, b) => a.offset - b.offset || b.length - a.length),
  };
}

function parse(text: string, mode: string | undefined, entities: readonly MessageEntity[]): Formatted {
  try {
    switch (mode?.toLowerCase()) {
      case undefined:
      case '':
        return { text, entities: [...entities] };
      case 'html':
        return parseHtml(text);
      case 'markdownv2':
        return parseMarkdownV2(text);
      case 'markdown':
        return parseMarkdown(text);
      default:
        throw badRequest('unsupported parse_mode');
    }
  } catch (error) {
    if (error instanceof MarkupError) throw badRequest(`can't parse entities: ${error.message}`, 'entity');
    throw error;
  }
}

function trim({ text, entities }: Formatted): Formatted {
  const start = text.length - text.trimStart().length;
  const kept = text.trim();
  const moved = entities.flatMap((entity) => {
    const offset = Math.max(entity.offset - start, 0);
    const end = Math.min(entity.offset + entity.length - start, kept.length);
    return end > offset ? [{ ...entity, offset, length: end - offset }] : [];
  });
  return { text: kept, entities: moved };
}

/** Commands, mentions and web addresses, as Telegram marks them by itself. */
function detect(text: string): MessageEntity[] {
  const patterns = [
    ['bot_command', /(?<![\w/])\/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])/g],
    ['mention', /(?<![\w/@])@[A-Za-z0-9_]{3,32}\b/g],
    ['url', /\bhttps?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g],
  ] as const;
  const found: MessageEntity[] = [];
  for (const [type, pattern] of patterns) {
    for (const match of text.matchAll(pattern)) {
      const entity = { type, offset: match.index, length: match[0].length };
      if (!found.some((other) => overlaps(entity, other))) found.push(entity);
    }
  }
  return found;
}

function overlaps(a: MessageEntity, b: MessageEntity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}
