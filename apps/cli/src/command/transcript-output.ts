import { mkdir, stat, writeFile } from 'node:fs/promises';
import { extname, join, parse } from 'node:path';
import { type FormatId, formats, parseFormat, type Transcript, transcriptNotice } from '@whisper-bot/transcript';
import { CliError } from '../failure.js';
import type { Source } from '../session/source.js';
import { shorten } from '../show/bar.js';
import type { Terminal } from '../terminal.js';

export interface OutputOptions {
  /** A file or a folder; standard output where it is missing. */
  output?: string;
  format?: FormatId;
  /** Start times of paragraphs. */
  times?: boolean;
}

/** Writes the transcript of one recording. */
export type WriteTranscript = (source: Source, transcript: Transcript) => Promise<void>;

/**
 * Decides before any work is done where the transcripts go. Throws CliError 2 for what could not be written in the end: an
 * unknown ending, one file for several recordings.
 */
export const openOutput = async (
  terminal: Terminal,
  sources: readonly Source[],
  { output, format, times, isMany }: OutputOptions & { isMany: boolean },
): Promise<WriteTranscript> => {
  const folder = output !== undefined && (await isFolder(output, isMany));
  const id = format ?? (output === undefined || folder ? 'text' : formatOfEnding(output));
  const render = async ({ title }: Source, transcript: Transcript): Promise<string | Uint8Array> => {
    const content = await formats[id].render(transcript, { title, ...(times === undefined ? {} : { times }) });
    return typeof content === 'string' ? `${content.trimEnd()}\n` : content;
  };
  // Documents for people say it themselves; subtitles and JSON have no place for it.
  const warn = (transcript: Transcript): void => {
    if (id === 'text' || id === 'md' || id === 'docx') return;
    const notice = transcriptNotice(transcript);
    if (notice !== null) terminal.err.write(`${notice}\n`);
  };
  if (output === undefined) {
    if (id === 'docx' && terminal.out.isTTY)
      throw new CliError('A docx is not for a terminal: name a file with -o.', 2);
    if (id === 'docx' && isMany)
      throw new CliError('Several docx do not fit into one stream: name a folder with -o.', 2);
    let written = 0;
    return async (source, transcript) => {
      const content = await render(source, transcript);
      if (written > 0 && typeof content === 'string') terminal.out.write('\n');
      terminal.out.write(content);
      written += 1;
      warn(transcript);
    };
  }
  const paths = folder
    ? fileNames(sources, formats[id].extension).map((name) => join(output, name))
    : sources.map(() => output);
  if (folder) await mkdir(output, { recursive: true }).catch(unwritable(output));
  return async (source, transcript) => {
    const path = paths[sources.indexOf(source)] ?? output;
    await writeFile(path, await render(source, transcript)).catch(unwritable(path));
    terminal.err.write(`Wrote ${path}\n`);
    warn(transcript);
  };
};

/** An existing folder, or a name that can only mean one. Throws CliError 2 where several recordings have one file to go to. */
const isFolder = async (output: string, isMany: boolean): Promise<boolean> => {
  const info = await stat(output).catch(() => null);
  if (info?.isDirectory()) return true;
  if (info === null && (/[/\\]$/.test(output) || (isMany && extname(output) === ''))) return true;
  if (isMany) throw new CliError(`There are several recordings: "${shorten(output, 200)}" must be a folder.`, 2);
  return false;
};

/** Text where there is no ending. Throws CliError 2 for endings that name no format. */
const formatOfEnding = (output: string): FormatId => {
  const ending = extname(output).slice(1);
  if (ending === '') return 'text';
  const format = parseFormat(ending);
  if (format === null) {
    throw new CliError(
      `Nothing is written as ".${shorten(ending, 20)}": the ending is ${endings.map((each) => `.${each}`).join(', ')}, or name a format with -f.`,
      2,
    );
  }
  return format;
};

const endings = [...new Set(Object.values(formats).map(({ extension }) => extension))];

/**
 * `talk.srt` for `talk.mp3`. Recordings whose names differ only in their endings keep them (`talk.mp3.srt`, `talk.wav.srt`),
 * and those of the same name are counted (`talk-2.srt`). File systems that do not tell cases apart are thought of.
 */
const fileNames = (sources: readonly Source[], extension: string): string[] => {
  const key = (name: string): string => name.normalize('NFC').toLowerCase();
  const stems = sources.map(({ title }) => parse(title).name);
  const titlesOf = (stem: string): Set<string> =>
    new Set(sources.filter((_, index) => key(stems[index] ?? '') === key(stem)).map(({ title }) => key(title)));
  const wanted = sources.map(({ title }, index) => {
    const stem = stems[index] ?? '';
    return titlesOf(stem).size > 1 ? title : stem;
  });
  const taken = new Set<string>();
  return wanted.map((base) => {
    let name = base;
    // A name that another recording has to itself is not taken from it.
    for (
      let count = 2;
      taken.has(key(name)) || (name !== base && wanted.some((each) => key(each) === key(name)));
      count += 1
    )
      name = `${base}-${count}`;
    taken.add(key(name));
    return `${name}.${extension}`;
  });
};

/** The sentence for a file that cannot be written. */
const unwritable =
  (path: string) =>
  (error: NodeJS.ErrnoException): never => {
    const shown = shorten(path, 200);
    const why: Record<string, string> = {
      ENOENT: `There is no folder for "${shown}".`,
      ENOTDIR: `There is no folder for "${shown}".`,
      EACCES: `"${shown}" may not be written by this user.`,
      EPERM: `"${shown}" may not be written by this user.`,
      EROFS: `"${shown}" may not be written by this user.`,
      ENOSPC: `There is no space left for "${shown}".`,
      EISDIR: `"${shown}" is a folder.`,
      ENAMETOOLONG: `The name "${shorten(path, 60)}" is too long.`,
    };
    throw new CliError(why[error.code ?? ''] ?? `"${shown}" cannot be written (${error.code ?? error.message}).`);
  };
