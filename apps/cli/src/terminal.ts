import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Where a command writes: results on `out`, everything else on `err`. */
export interface Terminal {
  out: NodeJS.WriteStream;
  err: NodeJS.WriteStream;
  /** Colours text for one of the streams; plain where it is no terminal or NO_COLOR is set. */
  paint(stream: 'out' | 'err', style: Style, text: string): string;
  /** Aborts at the first Ctrl-C or SIGTERM. */
  signal: AbortSignal;
}

export const createTerminal = (env: NodeJS.ProcessEnv, signal: AbortSignal): Terminal => {
  const terminal: Terminal = {
    out: process.stdout,
    err: process.stderr,
    paint: (stream, style, text) => {
      const colours = terminal[stream].isTTY && !env.NO_COLOR && env.TERM !== 'dumb';
      return colours ? styleText(style, text) : text;
    },
    signal,
  };
  return terminal;
};
