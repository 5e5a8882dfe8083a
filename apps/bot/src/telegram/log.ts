/** Log lines as pino writes them; never a token, never a word of a transcript. */
export interface BotLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
