import { renderDiarizedJson } from './diarized-json.js';
import { renderDocx } from './docx.js';
import type { Format } from './format.js';
import { renderJson } from './json.js';
import { renderMarkdown } from './md.js';
import { renderSrt } from './srt.js';
import { renderText } from './text.js';
import { renderVerboseJson } from './verbose-json.js';
import { renderVtt } from './vtt.js';

const json = 'application/json; charset=utf-8';

const table = {
  text: { name: 'TXT', extension: 'txt', mime: 'text/plain; charset=utf-8', render: async (t, o) => renderText(t, o) },
  srt: {
    name: 'SRT',
    extension: 'srt',
    mime: 'application/x-subrip; charset=utf-8',
    render: async (t, o) => renderSrt(t, o),
  },
  vtt: { name: 'VTT', extension: 'vtt', mime: 'text/vtt; charset=utf-8', render: async (t, o) => renderVtt(t, o) },
  json: { name: 'JSON', extension: 'json', mime: json, render: async (t) => renderJson(t) },
  md: {
    name: 'Markdown',
    extension: 'md',
    mime: 'text/markdown; charset=utf-8',
    render: async (t, o) => renderMarkdown(t, o),
  },
  docx: {
    name: 'DOCX',
    extension: 'docx',
    mime: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    render: renderDocx,
  },
  verbose_json: {
    name: 'OpenAI verbose JSON',
    extension: 'json',
    mime: json,
    render: async (t, o) => renderVerboseJson(t, o),
  },
  diarized_json: {
    name: 'OpenAI diarized JSON',
    extension: 'json',
    mime: json,
    render: async (t) => renderDiarizedJson(t),
  },
} as const satisfies Record<string, Format>;

export type FormatId = keyof typeof table;

/** Every way to write a transcript down, by id; apps list these and need no switch over them. */
export const formats: Readonly<Record<FormatId, Format>> = table;

/** In the order they are listed. */
export const formatIds = Object.keys(formats) as FormatId[];

/** Whether a word names a format. */
export const isFormatId = (id: string): id is FormatId => Object.hasOwn(formats, id);

const aliases: Readonly<Record<string, FormatId>> = { txt: 'text', markdown: 'md' };

/** The format of a name or of a file's ending: `SRT`, `txt`, `markdown`; null where there is none. */
export const parseFormat = (name: string): FormatId | null => {
  const word = name.trim().toLowerCase();
  if (isFormatId(word)) return word;
  return Object.hasOwn(aliases, word) ? (aliases[word] ?? null) : null;
};
