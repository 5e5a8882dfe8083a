import type { Config } from '@whisper-bot/config';
import { languageHintsOf, type SpeakerCount, type TaskOptions, taskOptionsSchema } from '@whisper-bot/task';
import { type FormatId, formatIds, type Transcript } from '@whisper-bot/transcript';
import { type Command, Option } from 'commander';
import { CliError, explain } from '../failure.js';
import { runTask } from '../session/run-task.js';
import { checkSource, type Source } from '../session/source.js';
import { createBar, shorten } from '../show/bar.js';
import type { Terminal } from '../terminal.js';
import { parseFormatOption, parseLanguageOption, parsePrompt, parseSpeakers, parseTrack } from './option.js';
import { openOutput } from './transcript-output.js';

interface TranscribeOptions {
  format?: FormatId;
  language: string;
  model?: string;
  speakers: SpeakerCount;
  track?: number;
  diarize: boolean;
  translate?: boolean;
  prompt?: string;
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
      `${formatIds.join(', ')}; txt is text (default: by the ending of --output, or text)`,
      parseFormatOption,
    )
    .option('-l, --language <language>', 'spoken language: a name, a code, or auto', parseLanguageOption, 'auto')
    .option('-m, --model <name>', 'as `model list` names them, or auto: by language (default: MODEL, or base)')
    .addOption(
      new Option('-s, --speakers <count>', 'how many people speak: auto, N, or max:N')
        .argParser(parseSpeakers)
        .default({ kind: 'auto' }, 'auto'),
    )
    .option('--track <number>', 'which sound track, from 1 (default: one with speech, by language)', parseTrack)
    .option('--no-diarize', 'do not identify speakers')
    .option('--translate', 'into English')
    .option('--prompt <text>', 'names and terms the recording is likely to hold', parsePrompt)
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
  whisper-bot transcribe *.m4a --format srt -o subtitles/
  whisper-bot transcribe lecture.mp4 --language Russian --model large-v3-turbo --no-diarize
  ffmpeg -i rtsp://camera -t 60 -f ogg - | whisper-bot transcribe - --format json`,
    )
    .action((files: string[], options: TranscribeOptions) => transcribe(terminal, config(), files, options));
};

/**
 * Transcribes files one after the other and writes each transcript; also what `demo` shows. Of several, one that cannot be
 * transcribed is named and the others are done; CliError 1 then says how many were not.
 */
export const transcribe = async (
  terminal: Terminal,
  config: Config,
  files: readonly string[],
  options: TranscribeOptions,
): Promise<void> => {
  if (files.filter((file) => file === '-').length > 1)
    throw new CliError('Standard input is read once: "-" is given twice.', 2);
  const failed: string[] = [];
  /** One recording has the whole command to itself: what is wrong with it ends the command. */
  const attempt = async <T>(file: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (files.length === 1 || terminal.signal.aborted || isUsage(error)) throw error;
      failed.push(file);
      report(terminal, file, error);
      return undefined;
    }
  };
  const sources: Source[] = [];
  for (const file of files) {
    const source = await attempt(file, () => checkSource(file));
    if (source !== undefined) sources.push(source);
  }
  const write = await openOutput(terminal, sources, { ...options, isMany: files.length > 1 });
  const languageHints = languageHintsOf(config.usualLanguages);
  const taskOptions = taskOptionsSchema.parse({ ...options, languageHints, model: options.model ?? config.model });
  if (sources.length > 0) {
    await eachTranscript(terminal, config, { sources, options: taskOptions }, async (source, run) => {
      await attempt(source.path, async () => write(source, await run()));
    });
  }
  if (failed.length > 0) throw new CliError(`${failed.length} of ${files.length} recordings could not be transcribed.`);
};

interface Batch {
  sources: readonly Source[];
  options: TaskOptions;
}

/** Opens a session and hands over each recording with what transcribes it. Throws where no further one can work. */
const eachTranscript = async (
  terminal: Terminal,
  config: Config,
  { sources, options }: Batch,
  take: (source: Source, run: () => Promise<Transcript>) => Promise<void>,
): Promise<void> => {
  const { signal } = terminal;
  const { openSession } = await import('../session/session.js');
  const session = await openSession(config);
  try {
    for (const source of sources) {
      const bar = createBar(terminal, source.title);
      try {
        await take(source, async () => {
          const transcript = await runTask(session, { source, options, signal, onProgress: bar.show });
          bar.clear();
          return transcript;
        });
      } finally {
        bar.clear();
      }
      session.broken.throwIfAborted();
    }
  } finally {
    await session.close();
  }
};

const isUsage = (error: unknown): boolean => error instanceof CliError && error.exitCode === 2;

/** Names a recording with what is wrong with it, where the sentence does not name it already. */
const report = (terminal: Terminal, file: string, error: unknown): void => {
  const [first = '', ...rest] = explain(error).lines;
  const name = file === '-' ? 'standard input' : `"${shorten(file, 200)}"`;
  const prefix = terminal.paint('err', 'red', 'whisper-bot:');
  terminal.err.write(`${prefix} ${first.includes(name) ? first : `${name}: ${first}`}\n`);
  for (const line of rest) terminal.err.write(`${line}\n`);
};
