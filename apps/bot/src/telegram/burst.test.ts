import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Harness, saying, startDatabase, startHarness } from '../test/harness.js';

let database: Awaited<ReturnType<typeof startDatabase>>;
let bot: Harness;

beforeAll(async () => {
  database = await startDatabase();
  bot = await startHarness(database.url, { delay: 100, app: { progressInterval: 3000 } });
});

afterAll(async () => {
  await bot?.close();
  await database?.close();
  await database?.directory.remove();
});

test('a burst of 60 notes by 20 people, one of them with 10: all answered once, no one waits for the one, no limit exceeded', async () => {
  const people = Array.from({ length: 20 }, (_, index) => bot.api.user({ id: 300 + index, first_name: `P${index}` }));
  const [eager] = people;
  const notes = Array.from({ length: 60 }, (_, index) => {
    const person = (index < 10 ? eager : people[1 + ((index - 10) % 19)]) as (typeof people)[number];
    const text = `burst note ${index}.`;
    return { person, text, messageId: person.sendVoice(person.user.id, saying(text), { duration: 5 }).message_id };
  });
  /** Who got an answer, one after the other. */
  const served: ('eager' | 'occasional')[] = [];
  await Promise.all(
    notes.map(async ({ person, text }) => {
      await person.chat.until((chat) => chat.fromBot.some((seen) => seen.text === text));
      served.push(person === eager ? 'eager' : 'occasional');
    }),
  );
  for (const { person, text, messageId } of notes) {
    const answers = person.chat.fromBot.filter((seen) => seen.text === text && seen.replyTo === messageId);
    expect(answers, text).toHaveLength(1);
    expect(person.chat.fromBot.filter((seen) => seen.replyTo === messageId)).toHaveLength(1);
  }
  expect(bot.api.violations.entries).toEqual([]);
  // The eager one's chat alone takes 20 messages at one a second. Had the others waited for that, all of their answers would be behind it,
  // however fast or slow this machine is.
  const behind = served.length - 1 - served.lastIndexOf('eager');
  expect(behind).toBeLessThan(25);
}, 900_000);
