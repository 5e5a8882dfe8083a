import { type Block, blockText } from '../format/block.js';
import { cutAt } from './cut.js';

/** Telegram's limit of a message in UTF-16 code units, counted after its markup is parsed (core.telegram.org/bots/api#sendmessage). */
export const telegramMessageLimit = 4096;

export interface SplitOptions {
  /** UTF-16 code units a piece. Default: Telegram's 4096. */
  limit?: number;
  /** What stands between two blocks; must not change the visible length when rendered. Default: an empty line. */
  separator?: string;
  /**
   * The text of a block as the reader sees it, without markup; the bot renders each block to HTML that shows exactly
   * this. It must grow by as much as the block's text does. Default: `[00:07] Anna: text`.
   */
  visible?: (block: Block) => string;
}

/** A message: whole blocks or parts of one. `length` is what Telegram counts. */
export interface MessagePiece {
  blocks: Block[];
  length: number;
}

/**
 * Splits a transcript into messages: at speakers, then lines, then sentences, then words, never inside a word that fits
 * a message. A block that goes on in the next message repeats its speaker, without the time. Markup is put around
 * blocks after the split, so it is always balanced.
 */
export const splitMessage = (input: readonly Block[] | string, options: SplitOptions = {}): MessagePiece[] => {
  const { limit = telegramMessageLimit, separator = '\n\n', visible = blockText } = options;
  const blocks = typeof input === 'string' ? [{ speaker: null, time: null, text: input }] : input;
  const pieces: MessagePiece[] = [];
  let open: MessagePiece = { blocks: [], length: 0 };
  const close = (): void => {
    if (open.blocks.length > 0) pieces.push(open);
    open = { blocks: [], length: 0 };
  };
  const room = (): number => limit - open.length - (open.blocks.length > 0 ? separator.length : 0);
  const add = (block: Block): void => {
    const length = visible(block).length;
    open.length += length + (open.blocks.length > 0 ? separator.length : 0);
    open.blocks.push(block);
  };

  let speaker: string | null = null;
  for (const block of blocks) {
    if (block.speaker !== null) speaker = block.speaker;
    let rest: Block | null = { ...block, text: block.text.trim() };
    while (rest !== null && rest.text !== '') {
      // The first block of a message names its speaker, wherever the turn began.
      if (open.blocks.length === 0 && rest.speaker === null) rest = { ...rest, speaker };
      const length = visible(rest).length;
      if (length <= room()) {
        add(rest);
        rest = null;
      } else if (open.blocks.length > 0 && (length <= limit || room() < limit / 2)) {
        close();
      } else {
        const head = fit(rest, length - rest.text.length, room(), open.blocks.length > 0);
        if (head === null) {
          close();
          continue;
        }
        add(head.block);
        close();
        rest = head.rest === '' ? null : { speaker: rest.speaker, time: null, text: head.rest };
      }
    }
  }
  close();
  return pieces;
};

/** As much of a block as fits, and what is left; null where only a line or sentence may end it and none fits. */
const fit = (block: Block, overhead: number, room: number, strict: boolean): { block: Block; rest: string } | null => {
  const cut = cutAt(block.text, room - overhead, strict);
  if (cut === 0) {
    if (strict) return null;
    // The name alone fills a message: it gives way.
    if (block.speaker !== null || block.time !== null)
      return fit({ speaker: null, time: null, text: block.text }, 0, room, strict);
  }
  return {
    block: { ...block, text: block.text.slice(0, Math.max(cut, 1)).trimEnd() },
    rest: block.text.slice(Math.max(cut, 1)).trimStart(),
  };
};
