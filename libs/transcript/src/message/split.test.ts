import { describe, expect, it } from 'vitest';
import { blockText } from '../format/block.js';
import { seeded } from '../test-data/sample.js';
import { splitMessage } from './split.js';

const squeeze = (text: string): string => text.replace(/\s+/g, '');
const block = (speaker: string | null, text: string, time: string | null = null) => ({ speaker, time, text });

describe('splitting for Telegram', () => {
  it('leaves a short text whole', () => {
    expect(splitMessage('Good morning.')).toEqual([{ blocks: [block(null, 'Good morning.')], length: 13 }]);
    expect(splitMessage('')).toEqual([]);
    expect(splitMessage('a'.repeat(4096))).toHaveLength(1);
    expect(splitMessage(`${'a'.repeat(4000)} ${'b'.repeat(96)}`)).toHaveLength(2);
  });

  it('prefers a change of speaker, then sentences, then words', () => {
    const pieces = splitMessage(
      [
        block('Anna', 'One two three. Four five six.', '00:01'),
        block('Ben', 'Seven eight nine ten eleven twelve thirteen.'),
      ],
      { limit: 46 },
    );
    expect(pieces.map(({ blocks }) => blocks.map(blockText))).toEqual([
      ['[00:01] Anna: One two three. Four five six.'],
      ['Ben: Seven eight nine ten eleven twelve'],
      ['Ben: thirteen.'],
    ]);
    expect(splitMessage('One two three. Four five six. Seven.', { limit: 20 }).map((p) => p.blocks[0]?.text)).toEqual([
      'One two three.',
      'Four five six.',
      'Seven.',
    ]);
  });

  it('names the speaker again where a turn goes on in a new message', () => {
    const pieces = splitMessage([block('Anna', 'One.'), block(null, 'Two three four five.')], { limit: 28 });
    expect(pieces.map(({ blocks }) => blocks.map(blockText))).toEqual([['Anna: One.'], ['Anna: Two three four five.']]);
  });

  it('never cuts a grapheme nor a surrogate pair', () => {
    const family = '👩‍👩‍👧';
    for (const { blocks } of splitMessage(family.repeat(30), { limit: 50 })) {
      expect(squeeze(blocks[0]?.text ?? '').replaceAll(family, '')).toBe('');
    }
    for (const { blocks } of splitMessage('我们今天去北京看朋友'.repeat(20), { limit: 17 })) {
      expect(blocks[0]?.text.length).toBeLessThanOrEqual(17);
    }
  });

  it.each(Array.from({ length: 60 }, (_, index) => index + 1))('holds its promises for random input %i', (seed) => {
    const random = seeded(seed);
    const limit = 60 + Math.floor(random() * 300);
    const words = ['yes,', 'склад.', 'Hamburg', 'so?', '你好。', 'e\u0301te\u0301', '👍🏽', 'поставки', '\n', 'A.'];
    const blocks = Array.from({ length: 1 + Math.floor(random() * 12) }, () =>
      block(
        random() < 0.6 ? (['Anna', 'Спикер 2'][Math.floor(random() * 2)] ?? null) : null,
        Array.from({ length: 1 + Math.floor(random() * 120) }, () => words[Math.floor(random() * words.length)]).join(
          ' ',
        ),
        random() < 0.5 ? '01:02' : null,
      ),
    );
    const pieces = splitMessage(blocks, { limit });
    for (const piece of pieces) {
      expect(piece.length).toBe(piece.blocks.map(blockText).join('\n\n').length);
      expect(piece.length).toBeLessThanOrEqual(limit);
      for (const { text } of piece.blocks) {
        expect(text.trim()).not.toBe('');
        for (const part of text.split(/\s+/)) expect(words).toContain(part);
      }
    }
    const all = pieces.flatMap((piece) => piece.blocks.map(({ text }) => text)).join('');
    expect(squeeze(all)).toBe(squeeze(blocks.map(({ text }) => text).join('')));
  });
});
