import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readMachine } from '@whisper-bot/config';
import { runProcess } from '@whisper-bot/runtime';
import { resolveFfmpeg } from '@whisper-bot/speech';
import type { BotApiServer } from '@whisper-bot/testing';
import { Redis } from 'ioredis';
import pg from 'pg';
import { z } from 'zod';

/** The copy of an older installation, see samples/installation/make.mjs. */
const kept = join(readMachine().repository, 'samples/installation');

const readKept = async <T>(name: string, schema: z.ZodType<T>): Promise<T> =>
  schema.parse(JSON.parse(await readFile(join(kept, name), 'utf8')));

const id = z.string();
const messageSchema = z.object({
  id: z.number(),
  by: z.enum(['person', 'bot']),
  deleted: z.boolean(),
  text: z.string(),
  entities: z.array(z.unknown()),
  reply_markup: z.unknown().optional(),
  voice: z.number().optional(),
});

/** What people and programs saw of it when the copy was made, and what its tasks were. */
const seenSchema = z.object({
  takenAt: z.coerce.date(),
  tasksDir: z.string(),
  account: z.object({ name: z.string(), password: z.string() }),
  key: z.string(),
  /** Done in Telegram; the first speaker is named Olga there. */
  named: id,
  /** Done in Telegram; the text was corrected on the dashboard. */
  corrected: id,
  failed: id,
  running: id,
  undelivered: id,
  waiting: id,
  programDone: id,
  programFailed: id,
  programWaiting: id,
  streamDone: id,
  streamUnread: id,
  lastUpdate: z.number(),
  sources: z.record(z.string(), z.object({ file: z.string(), sound: z.enum(['dialogue', 'speech', 'short', 'long']) })),
  states: z.array(z.object({ id, state: z.string() })),
  task: z.record(z.string(), z.unknown()),
  shown: z.record(z.string(), z.string()),
  files: z.record(z.string(), z.record(z.string(), z.string())),
  stream: z.object({ payload: z.string() }),
  /** Unix milliseconds, by `task/file`. */
  modified: z.record(z.string(), z.number()),
  chats: z.array(z.object({ id: z.number(), messages: z.array(messageSchema) })),
});
export type Seen = z.infer<typeof seenSchema> & {
  /** Milliseconds since the copy was made: all its times are moved by it. */ age: number;
};

/** What was seen of the older installation. */
export const readSeen = async (): Promise<Seen> => {
  const seen = await readKept('seen.json', seenSchema);
  return { ...seen, age: Date.now() - seen.takenAt.getTime() };
};

/** Redis: every key with its type and time to live, and the unread stream entry with the new folder's path. */
export const restoreRedis = async (
  url: string,
  { seen, tasksDir }: { seen: Seen; tasksDir: string },
): Promise<void> => {
  const redis = new Redis(url);
  try {
    const keys = await readKept('redis.json', z.record(z.string(), z.object({ ttl: z.number(), dump: z.string() })));
    for (const [key, { ttl, dump }] of Object.entries(keys)) {
      await redis.restore(key, ttl, Buffer.from(dump, 'base64'), 'REPLACE');
    }
    const entries = await redis.xrange('transcribe:tasks', '-', '+');
    const unread = entries.find(([, [, payload]]) => payload?.includes(seen.streamUnread));
    if (unread === undefined) throw new Error('the copy has no unread entry');
    await redis.xdel('transcribe:tasks', unread[0]);
    await redis.xadd('transcribe:tasks', '*', 'payload', (unread[1][1] ?? '').replaceAll(seen.tasksDir, tasksDir));
  } finally {
    redis.disconnect();
  }
};

/** PostgreSQL: the older schema and its rows, as old as they were when the copy was made. */
export const restorePostgres = async (url: string, { age }: Seen): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(await readFile(join(kept, 'schema.sql'), 'utf8'));
    const tables = await readKept('postgres.json', z.record(z.string(), z.array(z.record(z.string(), z.unknown()))));
    // Triggers are foreign keys here: the order of tables does not matter.
    await client.query('set session_replication_role = replica');
    for (const [table, rows] of Object.entries(tables)) {
      await client.query(`delete from ${table}`);
      await client.query(
        `insert into ${table} overriding system value select * from json_populate_recordset(null::${table}, $1)`,
        [JSON.stringify(rows)],
      );
    }
    const { rows: columns } = await client.query<{ table: string; column: string; type: string; identity: boolean }>(
      `select table_name as table, column_name as column, data_type as type, is_identity = 'YES' as identity
        from information_schema.columns where table_schema = 'public'`,
    );
    const older = `${Math.round(age / 1000)} seconds`;
    for (const { table, column, type, identity } of columns) {
      if (type === 'timestamp with time zone') {
        await client.query(`update ${table} set ${column} = ${column} + $1::interval`, [older]);
      }
      if (identity) {
        await client.query(`select setval(pg_get_serial_sequence($1, $2), (select max(${column}) from ${table}))`, [
          table,
          column,
        ]);
      }
    }
  } finally {
    await client.end();
  }
};

const recordings = {
  dialogue: ['-i', 'dialogue-3-speakers.wav'],
  speech: ['-i', 'jfk.wav'],
  short: ['-t', '5', '-i', 'jfk.wav'],
  long: ['-stream_loop', '8', '-i', 'dialogue-3-speakers.wav'],
};

/** The task folders: their artifacts, as old as they were, and the recordings made from the samples again. */
export const restoreTasks = async (tasksDir: string, { sources, modified, age }: Seen): Promise<void> => {
  for (const task of new Set([...(await readdir(join(kept, 'tasks'))), ...Object.keys(sources)])) {
    const folder = join(tasksDir, task);
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(join(kept, 'tasks', task)).catch(() => [])) {
      await writeFile(join(folder, name), await readFile(join(kept, 'tasks', task, name)));
      const at = ((modified[`${task}/${name}`] ?? 0) + age) / 1000;
      await utimes(join(folder, name), at, at);
    }
    const source = sources[task];
    if (source === undefined) continue;
    const encoded = join(folder, source.file);
    await ffmpeg([...recordings[source.sound], '-ac', '1', '-c:a', 'libopus', '-b:a', '12k', encoded]);
    // A prepared task was decoded.
    if (Object.hasOwn(modified, `${task}/plan.json`)) {
      await ffmpeg(['-i', encoded, '-ac', '1', '-ar', '16000', join(folder, 'decoded.wav')]);
    }
  }
};

const ffmpeg = async (args: readonly string[]): Promise<void> => {
  const { exitCode, stderr } = await runProcess({
    command: resolveFfmpeg(),
    args: ['-nostdin', '-v', 'error', ...args],
    cwd: join(readMachine().repository, 'samples'),
    signal: AbortSignal.timeout(180_000),
  });
  if (exitCode !== 0) throw new Error(stderr);
};

/** Telegram: the same people, chats and messages under the same numbers; the updates the older bot confirmed are confirmed. */
export const restoreChats = async (telegram: BotApiServer, { chats, lastUpdate }: Seen): Promise<void> => {
  const call = async (method: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${telegram.url}/bot${telegram.token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method}: ${await answer.text()}`);
    return answer.json();
  };
  for (const { id: chatId, messages } of chats) {
    const person = telegram.user({
      id: chatId,
      first_name: chatId === 1001 ? 'Ann' : 'Boris',
      language_code: chatId === 1001 ? 'en' : 'ru',
    });
    for (const { by, text, entities, reply_markup, voice, deleted, id: number } of messages) {
      if (by === 'bot') await call('sendMessage', { chat_id: chatId, text, entities, reply_markup });
      else if (voice === undefined) person.sendText(person.chat, text);
      else person.sendVoice(person.chat, new Uint8Array(100), { duration: voice });
      const last = person.chat.messages.at(-1);
      if (last?.id !== number) throw new Error(`message ${number} of the copy has become ${last?.id}`);
      if (deleted) telegram.deleteMessage(last.raw);
    }
  }
  // Those after it have higher numbers, as at Telegram.
  for (let update = 0; update <= lastUpdate; update += 1) {
    const pushed = telegram.updates.push({ poll: poll(update) });
    if (pushed === undefined || pushed.update_id > lastUpdate) break;
  }
  await call('getUpdates', { offset: lastUpdate + 2 });
};

/** An update that means nothing to the bot. */
const poll = (number: number) => ({
  id: String(number),
  question: '?',
  options: [],
  total_voter_count: 0,
  is_closed: true,
  is_anonymous: true,
  type: 'regular' as const,
  allows_multiple_answers: false,
  allows_revoting: false,
  members_only: false,
});
