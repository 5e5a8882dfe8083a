import { describe, expect, it } from 'vitest';
import { format } from './format.js';

const html = (text: string) => format({ text, parseMode: 'HTML' });
const markdown = (text: string) => format({ text, parseMode: 'MarkdownV2' });

describe('HTML', () => {
  it.each([
    ['<b>a<i>b</i></b>', 'ab', ['bold 0 2', 'italic 1 1']],
    ['🎤<u>x</u>', '🎤x', ['underline 2 1']],
    ['&lt;b&gt; &amp;amp; &#1103; &copy;', '<b> &amp; я &copy;', []],
    ['<tg-spoiler>a</tg-spoiler><span class="tg-spoiler">b</span>', 'ab', ['spoiler 0 1', 'spoiler 1 1']],
    ['<pre><code class="language-ts">x</code></pre>', 'x', ['pre 0 1 ts']],
    ['<blockquote expandable>q</blockquote>', 'q', ['expandable_blockquote 0 1']],
    ['<a href="https://e.org/?a=1&amp;b">l</a>', 'l', ['text_link 0 1 https://e.org/?a=1&b']],
    ['  <b> a </b>\n', 'a', ['bold 0 1']],
    ['<code>/start</code> /help', '/start /help', ['code 0 6', 'bot_command 7 5']],
  ])('%s', (source, text, entities) => {
    expect({ text: html(source).text, entities: html(source).entities.map(short) }).toEqual({ text, entities });
  });

  it.each([
    ['</b>', 'Unexpected end tag at byte offset 0'],
    ['<b', 'Unclosed start tag at byte offset 0'],
    ['<span>a</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
    ['a < b', 'Unclosed start tag at byte offset 2'],
  ])('refuses %s', (source, message) => {
    expect(() => html(source)).toThrow(`Bad Request: can't parse entities: ${message}`);
  });
});

describe('MarkdownV2', () => {
  it.each([
    ['*a _b_*', 'a b', ['bold 0 3', 'italic 2 1']],
    ['__u__ ~s~ ||p||', 'u s p', ['underline 0 1', 'strikethrough 2 1', 'spoiler 4 1']],
    ['a\\.b \\*', 'a.b *', []],
    ['`a.b` ```ts\nx```', 'a.b x', ['code 0 3', 'pre 4 1 ts']],
    ['[l](https://e\\.org)', 'l', ['text_link 0 1 https://e.org']],
    ['>q\n>r\nend', 'q\nr\nend', ['blockquote 0 3']],
  ])('%s', (source, text, entities) => {
    expect({ text: markdown(source).text, entities: markdown(source).entities.map(short) }).toEqual({ text, entities });
  });
});

it('refuses a mode there is not', () => {
  expect(() => format({ text: 'x', parseMode: 'XML' })).toThrow('Bad Request: unsupported parse_mode');
});

function short(entity: ReturnType<typeof format>['entities'][number]): string {
  const extra = 'url' in entity ? entity.url : 'language' in entity ? entity.language : undefined;
  return [entity.type, entity.offset, entity.length, ...(extra ? [extra] : [])].join(' ');
}
