import type { TaskProgress } from '@whisper-bot/pipeline';
import type { Terminal } from '../terminal.js';

/** Shows how a task gets on: a bar on a terminal, otherwise a plain line at each stage and every tenth percent. */
export interface Bar {
  show(progress: TaskProgress): void;
  /** Takes the bar away. */
  clear(): void;
}

const words: Record<string, string> = {
  prepare: 'preparing',
  diarize: 'identifying speakers',
  transcribe: 'transcribing',
  merge: 'joining',
  deliver: 'delivering',
  accepted: 'waiting',
};

export const createBar = (terminal: Terminal, title: string): Bar =>
  terminal.err.isTTY ? createLiveBar(terminal, title) : createPlainBar(terminal, title);

const createLiveBar = ({ err, paint }: Terminal, title: string): Bar => ({
  show: (progress) => {
    const width = Math.max(10, Math.min(30, err.columns - 60));
    const filled = Math.round((progress.percent / 100) * width);
    const bar = paint('err', 'cyan', '━'.repeat(filled)) + paint('err', 'dim', '─'.repeat(width - filled));
    err.write(`\r\x1b[K${shorten(title, 24)} ${bar} ${describe(progress)}`);
  },
  clear: () => void err.write('\r\x1b[K'),
});

const createPlainBar = ({ err }: Terminal, title: string): Bar => {
  let last = '';
  return {
    show: (progress) => {
      const key = `${progress.stage} ${Math.floor(progress.percent / 10)}`;
      if (key === last) return;
      last = key;
      err.write(`${shorten(title, 60)}: ${describe(progress)}\n`);
    },
    clear: () => {},
  };
};

const describe = ({ stage, percent, secondsLeft, position, state }: TaskProgress): string => {
  if (position !== null && position > 0) return `waiting, ${position} ahead`;
  const doing = words[stage ?? state] ?? state;
  const left = secondsLeft === null ? '' : `, about ${duration(secondsLeft)} left`;
  return `${Math.floor(percent)} % ${doing}${left}`;
};

/** `42 s`, `3 min`, `1 h 20 min`. */
export const duration = (seconds: number): string => {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** One line of printable characters: a file may be called anything. */
export const shorten = (text: string, length: number): string => {
  const line = text.replace(/\p{C}+/gu, ' ').trim();
  const characters = [...line];
  return characters.length <= length ? line : `${characters.slice(0, length - 1).join('')}…`;
};
