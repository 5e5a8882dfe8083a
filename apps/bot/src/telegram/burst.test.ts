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
  const occasional = notes.slice(10);
  const ends = { occasional: 0, eager: 0 };
  const sent = performance.now();
  const all = occasional.map(({ person, text }) =>
    person.chat.until((chat) => chat.fromBot.some((seen) => seen.text === text), { timeoutMs: 150_000 }),
  );
  const last = eager?.chat.until(
    (chat) => chat.fromBot.filter((seen) => seen.text.startsWith('burst note')).length === 10,
    { timeoutMs: 150_000 },
  );
  await Promise.all([
    Promise.all(all).then(() => {
      ends.occasional = performance.now() - sent;
    }),
    last?.then(() => {
      ends.eager = performance.now() - sent;
    }),
  ]);
  for (const { person, text, messageId } of notes) {
    const answers = person.chat.fromBot.filter((seen) => seen.text === text && seen.replyTo === messageId);
    expect(answers, text).toHaveLength(1);
    expect(person.chat.fromBot.filter((seen) => seen.replyTo === messageId)).toHaveLength(1);
  }
  expect(bot.api.violations.entries).toEqual([]);
  // The eager one's chat alone takes 20 messages at one a second; the others must not have waited for that. On a slow machine both
  // take longer, but not the one after the other.
  expect(ends.occasional).toBeLessThan(Math.max(30_000, ends.eager));
}, 180_000);
