import type { ChatFullInfo, ChatMember, ChatMemberAdministrator, ChatMemberOwner } from 'grammy/types';
import type { ChatState, Member } from '../server/chat-state.js';
import { badRequest, forbidden } from '../server/refusal.js';
import type { World } from '../server/world.js';
import { type Call, type Handler, integer } from './call.js';
import { findChat } from './target.js';

const rights = {
  can_be_edited: false,
  is_anonymous: false,
  can_manage_chat: true,
  can_delete_messages: true,
  can_manage_video_chats: true,
  can_restrict_members: true,
  can_promote_members: false,
  can_change_info: true,
  can_invite_users: true,
  can_post_stories: false,
  can_edit_stories: false,
  can_delete_stories: false,
  can_send_welcome_messages: false,
} as const;

/** Describes a member as the Bot API does. */
export function memberOf(member: Member): ChatMember {
  const { user, status } = member;
  switch (status) {
    case 'creator':
      return { status, user, is_anonymous: false };
    case 'administrator':
      return { status, user, ...rights };
    case 'kicked':
      return { status, user, until_date: 0 };
    case 'restricted':
      throw new Error('Restricted members are not known to this server');
    default:
      return { status, user } as ChatMember;
  }
}

/** Describes a chat. */
export const getChat: Handler<'getChat'> = (call) => {
  const { chat } = findChat(call);
  return {
    ...chat,
    accent_color_id: 0,
    max_reaction_count: 11,
    accepted_gift_types: {
      unlimited_gifts: false,
      limited_gifts: false,
      unique_gifts: false,
      premium_subscription: false,
      gifts_from_channels: false,
    },
  } as ChatFullInfo;
};

/** Describes one member. */
export const getChatMember: Handler<'getChatMember'> = (call) => {
  const state = findReadableChat(call);
  const id = integer(call, 'user_id') ?? Number.NaN;
  const member = state.members.get(id);
  if (member) return memberOf(member);
  const user = call.world.users.get(id);
  if (!user) throw badRequest('invalid user_id specified');
  return { status: 'left', user };
};

/** Lists owner and administrators, without other bots. */
export const getChatAdministrators: Handler<'getChatAdministrators'> = (call) => {
  const state = findReadableChat(call);
  if (state.chat.type === 'private') throw badRequest('there are no administrators in the private chat');
  return [...state.members.values()]
    .filter(
      ({ status, user }) =>
        (status === 'creator' || status === 'administrator') && (!user.is_bot || user.id === call.world.bot.id),
    )
    .map((member) => memberOf(member) as ChatMemberOwner | ChatMemberAdministrator);
};

/** Counts the members. */
export const getChatMemberCount: Handler<'getChatMemberCount'> = (call) =>
  [...findReadableChat(call).members.values()].filter(({ status }) => status !== 'left' && status !== 'kicked').length;

/** Leaves a group or channel. */
export const leaveChat: Handler<'leaveChat'> = (call) => {
  const state = findReadableChat(call);
  if (state.chat.type === 'private') throw badRequest("chat member status can't be changed in private chats");
  changeBotStatus(call.world, state, 'left');
  return true;
};

/** Changes the bot's own standing in a chat and notifies the bot (`my_chat_member`). */
export function changeBotStatus(
  world: World,
  state: ChatState,
  status: ChatMember['status'],
  actor = world.bot as Member['user'],
): void {
  const { id, is_bot, first_name, username } = world.bot;
  const user = { id, is_bot, first_name, username };
  const old = state.members.get(id) ?? { user, status: 'left' as const };
  const next = { user, status };
  state.members.set(id, next);
  state.change.notify();
  world.updates.push({
    my_chat_member: {
      chat: state.chat,
      from: actor,
      date: Math.floor(world.clock.now() / 1000),
      old_chat_member: memberOf(old),
      new_chat_member: memberOf(next),
    },
  });
}

function findReadableChat(call: Call): ChatState {
  const state = findChat(call);
  const status = state.members.get(call.world.bot.id)?.status;
  if (state.chat.type !== 'private' && (status === undefined || status === 'left' || status === 'kicked')) {
    throw forbidden(`bot is not a member of the ${state.chat.type} chat`);
  }
  return state;
}
