import type { Transcript } from '../model.js';
import { clock } from '../time.js';
import { singleLine } from '../word.js';
import { transcriptBlocks, transcriptNotice } from './block.js';
import { type FormatOptions, resolveOptions } from './format.js';

/** Markdown: a title, the length, and a paragraph a block. What a person said never becomes markup. */
export const renderMarkdown = (transcript: Transcript, options: FormatOptions = {}): string => {
  const { labels } = resolveOptions(transcript, options, true);
  const title = singleLine(options.title ?? '') || labels.title;
  const notice = transcriptNotice(transcript, options);
  const blocks = transcriptBlocks(transcript, options, true).map(({ speaker, time, text }) => {
    const head = [speaker === null ? '' : `**${escapeMarkdown(speaker)}**`, time === null ? '' : `\`${time}\``]
      .filter((part) => part !== '')
      .join(' ');
    // A name begins a paragraph of its own; a bare time stands in the line it belongs to.
    const line = escapeMarkdown(text);
    if (head === '') return line;
    return speaker === null ? `${head} ${line}` : `${head}\n\n${line}`;
  });
  return `${[
    `# ${escapeMarkdown(title)}`,
    `${labels.duration}: ${clock(transcript.duration)}`,
    ...(notice === null ? [] : [`*${escapeMarkdown(notice)}*`]),
    ...blocks,
  ].join('\n\n')}\n`;
};

/** Escapes what CommonMark and GitHub's dialect read as markup, in running text and at the start of a line. */
const escapeMarkdown = (text: string): string =>
  text
    .replace(/[\\`*_[\]<>|~&]/g, '\\$&')
    .replace(/^(#{1,6}|[-+=])(?=\s|$)/, '\\$1')
    .replace(/^(-{3,}|={3,})/, '\\$1')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2');
