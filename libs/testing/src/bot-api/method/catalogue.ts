import type { MethodName, MethodTable } from './call.js';
import { answerCallbackQuery } from './callback.js';
import { getChat, getChatAdministrators, getChatMember, getChatMemberCount, leaveChat } from './chat.js';
import { editMessageCaption, editMessageReplyMarkup, editMessageText } from './edit.js';
import { getFile } from './file.js';
import { sendAudio, sendDocument, sendVideo, sendVoice } from './media.js';
import { deleteMessage, forwardMessage, sendChatAction, setMessageReaction } from './message.js';
import {
  deleteMyCommands,
  getMe,
  getMyCommands,
  getMyDescription,
  getMyName,
  getMyShortDescription,
  setMyCommands,
  setMyDescription,
  setMyName,
  setMyShortDescription,
} from './profile.js';
import { sendMessage } from './send.js';
import { deleteWebhook, getUpdates, getWebhookInfo, setWebhook } from './update.js';

/** Every method the server knows, each with the result grammY's types promise. */
export const methods = {
  answerCallbackQuery,
  close: () => true,
  deleteMessage,
  deleteMyCommands,
  deleteWebhook,
  editMessageCaption,
  editMessageReplyMarkup,
  editMessageText,
  forwardMessage,
  getChat,
  getChatAdministrators,
  getChatMember,
  getChatMemberCount,
  getFile,
  getMe,
  getMyCommands,
  getMyDescription,
  getMyName,
  getMyShortDescription,
  getUpdates,
  getWebhookInfo,
  leaveChat,
  logOut: () => true,
  sendAudio,
  sendChatAction,
  sendDocument,
  sendMessage,
  sendVideo,
  sendVoice,
  setChatMenuButton: () => true,
  setMessageReaction,
  setMyCommands,
  setMyDescription,
  setMyName,
  setMyShortDescription,
  setWebhook,
} as const satisfies MethodTable;

const byLowerCase = new Map(Object.keys(methods).map((name) => [name.toLowerCase(), name as keyof typeof methods]));

/** The proper name of a method, which Telegram takes in any case. */
export function findMethod(name: string): (MethodName & keyof typeof methods) | undefined {
  return byLowerCase.get(name.toLowerCase());
}
