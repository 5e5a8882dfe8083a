import type { MessageEntity } from 'grammy/types';
import { addEntity, type Formatted, MarkupError, utf8Length } from './formatted.js';

type Attributes = Record<string, string>;

interface Frame {
  readonly name: string;
  readonly attributes: Attributes;
  readonly start: number;
}

const simple: Record<string, MessageEntity.CommonMessageEntity['type']> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  code: 'code',
};
const special = new Set(['a', 'pre', 'span', 'blockquote', 'tg-emoji']);
const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/**
 * Parses Telegram's HTML as https://core.telegram.org/bots/api#html-style and td/telegram/MessageEntity.cpp describe it.
 * @throws MarkupError with Telegram's wording; offsets are in UTF-8 bytes, as there.
 */
export function parseHtml(source: string): Formatted {
  const entities: MessageEntity[] = [];
  const stack: Frame[] = [];
  let text = '';
  let at = 0;
  while (at < source.length) {
    const char = source[at];
    if (char === '&') {
      const reference = /^&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot));/i.exec(source.slice(at, at + 12));
      const decoded = reference && decodeReference(reference);
      text += decoded ?? '&';
      at += decoded === undefined || reference === null ? 1 : reference[0].length;
    } else if (char !== '<') {
      text += char;
      at += 1;
    } else if (source[at + 1] === '/') {
      at = closeTag(at);
    } else {
      at = openTag(at);
    }
  }
  const open = stack.at(-1);
  if (open) throw new MarkupError(`Can't find end tag corresponding to start tag "${open.name}"`);
  return { text, entities };

  function openTag(start: number): number {
    const offset = utf8Length(source.slice(0, start));
    const name = (/^[^\s>]*/.exec(source.slice(start + 1))?.[0] ?? '').toLowerCase();
    const end = findTagEnd(source, start + 1 + name.length);
    if (end < 0) throw new MarkupError(`Unclosed start tag at byte offset ${offset}`);
    if (!(name in simple) && !special.has(name)) {
      throw new MarkupError(`Unsupported start tag "${name}" at byte offset ${offset}`);
    }
    const attributes = parseAttributes(source.slice(start + 1 + name.length, end));
    if (name === 'span' && attributes.class !== 'tg-spoiler') {
      throw new MarkupError(`Tag "span" must have class "tg-spoiler" at byte offset ${offset}`);
    }
    stack.push({ name, attributes, start: text.length });
    return end + 1;
  }

  function closeTag(start: number): number {
    const offset = utf8Length(source.slice(0, start));
    const end = source.indexOf('>', start);
    if (end < 0) throw new MarkupError(`Unclosed end tag at byte offset ${offset}`);
    const name = source
      .slice(start + 2, end)
      .trim()
      .toLowerCase();
    const frame = stack.pop();
    if (!frame) throw new MarkupError(`Unexpected end tag at byte offset ${offset}`);
    if (name !== '' && name !== frame.name) {
      throw new MarkupError(
        `Unmatched end tag at byte offset ${offset}, expected "</${frame.name}>", found "</${name}>"`,
      );
    }
    addEntity(entities, entityOf(frame, text, stack.at(-1)));
    return end + 1;
  }
}

function entityOf(frame: Frame, text: string, parent: Frame | undefined): MessageEntity | undefined {
  const place = { offset: frame.start, length: text.length - frame.start };
  const { name, attributes } = frame;
  switch (name) {
    case 'a': {
      const url = attributes.href || text.slice(frame.start);
      return { type: 'text_link', url, ...place };
    }
    case 'pre':
      return { type: 'pre', ...place };
    case 'code': {
      // <pre><code class="language-x"> is one block of code in a language, not code within a block.
      const language = /^language-(.+)$/.exec(attributes.class ?? '')?.[1];
      if (parent?.name === 'pre' && language) return { type: 'pre', language, ...place };
      return parent?.name === 'pre' ? undefined : { type: 'code', ...place };
    }
    case 'span':
      return { type: 'spoiler', ...place };
    case 'blockquote':
      return { type: 'expandable' in attributes ? 'expandable_blockquote' : 'blockquote', ...place };
    case 'tg-emoji':
      return { type: 'custom_emoji', custom_emoji_id: attributes['emoji-id'] ?? '', ...place };
    default: {
      const type = simple[name];
      return type && { type, ...place };
    }
  }
}

function decodeReference([, decimal, hex, name]: RegExpExecArray): string | undefined {
  if (name) return named[name.toLowerCase()];
  const code = decimal ? Number(decimal) : Number.parseInt(hex ?? '', 16);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

function findTagEnd(source: string, from: number): number {
  let quote = '';
  for (let at = from; at < source.length; at += 1) {
    const char = source[at] ?? '';
    if (quote) quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '>') return at;
  }
  return -1;
}

function parseAttributes(source: string): Attributes {
  const attributes: Attributes = {};
  for (const [, name = '', double, single, bare] of source.matchAll(
    /([^\s=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  )) {
    const raw = double ?? single ?? bare ?? '';
    attributes[name.toLowerCase()] = raw.replace(/&(lt|gt|amp|quot);/g, (_, key: string) => named[key] ?? '');
  }
  return attributes;
}
