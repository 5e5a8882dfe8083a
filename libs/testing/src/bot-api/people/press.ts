import type { Update, User } from 'grammy/types';
import type { ChatState, StoredMessage } from '../server/chat-state.js';
import type { Callback, World } from '../server/world.js';

/** A button that was pressed. */
export interface Press {
  /** The callback query's identifier. */
  readonly id: string;
  /** What the bot has answered so far. */
  readonly answer: { readonly text?: string; readonly alert: boolean } | undefined;
  /** Waits for the bot's answer, at most `timeoutMs` milliseconds (default three minutes). */
  answered(options?: { timeoutMs?: number }): Promise<{ readonly text?: string; readonly alert: boolean }>;
}

/** Sends the callback query of a button, or one made up. */
export function pressButton(
  world: World,
  { from, state }: { from: User; state: ChatState },
  wanted: { button?: string; data?: string; messageId?: number | undefined },
): Press {
  const { message, data } = find(state, wanted);
  const id = String(4_382_000_000_000_000 + world.nextCallback++);
  const callback: Callback = {
    at: world.clock.now(),
    chat: state,
  };
  world.callbacks.set(id, callback);
  const chatInstance = String(state.chat.id * 7919);
  world.updates.push({
    callback_query: { id, from, message: message.message, chat_instance: chatInstance, data },
  } as Omit<Update, 'update_id'>);
  return {
    id,
    get answer() {
      return callback.answer;
    },
    answered: (options) =>
      state.change.until(() => callback.answer, { what: `the answer to the button ${data}`, ...options }),
  };
}

function find(
  state: ChatState,
  { button, data, messageId }: { button?: string; data?: string; messageId?: number | undefined },
): { message: StoredMessage; data: string } {
  const candidates = [...state.messages.values()]
    .reverse()
    .filter(
      ({ message, deleted, byBot }) => byBot && (messageId === undefined ? !deleted : message.message_id === messageId),
    );
  for (const message of candidates) {
    if (data !== undefined) return { message, data };
    const buttons = (message.message.reply_markup?.inline_keyboard ?? []).flat();
    const pressed = buttons.find(
      (one) => one.text === button || ('callback_data' in one && one.callback_data === button),
    );
    if (pressed && 'callback_data' in pressed && pressed.callback_data) return { message, data: pressed.callback_data };
  }
  const there = candidates.flatMap(({ message }) =>
    (message.reply_markup?.inline_keyboard ?? []).flat().map((one) => one.text),
  );
  throw new Error(
    `There is no button ${button ?? data} in chat ${state.chat.id}; there are: ${there.join(', ') || 'none'}`,
  );
}
