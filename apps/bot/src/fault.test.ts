import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInbox, openTelegramDatabase, type TelegramDatabase } from '@whisper-bot/store/telegram';
import { attackHttp, temporaryDirectory, until } from '@whisper-bot/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BotStopped, startApp } from './app.js';
import { type Harness, type HarnessOptions, saying, startDatabase, startHarness } from './test/harness.js';

let database: Awaited<ReturnType<typeof startDatabase>>;
let pool: TelegramDatabase;
beforeAll(async () => {
  database = await startDatabase();
  pool = await openTelegramDatabase(database.url, () => {});
});
afterAll(async () => {
  await pool?.end();
  await database?.close();
  await database?.directory.remove();
});

/** Runs a test with a bot of its own. */
const withBot = async (options: HarnessOptions, run: (bot: Harness) => Promise<void>): Promise<void> => {
  const bot = await startHarness(database.url, options);
  try {
    await run(bot);
  } finally {
    await bot.close();
  }
};
const annOf = (bot: Harness) => bot.api.user({ id: 7, first_name: 'Ann', language_code: 'en' });
const answered = (ann: ReturnType<typeof annOf>, text: string) =>
  ann.chat.until((chat) => chat.fromBot.find((seen) => seen.text === text));

test.concurrent('by webhook: stored, then 200; a wrong secret is refused', async () => {
  const webhook = { url: 'http://127.0.0.1:{port}/hook', secret: 'a-secret-of-the-test', host: '127.0.0.1', port: 0 };
  await withBot({ app: { webhook } }, async (bot) => {
    const ann = annOf(bot);
    ann.sendVoice(7, saying('by webhook'));
    await answered(ann, 'by webhook');
    const [{ parameters } = { parameters: {} as Record<string, unknown> }] = bot.api.journal.of('setWebhook');
    const url = String(parameters.url);
    const post = (headers: Record<string, string>, body: string) => fetch(url, { method: 'POST', headers, body });
    const secret = { 'x-telegram-bot-api-secret-token': webhook.secret };
    expect((await post({}, '{"update_id":1}')).status).toBe(401);
    expect((await post({ 'x-telegram-bot-api-secret-token': 'guess' }, '{"update_id":1}')).status).toBe(401);
    expect((await post(secret, 'not json')).status).toBe(400);
    expect((await post(secret, JSON.stringify({ update_id: 1, x: 'y'.repeat(1_100_000) }))).status).toBe(413);
    expect((await fetch(url)).status).toBe(405);
    const token = `X-Telegram-Bot-Api-Secret-Token: ${webhook.secret}`;
    for (const headers of [[], [token]]) {
      const report = await attackHttp(Number(new URL(url).port), { paths: ['/hook'], headers });
      expect(report.hanging).toEqual([]);
      expect(report.statuses['500']).toBeUndefined();
    }
    ann.sendVoice(7, saying('after the attack'));
    await answered(ann, 'after the attack');
  });
});

test.concurrent('a second bot with the same token says so and stops; a wrong token is one sentence', async () => {
  await withBot({}, async (bot) => {
    const second = startApp(bot.options);
    await expect(second).rejects.toThrow(BotStopped);
    await expect(second).rejects.toThrow(/Another process already works as @\w+/);
    const wrong = startApp({ ...bot.options, token: `5:${'z'.repeat(35)}` });
    await expect(wrong).rejects.toThrow('Telegram does not know this BOT_TOKEN. Copy it again from @BotFather.');
    const ann = annOf(bot);
    ann.sendVoice(7, saying('the first goes on'));
    await answered(ann, 'the first goes on');
  });
});

test.concurrent('another poller with the token, elsewhere, ends in one sentence', async () => {
  await withBot({}, async (bot) => {
    bot.api.faults.next(
      'getUpdates',
      { kind: 'refuse', code: 409, description: 'Conflict: terminated by other getUpdates request' },
      { times: 3 },
    );
    annOf(bot).sendText(7, '/start');
    expect(await bot.app.stopped).toMatch(/another bot uses this token/);
  });
});

test.concurrent('every call of the Bot API fails now and then: all is answered once', async () => {
  await withBot({ api: { seed: 3 } }, async (bot) => {
    const often = { times: Number.POSITIVE_INFINITY, probability: 0.12 };
    bot.api.faults.next('*', { kind: 'server-error', status: 502 }, often);
    bot.api.faults.next('*', { kind: 'drop-request' }, often);
    bot.api.faults.next('editMessageText', { kind: 'drop-response' }, often);
    bot.api.faults.next('editMessageText', { kind: 'flood', retryAfter: 1 }, often);
    bot.api.faults.next('download', { kind: 'truncated-download', bytes: 3 }, { times: 4 });
    const people = Array.from({ length: 8 }, (_, index) => bot.api.user({ id: 20 + index, first_name: `P${index}` }));
    // How many calls there are, and so how many fail, depends on how fast this machine is.
    for (let round = 1; round === 1 || bot.api.faults.struck <= 10; round += 1) {
      const said = ({ user }: (typeof people)[number]) => `said by ${user.id} in round ${round}`;
      for (const person of people) person.sendVoice(person.user.id, saying(said(person)));
      for (const person of people) {
        await person.chat.until((chat) => chat.fromBot.some(({ text }) => text === said(person)));
        expect(person.chat.fromBot).toHaveLength(round);
      }
    }
  });
});

test.concurrent('a status message that the user has deleted is sent again with the result', async () => {
  await withBot({ delay: 1500 }, async (bot) => {
    const ann = annOf(bot);
    ann.sendVoice(7, saying('sent again'));
    const status = await ann.chat.until((chat) => chat.last);
    bot.api.deleteMessage(status.raw);
    await answered(ann, 'sent again');
  });
});

test.concurrent.each([
  ['an edit Telegram refuses for a reason of its own', 'Bad Request: BUSY_WITH_SOMETHING_NEW'],
  ['an edit in a topic that was closed', 'Bad Request: TOPIC_CLOSED'],
  ['a message that can no longer be edited', "Bad Request: message can't be edited"],
  ['a text that is refused as it is', "Bad Request: can't parse entities: unsupported start tag"],
])('%s: the result is sent again, and nothing stays accepted for ever', async (_, description) => {
  await withBot({ delay: 600 }, async (bot) => {
    const ann = annOf(bot);
    const often = { times: Number.POSITIVE_INFINITY };
    bot.api.faults.next('editMessageText', { kind: 'refuse', code: 400, description }, often);
    ann.sendVoice(7, saying('it is here all the same'));
    await answered(ann, 'it is here all the same');
    await ann.chat.until((chat) => !chat.fromBot.some(({ text }) => text.includes('Accepted')));
    expect(ann.chat.fromBot).toHaveLength(1);
  });
});

test.concurrent('a chat that takes files but no texts gets the result as a file, and the other way round', async () => {
  await withBot({ delay: 100 }, async (bot) => {
    const [ann, bob] = [annOf(bot), bot.api.user({ id: 8, first_name: 'Bob', language_code: 'en' })];
    const description = 'Bad Request: not enough rights to send text messages to the chat';
    bot.api.faults.next('sendMessage', { kind: 'refuse', code: 400, description }, { times: 3 });
    ann.sendVoice(7, saying('as a file'));
    const file = await ann.chat.until((chat) => chat.fromBot.find((message) => message.file !== undefined));
    expect(file.file?.name).toBe('transcript.txt');
    bot.api.faults.clear();
    bob.sendVoice(8, saying('as a text'));
    await answered(bob, 'as a text');
    const noFiles = 'Bad Request: not enough rights to send documents to the chat';
    bot.api.faults.next('sendDocument', { kind: 'refuse', code: 400, description: noFiles });
    await bob.press(8, 'SRT').answered();
    await bob.chat.until((chat) => chat.fromBot.some(({ text }) => text.includes('Files may not be sent')));
  });
});

test.concurrent('text that no store takes is no obstacle: it goes without what it cannot be', async () => {
  await withBot({}, async (bot) => {
    const ann = bot.api.user({ id: 7, first_name: 'An\0n \ud83d', language_code: 'en' });
    ann.sendText(7, 'a\0b \ud83d');
    ann.sendAudio(7, saying('said all \0the same'), { title: 'ti\0tle \udc4b', duration: 3 });
    await answered(ann, 'said all the same');
  });
});

test.concurrent('a user who has blocked the bot: recorded, the work stopped, no one else waits', async () => {
  await withBot({}, async (bot) => {
    const ann = annOf(bot);
    ann.sendVoice(7, saying('hold'));
    await ann.chat.until((chat) => chat.last?.text.includes('Writing down'));
    bot.api.faults.next('sendMessage', {
      kind: 'refuse',
      code: 403,
      description: 'Forbidden: bot was blocked by the user',
    });
    ann.sendText(7, '/help');
    await until(async () => {
      const { rows } = await pool.query('select failed from telegram_post where bot_id = $1 and failed is not null', [
        bot.app.me.id,
      ]);
      return rows.length > 0 && /blocked/.test(String(rows[0].failed));
    });
    await until(async () => (await readdir(bot.tasksDir)).length === 0);
  });
});

test.concurrent('an update that cannot be handled is put aside after its attempts, and the chat goes on', async () => {
  await withBot({}, async (bot) => {
    const ann = annOf(bot);
    // Not what Telegram sends: it breaks the handler.
    bot.api.updates.push({
      message: {
        message_id: 1,
        date: 1,
        chat: { id: 7, type: 'private', first_name: 'A' },
        from: { id: 'x' },
        voice: {},
      },
    } as never);
    ann.sendVoice(7, saying('after the poison'));
    await answered(ann, 'after the poison');
    const parked = await createInbox(pool, bot.app.me.id).parked();
    expect(parked).toHaveLength(1);
    expect(parked[0]?.cause).toContain('rror');
  });
});

test.concurrent('a stopped bot takes up where it was: what came meanwhile, and what was in progress', async () => {
  await withBot({ delay: 700 }, async (bot) => {
    const ann = annOf(bot);
    ann.sendVoice(7, saying('before the stop'));
    await ann.chat.until((chat) => chat.last);
    const restarted = bot.restart();
    ann.sendVoice(7, saying('during the stop'));
    await restarted;
    await answered(ann, 'before the stop');
    await answered(ann, 'during the stop');
    expect(ann.chat.fromBot).toHaveLength(2);
  });
});

test.concurrent('a local Bot API server’s files are taken by path, never over HTTP', async () => {
  await using directory = await temporaryDirectory('bot-local');
  const localDir = join(directory.path, 'files');
  await mkdir(localDir);
  const bot = {
    operators: [],
    defaultModel: 'base',
    models: async () => ['base'],
    largest: 2e9,
    keep: { audio: 1, results: 1 },
  };
  await withBot({ api: { local: { directory: localDir } }, app: { localDir, bot } }, async (harness) => {
    const ann = annOf(harness);
    ann.sendVoice(7, saying('by path'));
    await answered(ann, 'by path');
    expect(harness.api.journal.of('download')).toHaveLength(0);
  });
});

test('PostgreSQL away: nothing is confirmed, nothing is lost, all goes on when it is back', async () => {
  await withBot({}, async (bot) => {
    const ann = annOf(bot);
    ann.sendVoice(7, saying('before the outage'));
    await answered(ann, 'before the outage');
    // Every connection is cut and new ones are refused, as when the server restarts.
    const maintenance = new URL(database.url);
    const name = maintenance.pathname.slice(1);
    maintenance.pathname = '/postgres';
    const admin = await openTelegramDatabase(maintenance.href, () => {});
    await admin.query(`alter database ${name} with allow_connections false`);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    ann.sendVoice(7, saying('during the outage'));
    await bot.api.journal.until(() =>
      bot.api.journal
        .of('getUpdates')
        .some(({ outcome }) => outcome?.kind === 'ok' && Array.isArray(outcome.result) && outcome.result.length > 0),
    );
    expect(bot.api.updates.pending().length).toBeGreaterThan(0);
    await admin.query(`alter database ${name} with allow_connections true`);
    await admin.end();
    await answered(ann, 'during the outage');
    expect(ann.chat.fromBot).toHaveLength(2);
  });
});
