import type { TaskId } from '@whisper-bot/task';
import type { Limits } from '../limit/policy.js';
import type { Preference } from '../render/preference.js';

/** What people and chats have chosen. A person's id is positive and the same as that of their private chat. */
export interface Preferences {
  get(chatId: number): Promise<Preference>;
  set(chatId: number, preference: Preference): Promise<void>;
  forget(chatId: number): Promise<void>;
}

/** What people have used. */
export interface UsageRepository {
  /** Counts a recording once, however often it is called. */
  charge(entry: { taskId: TaskId; userId: number; seconds: number }): Promise<void>;
  /** In this UTC day, and ever. */
  of(userId: number): Promise<{ secondsToday: number; secondsTotal: number; tasks: number }>;
  /** Keeps nothing but what bounds this day, under a hash. */
  forget(userId: number): Promise<void>;
}

/** Codes of the languages that a person's kept transcripts are in, the most frequent first. */
export type SpokenBy = (userId: number) => Promise<string[]>;

/** The operator's lists and limits; changes hold at once. */
export interface LimitRepository {
  get(): Promise<Limits>;
  /** Changes what a user or chat may; resolves when the change is stored, with who made it in the audit log. */
  change(edit: (limits: Limits) => Limits, change: { by: number; id: number }): Promise<void>;
}
