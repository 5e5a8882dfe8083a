import type { Transcript } from '../model.js';
import { blockText, transcriptBlocks, transcriptNotice } from './block.js';
import type { FormatOptions } from './format.js';

/** Plain text: a paragraph a block, an empty line between; says so where no one speaks or speakers were not found. */
export const renderText = (transcript: Transcript, options: FormatOptions = {}): string => {
  const notice = transcriptNotice(transcript, options);
  const blocks = transcriptBlocks(transcript, options).map(blockText);
  return `${[...(notice === null ? [] : [notice]), ...blocks].join('\n\n')}\n`;
};
