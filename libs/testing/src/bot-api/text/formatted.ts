import type { MessageEntity } from 'grammy/types';

/** A text without markup and what the markup said, in UTF-16 code units. */
export interface Formatted {
  readonly text: string;
  readonly entities: MessageEntity[];
}

/** Markup Telegram cannot parse; the message is Telegram's own, without its prefix. */
export class MarkupError extends Error {
  override readonly name = 'MarkupError';
}

/** Telegram counts the place of an error in bytes of UTF-8. */
export function utf8Length(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** Adds an entity if it covers anything; a nested `pre` with a language replaces the plain one around it. */
export function addEntity(entities: MessageEntity[], entity: MessageEntity | undefined): void {
  if (!entity || entity.length === 0) return;
  const inner = entities.at(-1);
  const sameBlock =
    entity.type === 'pre' && inner?.type === 'pre' && inner.offset === entity.offset && inner.length === entity.length;
  if (!sameBlock) entities.push(entity);
}
