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

/** An update as the inbox keeps it: one that reports a group's new number stands in the order of both numbers. */
export const inboxUpdate = (update: Update): InboxUpdate => {
  const otherChatId = update.message?.migrate_to_chat_id ?? update.message?.migrate_from_chat_id;
  return {
    updateId: update.update_id,
    chatId: chatOf(update),
    ...(otherChatId !== undefined && { otherChatId }),
    body: update,
  };
};
