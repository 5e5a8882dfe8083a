import { locales } from '@whisper-bot/text';
import { z } from 'zod';
import { fileFormats } from '../callback/callback-data.js';

/** How a result is handed over: as a message, or as a file with a preview. */
export const resultFormats = ['text', ...fileFormats] as const;

/** What a person, or a chat, has chosen. */
export const preferenceSchema = z.object({
  /** Of the bot's own words. */
  interface: z.enum(['auto', ...locales]).default('auto'),
  /** Of the recordings: ISO 639-1 or `auto`. */
  language: z
    .string()
    .regex(/^(auto|[a-z]{2,3})$/)
    .default('auto'),
  /** Null: the operator's choice. */
  model: z.string().max(40).nullable().default(null),
  diarize: z.boolean().default(true),
  /** Whether recordings are written down in English, whatever is spoken. */
  translate: z.boolean().default(false),
  format: z.enum(resultFormats).default('text'),
  /** Whether paragraphs carry their time. */
  times: z.boolean().default(false),
  /** Groups: which recordings are written down without being asked. */
  mode: z.enum(['silent', 'all']).default('silent'),
  /** Groups: only administrators may change settings. */
  locked: z.boolean().default(false),
  /** Groups and channels: messages without a sound. */
  quiet: z.boolean().default(false),
  /** Channels: what happens to a post with a recording. */
  channel: z.enum(['reply', 'edit', 'off']).default('reply'),
});
export type Preference = z.infer<typeof preferenceSchema>;

/** Applies one choice from the menu, as the button carries it; null where that value does not exist. */
export const choose = (preference: Preference, field: keyof Preference, value: string): Preference | null => {
  const current = preference[field];
  const typed = typeof current === 'boolean' ? value === 'on' : field === 'model' && value === 'auto' ? null : value;
  if (typeof current === 'boolean' && value !== 'on' && value !== 'off') return null;
  const parsed = preferenceSchema.safeParse({ ...preference, [field]: typed });
  return parsed.success ? parsed.data : null;
};
