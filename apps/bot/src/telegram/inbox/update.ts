import type { InboxUpdate } from '@whisper-bot/store/telegram';
import type { Update } from 'grammy/types';

/** Updates the bot asks Telegram for. */
export const wantedUpdates = ['message', 'channel_post', 'callback_query', 'my_chat_member'] as const;

/** The chat whose order an update keeps; those of no chat share one of their own. */
const chatOf = (update: Update): number =>
  (
    update.message ??
    update.channel_post ??
    update.edited_message ??
    update.edited_channel_post ??
    update.callback_query?.message ??
    update.my_chat_member
  )?.chat.id ?? 0;

/** An update as the inbox keeps it. */
export const inboxUpdate = (update: Update): InboxUpdate => ({
  updateId: update.update_id,
  chatId: chatOf(update),
  body: update,
});
