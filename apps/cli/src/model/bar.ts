import type { Terminal } from '../terminal.js';
import { megabytes } from './show.js';

/** How much of a model has arrived: a bar on a terminal, a line every tenth elsewhere. */
export const createTransferBar = ({ err, paint }: Terminal, name: string) => {
  let shown = -1;
  return {
    show: (received: number, total: number): void => {
      const percent = Math.floor((received / total) * 100);
      if (percent === shown) return;
      if (err.isTTY) {
        const bar =
          paint('err', 'cyan', '━'.repeat(percent / 4)) + paint('err', 'dim', '─'.repeat(25 - Math.floor(percent / 4)));
        err.write(`\r\x1b[K${name} ${bar} ${percent} % of ${megabytes(total)}`);
      } else if (percent >= shown + 10) err.write(`${name}: ${percent} % of ${megabytes(total)}\n`);
      else return;
      shown = percent;
    },
    clear: (): void => {
      if (err.isTTY) err.write('\r\x1b[K');
    },
  };
};
