import type { BotCommand, UserFromGetMe } from 'grammy/types';
import { z } from 'zod';
import { badRequest } from '../server/refusal.js';
import { type Call, type Handler, json, text } from './call.js';

/** The bot itself. */
export const getMe: Handler<'getMe'> = ({ world }): UserFromGetMe => world.bot;

const commandList = z.array(z.looseObject({ command: z.string(), description: z.string() })).max(100);
const scopeSchema = z.looseObject({
  type: z.enum([
    'default',
    'all_private_chats',
    'all_group_chats',
    'all_chat_administrators',
    'chat',
    'chat_administrators',
    'chat_member',
  ]),
  chat_id: z.union([z.number(), z.string()]).optional(),
  user_id: z.number().optional(),
});

/** Registers commands for a scope and a language. */
export const setMyCommands: Handler<'setMyCommands'> = (call) => {
  const parsed = commandList.safeParse(json(call, 'commands', 'commands'));
  if (!parsed.success) throw badRequest("can't parse commands: expected an Array of BotCommand");
  const commands = parsed.data.map(({ command, description }): BotCommand => {
    const name = command.replace(/^\//, '');
    if (!/^[a-z0-9_]{1,32}$/.test(name)) throw badRequest('BOT_COMMAND_INVALID');
    if (description.length < 1 || description.length > 256) throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID');
    return { command: name, description };
  });
  call.world.commands.set(commandKey(call), commands);
  return true;
};

/** Commands registered for exactly this scope and language. */
export const getMyCommands: Handler<'getMyCommands'> = (call) => call.world.commands.get(commandKey(call)) ?? [];

/** Takes commands back. */
export const deleteMyCommands: Handler<'deleteMyCommands'> = (call) => {
  call.world.commands.delete(commandKey(call));
  return true;
};

function commandKey(call: Call): string {
  const parsed = scopeSchema.safeParse(json(call, 'scope', 'scope') ?? { type: 'default' });
  if (!parsed.success) throw badRequest("can't parse BotCommandScope: unsupported type specified");
  const { type, chat_id = '', user_id = '' } = parsed.data;
  return [type, chat_id, user_id, languageOf(call)].join(' ');
}

function languageOf(call: Call): string {
  const language = text(call, 'language_code') ?? '';
  if (!/^([a-z]{2})?$/.test(language)) throw badRequest('invalid language code specified');
  return language;
}

function write(call: Call, field: string, maximum: number): true {
  const value = text(call, field) ?? '';
  if (value.length > maximum) throw badRequest(`${field.replaceAll('_', ' ')} is too long`);
  call.world.profile.set(`${field} ${languageOf(call)}`, value);
  return true;
}

function read(call: Call, field: string): string {
  const { profile } = call.world;
  return profile.get(`${field} ${languageOf(call)}`) || profile.get(`${field} `) || '';
}

/** Sets the text of an empty chat with the bot. */
export const setMyDescription: Handler<'setMyDescription'> = (call) => write(call, 'description', 512);
/** Sets the text of the bot's profile. */
export const setMyShortDescription: Handler<'setMyShortDescription'> = (call) => write(call, 'short_description', 120);
/** Sets the bot's name. */
export const setMyName: Handler<'setMyName'> = (call) => write(call, 'name', 64);
/** Reads what `setMyDescription` set; the general text where a language has none. */
export const getMyDescription: Handler<'getMyDescription'> = (call) => ({ description: read(call, 'description') });
/** Reads what `setMyShortDescription` set. */
export const getMyShortDescription: Handler<'getMyShortDescription'> = (call) => ({
  short_description: read(call, 'short_description'),
});
/** Reads what `setMyName` set. */
export const getMyName: Handler<'getMyName'> = (call) => ({ name: read(call, 'name') || call.world.bot.first_name });
