import type { Person, SeenMessage } from '@whisper-bot/testing';
import type { Message } from 'grammy/types';
import { type Harness, saying } from './harness.js';

/** People who talk to a bot under test. */
export interface People {
  /** Someone new. */
  someone(languageCode?: string): Person;
  /** Presses a button of the newest message that has it, and gives the toast. */
  press(person: Person, button: string): Promise<string | undefined>;
  /** Sends a voice message and waits for the answer that shows `shown`. */
  spoken(person: Person, text: string, shown?: string): Promise<{ voice: Message; message: SeenMessage }>;
}

let next = 1000;

export const createPeople = (bot: Harness): People => ({
  someone: (language_code = 'en') => {
    next += 1;
    return bot.api.user({ id: next, first_name: 'Ann', language_code });
  },
  press: async (person, button) => (await person.press(person.user.id, button).answered()).text,
  spoken: async (person, text, shown = text) => {
    const voice = person.sendVoice(person.user.id, saying(text), { duration: 7 });
    const message = await person.chat.until((chat) =>
      chat.fromBot.find((seen) => seen.replyTo === voice.message_id && seen.text.includes(shown)),
    );
    return { voice, message };
  },
});

/** Whether a message offers a button of this text. */
export const hasButton = (message: SeenMessage | undefined, text: string): boolean =>
  message?.buttons.flat().some((button) => button.text === text) ?? false;
