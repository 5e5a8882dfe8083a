import { ConfigError } from '@whisper-bot/config';
import { TaskError } from '@whisper-bot/task';

/** A failure with the sentence the person at the terminal reads. */
export class CliError extends Error {
  override readonly name = 'CliError';
  constructor(
    message: string,
    /** 1: it did not work; 2: it was asked for wrongly; 130: interrupted. */
    readonly exitCode: 1 | 2 | 130 = 1,
  ) {
    super(message);
  }
}

/** The lines to print and the code to end with for whatever a command threw. */
export const explain = (error: unknown): { lines: readonly string[]; exitCode: number } => {
  if (error instanceof CliError) return { lines: [error.message], exitCode: error.exitCode };
  if (error instanceof ConfigError) return { lines: error.problems, exitCode: 2 };
  if (error instanceof TaskError) return { lines: [error.message, ...causeOf(error)], exitCode: 1 };
  return { lines: [error instanceof Error ? (error.stack ?? error.message) : String(error)], exitCode: 1 };
};

/** Codes of errors that the operator can mend, by what the cause says. */
const withCause: ReadonlySet<string> = new Set(['internal', 'unknown-model', 'damaged-model']);

/** The operator's detail helps at a terminal where the sentence alone says too little. */
const causeOf = ({ code, cause }: TaskError): string[] => {
  const isOurs = code.startsWith('engine') || withCause.has(code);
  if (!isOurs || cause === undefined) return [];
  return [`  (${cause instanceof Error ? cause.message : String(cause)})`];
};
