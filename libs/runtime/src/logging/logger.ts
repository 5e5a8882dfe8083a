import { type DestinationStream, type Logger, pino } from 'pino';
import { describeError } from './describe-error.js';

export interface LoggerOptions {
  /** Which process speaks: `worker`, `bot`, … */
  name: string;
  /** The least severe level that is written; default `info`. */
  level?: string;
  /** Default: standard output. */
  destination?: DestinationStream;
}

/** Fields that hold what people said or how they are called, wherever they stand in a log entry (up to two levels down). */
const personal = [
  'text',
  'transcript',
  'segments',
  'words',
  'title',
  'prompt',
  'caption',
  'first_name',
  'last_name',
  'username',
  'firstName',
  'lastName',
  'fileName',
  'file_name',
];
/** Fields that hold secrets. */
const secret = ['token', 'botToken', 'password', 'authorization', 'cookie', 'apiKey', 'secret'];

/** A Telegram token, also inside a URL, a message or a stack. */
const botToken = /\d{5,}:[\w-]{30,}/g;
/** User and password of a URL. */
const credentials = /(\w+:\/\/)[^\s/@"]+@/g;

/** A JSON logger that never writes a bot token, a password in a URL, or what people said. */
export const createLogger = ({ name, level = 'info', destination }: LoggerOptions): Logger =>
  pino(
    {
      name,
      level,
      serializers: { err: (error: unknown) => describeError(error) },
      redact: {
        paths: [...personal, ...secret].flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: '[redacted]',
      },
      hooks: { streamWrite: (line) => line.replace(botToken, '[token]').replace(credentials, '$1[redacted]@') },
    },
    ...(destination === undefined ? [] : [destination]),
  );
