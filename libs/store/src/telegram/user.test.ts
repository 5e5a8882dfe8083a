import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../test/fresh-database.js';
import { openTelegramDatabase, type TelegramDatabase } from './database.js';
import { createUserRepository, type UserRepository } from './user.js';

let database: TestDatabase;
let pool: TelegramDatabase;
let users: UserRepository;
beforeEach(async () => {
  database = await freshDatabase();
  pool = await openTelegramDatabase(database.url, () => undefined);
  users = createUserRepository(pool, { botId: 1, key: 'key' });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

/** A task that is done, with its transcript. */
const transcript = async (owner: string, language: string, duration = 30): Promise<string> => {
  const id = randomUUID();
  await pool.query(
    `insert into task (id, state, channel, title, owner, chat, body, accepted_at, changed_at, duration)
     values ($1, 'done', 'telegram', '', $2, '', '{}', clock_timestamp(), now(), $3)`,
    [id, owner, duration],
  );
  await pool.query(`insert into result (task_id, transcript, text) values ($1, $2, '')`, [id, { language }]);
  return id;
};

it('what a person speaks is known by their transcripts: the most frequent first, not by single words, not by others', async () => {
  for (const language of ['en', 'ru', 'ru', 'en', 'ru', 'de']) await transcript('tg:7', language);
  for (const language of ['ja', 'ja', 'ja']) await transcript('tg:7', language, 2);
  await transcript('tg:8', 'fr');
  await transcript('tg:8', 'fr');
  expect(await users.spokenBy(7)).toEqual(['ru', 'en']);
  expect(await users.spokenBy(9)).toEqual([]);
});

it('what was long ago does not count, and what was deleted is forgotten', async () => {
  await transcript('tg:7', 'es');
  await transcript('tg:7', 'es');
  const later = await Promise.all(Array.from({ length: 20 }, () => transcript('tg:7', 'ru')));
  expect(await users.spokenBy(7)).toEqual(['ru']);
  await pool.query('delete from result where task_id = any($1)', [later]);
  await pool.query('delete from task where id = any($1)', [later]);
  expect(await users.spokenBy(7)).toEqual(['es']);
});
