import type { MessageEntity } from 'grammy/types';
import { addEntity, type Formatted, MarkupError, utf8Length } from './formatted.js';

interface Frame {
  readonly mark: string;
  readonly name: string;
  readonly start: number;
  readonly offset: number;
}

const reserved = new Set('_*[]()~`>#+-=|{}.!');
const marks: readonly [mark: string, name: string, type: MessageEntity.CommonMessageEntity['type']][] = [
  ['||', 'Spoiler', 'spoiler'],
  ['__', 'Underline', 'underline'],
  ['*', 'Bold', 'bold'],
  ['_', 'Italic', 'italic'],
  ['~', 'Strikethrough', 'strikethrough'],
];

/**
 * Parses MarkdownV2 (https://core.telegram.org/bots/api#markdownv2-style): the marks above, code, blocks, links and quotes.
 * Custom emoji and dates are not known here.
 * @throws MarkupError with Telegram's wording.
 */
export function parseMarkdownV2(source: string): Formatted {
  const entities: MessageEntity[] = [];
  const stack: Frame[] = [];
  let text = '';
  let at = 0;
  let quoteStart = -1;
  const offset = () => utf8Length(source.slice(0, at));
  const endQuote = () => {
    if (quoteStart < 0) return;
    const length = text.replace(/\n$/, '').length - quoteStart;
    addEntity(entities, { type: 'blockquote', offset: quoteStart, length });
    quoteStart = -1;
  };

  while (at < source.length) {
    const char = source[at] ?? '';
    if (at === 0 || source[at - 1] === '\n') {
      if (char === '>') {
        if (quoteStart < 0) quoteStart = text.length;
        at += 1;
        continue;
      }
      endQuote();
    }
    if (char === '\\' && at + 1 < source.length) {
      text += source[at + 1];
      at += 2;
    } else if (source.startsWith('```', at)) {
      readCode('```');
    } else if (char === '`') {
      readCode('`');
    } else if (char === '[') {
      stack.push({ mark: '[', name: 'TextUrl', start: text.length, offset: offset() });
      at += 1;
    } else if (char === ']' && stack.at(-1)?.mark === '[') {
      readLink();
    } else if (!readMark()) {
      if (reserved.has(char)) {
        throw new MarkupError(`Character '${char}' is reserved and must be escaped with the preceding '\\'`);
      }
      text += char;
      at += 1;
    }
  }
  endQuote();
  const open = stack.at(-1);
  if (open) throw new MarkupError(`Can't find end of ${open.name} entity at byte offset ${open.offset}`);
  return { text, entities };

  function readMark(): boolean {
    const found = marks.find(([mark]) => source.startsWith(mark, at));
    if (!found) return false;
    const [mark, name, type] = found;
    const top = stack.at(-1);
    if (top?.mark === mark) {
      stack.pop();
      addEntity(entities, { type, offset: top.start, length: text.length - top.start });
    } else {
      stack.push({ mark, name, start: text.length, offset: offset() });
    }
    at += mark.length;
    return true;
  }

  function readCode(fence: string): void {
    const begin = offset();
    const name = fence === '`' ? 'Code' : 'Pre';
    let body = '';
    let cursor = at + fence.length;
    while (!source.startsWith(fence, cursor)) {
      if (cursor >= source.length) throw new MarkupError(`Can't find end of ${name} entity at byte offset ${begin}`);
      if (source[cursor] === '\\') cursor += 1;
      body += source[cursor] ?? '';
      cursor += 1;
    }
    at = cursor + fence.length;
    const start = text.length;
    if (fence === '`') {
      text += body;
      addEntity(entities, { type: 'code', offset: start, length: body.length });
      return;
    }
    const language = /^([^\s`]+)\n/.exec(body)?.[1];
    const content = body.replace(language ? `${language}\n` : /^\n/, '');
    text += content;
    addEntity(entities, {
      type: 'pre',
      offset: start,
      length: content.length,
      ...(language && { language }),
    });
  }

  function readLink(): void {
    const frame = stack.pop();
    if (!frame) return;
    at += 1;
    if (source[at] !== '(') {
      const url = text.slice(frame.start);
      addEntity(entities, { type: 'text_link', url, offset: frame.start, length: url.length });
      return;
    }
    const begin = offset();
    const end = source.indexOf(')', at);
    if (end < 0) throw new MarkupError(`Can't find end of a URL at byte offset ${begin}`);
    const url = source.slice(at + 1, end).replace(/\\(.)/g, '$1');
    at = end + 1;
    addEntity(entities, { type: 'text_link', url, offset: frame.start, length: text.length - frame.start });
  }
}

/**
 * Parses the old Markdown mode: `*bold*`, `_italic_`, code, blocks and links, without nesting.
 * @throws MarkupError with Telegram's wording.
 */
export function parseMarkdown(source: string): Formatted {
  const entities: MessageEntity[] = [];
  let text = '';
  let at = 0;
  const fail = (): never => {
    throw new MarkupError(`Can't find end of the entity starting at byte offset ${utf8Length(source.slice(0, at))}`);
  };
  while (at < source.length) {
    const char = source[at] ?? '';
    const escaped = char === '\\' && '_*`['.includes(source[at + 1] ?? ' ');
    const mark = source.startsWith('```', at) ? '```' : char;
    if (escaped || !'_*`['.includes(char)) {
      text += escaped ? source[at + 1] : char;
      at += escaped ? 2 : 1;
      continue;
    }
    const close = source.indexOf(mark === '[' ? ']' : mark, at + mark.length);
    if (close < 0) fail();
    const content = source.slice(at + mark.length, close);
    const place = { offset: text.length, length: content.length };
    text += content;
    if (mark === '[') {
      const url = /^\(([^)]*)\)/.exec(source.slice(close + 1));
      if (url?.[1]) addEntity(entities, { type: 'text_link', url: url[1], ...place });
      at = close + 1 + (url?.[0].length ?? 0);
      continue;
    }
    const type = mark === '*' ? 'bold' : mark === '_' ? 'italic' : mark === '`' ? 'code' : 'pre';
    addEntity(entities, { type, ...place });
    at = close + mark.length;
  }
  return { text, entities };
}
