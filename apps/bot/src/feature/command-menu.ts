import { locales } from '@whisper-bot/text';
import type { Api } from 'grammy';
import type { BotCommand } from 'grammy/types';
import { inLocale, type Words } from '../locale/locale.js';

/** Commands in the order of Telegram's menu. */
const privateCommands = [
  'start',
  'help',
  'settings',
  'language',
  'model',
  'status',
  'cancel',
  'stats',
  'privacy',
  'delete_my_data',
] as const;
const groupCommands = ['transcribe', 'settings', 'language', 'model', 'status', 'cancel', 'help', 'privacy'] as const;
type Command = (typeof privateCommands)[number] | (typeof groupCommands)[number];

const described = (names: readonly Command[], words: Words): BotCommand[] =>
  names.map((command) => ({ command, description: words.text(`command-${command}`) }));

/** Registers the commands with Telegram: English for everyone, and each other language for its speakers. */
export const registerCommands = async (api: Api): Promise<void> => {
  for (const locale of locales) {
    const words = inLocale(locale);
    const language = locale === 'en' ? {} : { language_code: locale };
    await api.setMyCommands(described(privateCommands, words), { scope: { type: 'all_private_chats' }, ...language });
    await api.setMyCommands(described(groupCommands, words), { scope: { type: 'all_group_chats' }, ...language });
  }
};
