import { z } from 'zod';

/** What an operator allows. Ids are Telegram's: positive for users, negative for groups and channels. */
export const limitSchema = z.object({
  /** Users and chats that may use the bot; empty: everyone. */
  allow: z.array(z.number().int()).default([]),
  /** Users and chats that may not; stronger than `allow`. */
  block: z.array(z.number().int()).default([]),
  /** Of recordings a user sends in a UTC day; null: no limit. */
  minutesPerDay: z.number().positive().nullable().default(null),
  /** The same for single people, by their number; the dashboard sets it. */
  minutesFor: z.record(z.string(), z.number().nonnegative()).default({}),
  /** Recordings of one user in work at once; null: no limit. */
  concurrentTasks: z.number().int().positive().nullable().default(null),
  /** Seconds; null: no limit of the bot's own. */
  longestRecording: z.number().positive().nullable().default(null),
});
export type Limits = z.infer<typeof limitSchema>;

/** Who asks, and from where. */
export interface Asker {
  userId: number;
  chatId: number;
}

/** Why a user may not use the bot at all; null where they may. */
export type Exclusion = 'blocked' | 'not-allowed' | 'chat-not-allowed' | null;

/**
 * Lists: a block of user or chat always holds. With an allow-list, an allowed chat opens the bot to all its members,
 * and an allowed user may use it everywhere.
 */
export const exclusion = (asker: Asker, limits: Limits): Exclusion => {
  if (limits.block.includes(asker.userId) || limits.block.includes(asker.chatId)) return 'blocked';
  if (limits.allow.length === 0) return null;
  if (limits.allow.includes(asker.userId) || limits.allow.includes(asker.chatId)) return null;
  return asker.chatId === asker.userId ? 'not-allowed' : 'chat-not-allowed';
};

/** What is known about a recording before it is fetched. */
export interface Sizing {
  /** Bytes, where Telegram says. */
  size: number | null;
  /** Seconds, where Telegram says. */
  duration: number | null;
}

/** What the asker has used. */
export interface Usage {
  /** Seconds of recordings accepted in this UTC day. */
  secondsToday: number;
  /** Recordings in work. */
  open: number;
}

export type Refusal =
  | { kind: 'too-big'; limitBytes: number }
  | { kind: 'too-long'; limitSeconds: number }
  | { kind: 'minutes'; limitSeconds: number; usedSeconds: number; neededSeconds: number }
  | { kind: 'concurrent'; open: number };

/** The limits as they hold for one person. */
export const limitsFor = (userId: number, limits: Limits): Limits => ({
  ...limits,
  minutesPerDay: limits.minutesFor[String(userId)] ?? limits.minutesPerDay,
});

/**
 * Whether a recording is taken, decided before a byte of it is fetched.
 * @param largest bytes the Bot API server hands out: 20 MB in the cloud, 2 GB from a local one
 */
export const refusal = (sizing: Sizing, usage: Usage, rules: Limits & { largest: number }): Refusal | null => {
  if (sizing.size !== null && sizing.size > rules.largest) return { kind: 'too-big', limitBytes: rules.largest };
  const duration = sizing.duration ?? 0;
  if (rules.longestRecording !== null && duration > rules.longestRecording) {
    return { kind: 'too-long', limitSeconds: rules.longestRecording };
  }
  if (rules.concurrentTasks !== null && usage.open >= rules.concurrentTasks) {
    return { kind: 'concurrent', open: usage.open };
  }
  if (rules.minutesPerDay !== null) {
    const limitSeconds = rules.minutesPerDay * 60;
    // A recording of unknown length is taken as long as anything is left; its length is charged once it is known.
    if (usage.secondsToday >= limitSeconds || usage.secondsToday + duration > limitSeconds) {
      return { kind: 'minutes', limitSeconds, usedSeconds: usage.secondsToday, neededSeconds: duration };
    }
  }
  return null;
};
