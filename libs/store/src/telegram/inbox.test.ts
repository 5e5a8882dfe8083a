import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../test/fresh-database.js';
import { openTelegramDatabase, type TelegramDatabase } from './database.js';
import { createInbox, type Inbox } from './inbox.js';

let database: TestDatabase;
let pool: TelegramDatabase;
let inbox: Inbox;
beforeEach(async () => {
  database = await freshDatabase();
  pool = await openTelegramDatabase(database.url, () => undefined);
  inbox = createInbox(pool, 1);
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

const update = (updateId: number, chatId: number, otherChatId?: number) => ({
  updateId,
  chatId,
  ...(otherChatId !== undefined && { otherChatId }),
  body: { update_id: updateId },
});
const claimed = async (busy: number[] = []) => (await inbox.claim(10, busy)).map(({ updateId }) => updateId);

it('updates of one chat are claimed one after the other, chats beside each other', async () => {
  await inbox.put([update(1, 5), update(2, 5), update(3, 6)]);
  expect(await claimed()).toEqual([1, 3]);
  expect(await claimed([5, 6])).toEqual([]);
  await inbox.done(1);
  expect(await claimed([6])).toEqual([2]);
});

it('an update of two chats waits for both, and both wait for it', async () => {
  await inbox.put([update(1, -5), update(2, -5, -1005), update(3, -1005), update(4, 7)]);
  expect(await claimed()).toEqual([1, 4]);
  await inbox.done(1);
  await inbox.done(4);
  expect(await claimed([-1005])).toEqual([]);
  expect(await inbox.claim(10, [])).toEqual([{ ...update(2, -5, -1005), attempts: 1 }]);
  expect(await claimed([-5, -1005])).toEqual([]);
  await inbox.park(2, 'a defect');
  expect(await claimed()).toEqual([3]);
});
