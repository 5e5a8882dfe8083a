import { stat, writeFile } from 'node:fs/promises';
import { extname, join, parse } from 'node:path';
import type { Config } from '@whisper-bot/config';
import { type SpeakerCount, taskOptionsSchema } from '@whisper-bot/task';
import { type FormatId, formats, type Transcript, transcriptNotice } from '@whisper-bot/transcript';
import type { Command } from 'commander';
import { CliError } from '../failure.js';
import { runTask } from '../session/run-task.js';
import { openSession } from '../session/session.js';
import { checkSource, type Source } from '../session/source.js';
import { createBar } from '../show/bar.js';
import type { Terminal } from '../terminal.js';
import { parseFormat, parseLanguageOption, parseSpeakers } from './option.js';

interface TranscribeOptions {
  format?: FormatId;
  language: string;
  model?: string;
  speakers: SpeakerCount;
  diarize: boolean;
  translate: boolean;
  prompt: string;
  output?: string;
  times?: boolean;
}

export const addTranscribe = (program: Command, terminal: Terminal, config: () => Config): void => {
  program
    .command('transcribe')
    .summary('turn recordings into text with speakers')
    .description(
      'Turns recordings into text with speakers: any audio or video that ffmpeg reads, "-" for standard input.',
    )
    .argument('<file...>', 'recordings')
    .option(
      '-f, --format <format>',
      'text, srt, vtt, json, md or docx (default: by the ending of --output, or text)',
      parseFormat,
    )
    .option('-l, --language <language>', 'spoken language: a name, a code, or auto', parseLanguageOption, 'auto')
    .option('-m, --model <name>', 'Whisper model, as `model list` names them (default: MODEL, or base)')
    .option('-s, --speakers <count>', 'how many people speak: auto, N, or max:N', parseSpeakers, { kind: 'auto' })
    .option('--no-diarize', 'do not tell speakers apart')
    .option('--translate', 'into English', false)
    .option('--prompt <text>', 'names and terms the recording is likely to hold', '')
    .option('--times', 'with the time at the beginning of each paragraph')
    .option(
      '-o, --output <file>',
      'write there instead of standard output; a folder where there are several recordings',
    )
    .addHelpText(
      'after',
      `
Examples:
  whisper-bot transcribe interview.mp3
  whisper-bot transcribe call.ogg --speakers 2 --format srt -o call.srt
  whisper-bot transcribe lecture.mp4 --language Russian --model large-v3-turbo --no-diarize
  ffmpeg -i rtsp://camera -t 60 -f ogg - | whisper-bot transcribe - --format json`,
    )
    .action((files: string[], options: TranscribeOptions) => transcribe(terminal, config(), files, options));
};

/** Transcribes files one after the other and writes each transcript; also what `demo` shows. */
export const transcribe = async (
  terminal: Terminal,
  config: Config,
  files: readonly string[],
  options: TranscribeOptions,
): Promise<void> => {
  const sources: Source[] = [];
  for (const file of files) sources.push(await checkSource(file));
  const write = await writerOf(terminal, sources, options);
  const taskOptions = taskOptionsSchema.parse({ ...options, model: options.model ?? config.model });
  const session = await openSession(config);
  try {
    for (const [index, source] of sources.entries()) {
      const bar = createBar(terminal, source.title);
      try {
        const { signal } = terminal;
        const transcript = await runTask(session, { source, options: taskOptions, signal, onProgress: bar.show });
        bar.clear();
        await write(source, transcript, index);
      } finally {
        bar.clear();
      }
    }
  } finally {
    await session.close();
  }
};

type Write = (source: Source, transcript: Transcript, index: number) => Promise<void>;

/** Decides before any work is done where the transcripts go, and refuses what could not be written in the end. */
const writerOf = async (
  terminal: Terminal,
  sources: readonly Source[],
  { output, format, times }: TranscribeOptions,
): Promise<Write> => {
  const id = format ?? formatOf(output) ?? 'text';
  const render = async ({ title }: Source, transcript: Transcript): Promise<string | Uint8Array> =>
    formats[id].render(transcript, { title, ...(times === undefined ? {} : { times }) });
  // Documents for people say it themselves; subtitles and JSON have no place for it.
  const notice = (transcript: Transcript): void => {
    if (id === 'text' || id === 'md' || id === 'docx') return;
    const said = transcriptNotice(transcript);
    if (said !== null) terminal.err.write(`${said}\n`);
  };
  if (output === undefined) {
    if (id === 'docx' && terminal.out.isTTY)
      throw new CliError('A docx is not for a terminal: name a file with -o.', 2);
    return async (source, transcript, index) => {
      const content = await render(source, transcript);
      if (index > 0 && typeof content === 'string') terminal.out.write('\n');
      terminal.out.write(typeof content === 'string' ? `${content.trimEnd()}\n` : content);
      notice(transcript);
    };
  }
  const isFolder = await stat(output).then(
    (info) => info.isDirectory(),
    () => false,
  );
  if (!isFolder && sources.length > 1)
    throw new CliError(`There are several recordings: "${output}" must be a folder.`, 2);
  return async (source, transcript) => {
    const path = isFolder ? join(output, `${parse(source.title).name}.${formats[id].extension}`) : output;
    const content = await render(source, transcript);
    await writeFile(path, typeof content === 'string' ? `${content.trimEnd()}\n` : content);
    terminal.err.write(`Wrote ${path}\n`);
    notice(transcript);
  };
};

const formatOf = (output: string | undefined): FormatId | undefined => {
  if (output === undefined) return undefined;
  const extension = extname(output).slice(1).toLowerCase();
  const byExtension: Record<string, FormatId> = {
    txt: 'text',
    srt: 'srt',
    vtt: 'vtt',
    json: 'json',
    md: 'md',
    docx: 'docx',
  };
  return byExtension[extension];
};
