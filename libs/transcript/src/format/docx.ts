import { languageTag, textLanguage } from '../language.js';
import type { Transcript } from '../model.js';
import { isRightToLeft } from '../script.js';
import { clock } from '../time.js';
import { singleLine } from '../word.js';
import { transcriptBlocks, transcriptNotice } from './block.js';
import { type FormatOptions, resolveOptions } from './format.js';

/** Grey of times and details: contrast 7:1 on white. */
const grey = '595959';

/**
 * A Word document: a title, the length, names in bold, times in grey; its language is set, so that spelling is checked in
 * it, and right-to-left scripts run right to left. The library is loaded on first use: it is the largest one here.
 */
export const renderDocx = async (
  transcript: Transcript,
  options: FormatOptions = {},
): Promise<Uint8Array<ArrayBuffer>> => {
  const { Document, HeadingLevel, Packer, Paragraph, TextRun } = await import('docx');
  const { labels } = resolveOptions(transcript, options, true);
  const language = textLanguage(transcript);
  const tag = languageTag(language);
  const rtl = isRightToLeft(language);
  const title = singleLine(options.title ?? '') || labels.title;
  const notice = transcriptNotice(transcript, options);

  const direction = rtl ? { bidirectional: true } : {};
  const run = (text: string, style: { bold?: boolean; italics?: boolean; color?: string } = {}) =>
    new TextRun({ text, ...style, ...(rtl ? { rightToLeft: true } : {}) });
  const paragraph = (children: InstanceType<typeof TextRun>[], keepNext = false) =>
    new Paragraph({ children, ...direction, keepNext, spacing: { after: keepNext ? 40 : 160 } });

  const body = transcriptBlocks(transcript, options, true).flatMap(({ speaker, time, text }) => {
    const stamp = time === null ? [] : [run(time, { color: grey })];
    if (speaker === null) return [paragraph([...stamp, run(time === null ? text : `  ${text}`)])];
    const head = [run(time === null ? speaker : `${speaker}  `, { bold: true }), ...stamp];
    return [paragraph(head, true), paragraph([run(text)])];
  });

  const document = new Document({
    title,
    creator: 'whisper-bot',
    lastModifiedBy: 'whisper-bot',
    description: `${labels.duration}: ${clock(transcript.duration)}`,
    styles: {
      default: {
        document: {
          run: { font: 'Calibri', size: 22, language: { value: tag, eastAsia: tag, bidirectional: tag } },
        },
      },
    },
    sections: [
      {
        children: [
          new Paragraph({ heading: HeadingLevel.TITLE, ...direction, children: [run(title)] }),
          paragraph([run(`${labels.duration}: ${clock(transcript.duration)}`, { color: grey })]),
          ...(notice === null ? [] : [paragraph([run(notice, { italics: true })])]),
          ...body,
        ],
      },
    ],
  });
  return new Uint8Array(await Packer.toArrayBuffer(document));
};
