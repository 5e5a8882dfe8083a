import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../test/fresh-database.js';
import { openTelegramDatabase, type TelegramDatabase } from './database.js';
import { createRequestStore, type RequestStore, type StoredRequest } from './request.js';

let database: TestDatabase;
let pool: TelegramDatabase;
let requests: RequestStore<StoredRequest>;
beforeEach(async () => {
  database = await freshDatabase();
  pool = await openTelegramDatabase(database.url, () => undefined);
  requests = createRequestStore<StoredRequest>(pool, 1, (body) => {
    const request = body as Partial<StoredRequest>;
    return typeof request.fileUniqueId === 'string' ? (request as StoredRequest) : null;
  });
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

const request = (): StoredRequest => ({
  taskId: randomUUID(),
  chatId: 5,
  userId: 7,
  fileUniqueId: 'file',
  state: 'fetching',
});

it('a row that another version left in a shape of its own hides none of the others', async () => {
  const [good, odd] = [request(), request()];
  await requests.open(odd);
  await requests.open(good);
  await pool.query(`update telegram_request set body = '{"state": "fetching"}' where task_id = $1`, [odd.taskId]);
  const found = [
    await requests.inState('fetching'),
    await requests.openOf({ userId: 7 }),
    await requests.openOf({ chatId: 5 }),
    await requests.allOf(7),
  ];
  expect(found.map((each) => each.map(({ taskId }) => taskId))).toEqual(Array(4).fill([good.taskId]));
  expect(await requests.get(odd.taskId)).toBeNull();
  expect(await requests.get(good.taskId)).toEqual(good);
});
