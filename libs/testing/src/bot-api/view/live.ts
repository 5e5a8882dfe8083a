import type { ChatView } from './chat-view.js';
import { type RenderOptions, renderChat, renderMessage } from './render.js';

/** Where a chat is shown: a terminal (redrawn in place) or any stream of lines. */
export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/**
 * Shows a chat while it goes on. On a terminal the chat is redrawn in place, the end of it if it is higher than the
 * screen; elsewhere each new message and each edit is printed once, as plain lines.
 * @returns a function that draws the last state and stops
 */
export function showChat(view: ChatView, screen: Screen, options: RenderOptions = {}): () => void {
  const draw = screen.isTTY ? createRedraw(view, screen, options) : createLog(view, screen, options);
  const stop = view.subscribe(draw);
  draw();
  return () => {
    stop();
    draw();
  };
}

function createRedraw(view: ChatView, screen: Screen, options: RenderOptions): () => void {
  let drawn = 0;
  return () => {
    const rows = (screen.rows ?? 24) - 1;
    const columns = Math.min(options.columns ?? 100, (screen.columns ?? 80) - 1);
    const lines = renderChat(view, { ...options, columns }).slice(-rows);
    // Cursor to the first drawn line, everything below erased, then the new picture.
    const back = drawn > 0 ? `\u001b[${drawn}A\r\u001b[J` : '';
    screen.write(back + lines.map((line) => `${line}\n`).join(''));
    drawn = lines.length;
  };
}

function createLog(view: ChatView, screen: Screen, options: RenderOptions): () => void {
  const seen = new Map<number, number>();
  return () => {
    for (const message of view.messages) {
      const before = seen.get(message.id);
      if (before === message.revisions.length) continue;
      seen.set(message.id, message.revisions.length);
      const lines = renderMessage(message, options.columns ?? screen.columns ?? 80);
      const mark = before === undefined ? '' : '(edited) ';
      screen.write(`${mark}${lines.join('\n')}\n`);
    }
  };
}
