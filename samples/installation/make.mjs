// How the files beside this one were made: an installation of commit fc202fd, caught in the middle of its work.
//
//   git clone … old && cd old && git checkout fc202fd && npm ci && npx tsc -b
//   cp …/samples/installation/make.mjs . && unshare --uts sh -c 'hostname old && node make.mjs …/samples/installation'
//
// Bot, dashboard, queue and databases are that commit's own; only the speech engines are stand-ins here, so that a
// chunk can be held while the state is copied. All people, texts, keys and recordings are invented or from `samples/`.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, existsSync, rmSync, statSync, writeFileSync, chmodSync, copyFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { assemble, keepRecord } from '@whisper-bot/assembly';
import { readMachine, resolveConfig } from '@whisper-bot/config';
import { startGateway } from '@whisper-bot/gateway';
import { createLogger } from '@whisper-bot/runtime';
import { createFfmpegDecoder, resolveFfmpeg } from '@whisper-bot/speech';
import { openStore } from '@whisper-bot/store';
import { startBotApi } from '@whisper-bot/testing';
import { Redis } from 'ioredis';
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely';
import { startSystem } from './apps/cli/dist/embed/system.js';
import { createWorker } from './apps/worker/dist/worker.js';

const out = process.argv[2] ?? 'fixture';
const home = mkdtempSync(join(tmpdir(), 'whisper-bot-fixture-'));
chmodSync(home, 0o755);
const repository = readMachine().repository;
const sample = (name) => join(repository, 'samples', name);
const turns = JSON.parse(readFileSync(sample('dialogue-3-speakers.json'), 'utf8'));
const voices = ['slt', 'rms', 'awb'];
/** Seconds after which the dialogue begins again in the long recording. */
const loop = 43;

const sound = (name, args) => {
  const target = join(home, name);
  execFileSync(resolveFfmpeg(), ['-nostdin', '-v', 'error', ...args, '-ac', '1', '-c:a', 'libopus', '-b:a', '12k', target]);
  return readFileSync(target);
};
const dialogue = sound('dialogue.ogg', ['-i', sample('dialogue-3-speakers.wav')]);
const speech = sound('speech.ogg', ['-i', sample('jfk.wav')]);
const russian = sound('russian.ogg', ['-i', sample('russian.wav')]);
const short = sound('short.ogg', ['-t', '5', '-i', sample('jfk.wav')]);
const long = sound('long.ogg', ['-stream_loop', '8', '-i', sample('dialogue-3-speakers.wav')]);

// ---- engines that can be held --------------------------------------------------------------------------------------
const gates = new Map();
const gate = (name) => {
  let open = () => {};
  const opened = new Promise((resolve) => (open = resolve));
  let enter = () => {};
  const entered = new Promise((resolve) => (enter = resolve));
  gates.set(name, { opened, enter });
  return { open, entered };
};
const pass = async (name, signal) => {
  const found = gates.get(name);
  if (found === undefined) return;
  found.enter();
  await Promise.race([found.opened, new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))]);
};
const lengthOf = (wav) => (readFileSync(wav).length - 44) / 32_000;
const kindOf = (seconds) => (seconds > 100 ? 'long' : seconds > 30 ? 'dialogue' : seconds > 10.5 ? 'speech' : seconds > 7 ? 'russian' : 'short');
const said = (seconds) => {
  const kind = kindOf(seconds);
  if (kind === 'speech') return [{ start: 0.3, end: 10.6, speaker: 0, text: 'And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.' }];
  if (kind === 'russian') return [{ start: 0.2, end: 8.5, speaker: 0, text: 'Добрый день. Это проверка записи перед обновлением.' }];
  if (kind === 'short') return [{ start: 0.3, end: 4.8, speaker: 0, text: 'And so, my fellow Americans.' }];
  const times = kind === 'long' ? 9 : 1;
  return Array.from({ length: times }, (_, round) =>
    turns.map(({ start, end, text, speaker }) => ({ start: start + round * loop, end: end + round * loop, text, speaker: voices.indexOf(speaker) })),
  ).flat();
};
const engines = {
  decoder: createFfmpegDecoder(),
  detector: { detect: async (wav) => said(lengthOf(wav)).map(({ start, end }) => ({ start, end })) },
  transcriber: {
    detectLanguage: async ({ wav }) => ({ language: kindOf(lengthOf(wav)) === 'russian' ? 'ru' : 'en', probability: 0.98 }),
    transcribe: async ({ wav, speech: spans, language, model }, { signal }) => {
      const seconds = lengthOf(wav);
      const kind = kindOf(seconds);
      if (kind === 'short') throw new Error('the engine was killed by SIGSEGV');
      const first = spans[0].start;
      await pass(`${kind}${kind === 'long' && first > 1 ? ' 1' : ''}`, signal);
      const all = said(seconds).filter(({ start, end }) => spans.some((span) => span.start === start && span.end === end));
      const segments = all.map(({ start, end, text }) => {
        const words = text.split(' ');
        const each = (end - start) / words.length;
        return {
          start,
          end,
          words: words.map((word, index) => ({ start: start + index * each, end: start + (index + 1) * each, text: index === 0 ? word : ` ${word}` })),
        };
      });
      return { v: 1, language, model, engine: 'fast', segments };
    },
  },
  diarizer: {
    diarize: async ({ wav }) => {
      const list = said(lengthOf(wav));
      return { v: 1, engine: 'fast', speakers: new Set(list.map(({ speaker }) => speaker)).size, turns: list.map(({ start, end, speaker }) => ({ start, end, speaker })) };
    },
  },
};

// ---- the installation ----------------------------------------------------------------------------------------------
const telegram = await startBotApi();
const env = { ...process.env, WHISPER_BOT_HOME: home, BOT_TOKEN: telegram.token, BOT_API_URL: telegram.url, WORKERS: '0', RESULT_TTL: '3650d', BOT_OPERATORS: '1001' };
const config = resolveConfig({ env });
const system = await startSystem(config, { say: console.error, signal: new AbortController().signal, env });
const { up } = system;
const closers = [];
const lifecycle = { onClose: (_name, close) => closers.push(close) };
const logger = createLogger({ name: 'worker', level: 'warn' });
const here = { ...config, redisUrl: up.redisUrl, databaseUrl: up.databaseUrl, clickhouseUrl: up.clickhouseUrl };
const { pipeline, store } = assemble({ config: here, logger, lifecycle });
await keepRecord({ pipeline, store }, { config: here, logger, lifecycle });
await createWorker({ pipeline, engines }, { concurrency: { transcribe: 2 }, name: 'worker', model: 'base' });
const gateway = await startGateway({ redis: up.redisUrl, pipeline, tasksDir: up.tasksDir, isKnownModel: async () => true, logger });
const redis = new Redis(up.redisUrl);
const database = await openStore({ url: up.databaseUrl, logger: createLogger({ name: 'make', level: 'silent' }) });
const until = async (what, look) => {
  for (let turn = 0; turn < 600; turn += 1) {
    const found = await look();
    if (found) return found;
    await delay(100);
  }
  throw new Error(`waited in vain: ${what}`);
};

const names = (id) => (existsSync(join(up.tasksDir, id)) ? readdirSync(join(up.tasksDir, id)) : []);

// ---- people, keys, accounts ----------------------------------------------------------------------------------------
const password = 'only for the update test';
await database.accounts.create({ name: 'olga', password, role: 'administrator' });
const { key } = await database.keys.create('update test', 'olga', {});
const ann = telegram.user({ id: 1001, first_name: 'Ann', language_code: 'en' });
const boris = telegram.user({ id: 1002, first_name: 'Boris', language_code: 'ru' });
const buttonsOf = (message) => message.buttons.flat().map(({ text }) => text);
const known = new Set();
/** The task that this person's newest recording has become. */
const taskOf = (person) =>
  until('the task', async () => {
    const { rows: [row] } = await sql`select task_id as id from telegram_request where chat_id = ${person.chat.id} order by created_at desc limit 1`.execute(database.db);
    if (row === undefined || known.has(row.id)) return null;
    known.add(row.id);
    return row.id;
  });
const result = (person, after) =>
  person.chat.until((view) => view.fromBot.find((each) => each.id > after && buttonsOf(each).includes('SRT')), { timeoutMs: 60_000 });

// Ann: a result, whose first speaker is named in the chat.
ann.sendText(ann.chat, '/start');
await ann.chat.until((view) => view.fromBot.length > 0);
let sent = ann.sendVoice(ann.chat, dialogue, { duration: 43 });
const annResult = await result(ann, sent.message_id);
const named = await taskOf(ann);
ann.press(ann.chat, '✏️ Names', { message_id: annResult.id });
await ann.chat.until((view) => buttonsOf(view.message(annResult.id)).includes('Speaker 1'));
ann.press(ann.chat, 'Speaker 1', { message_id: annResult.id });
const prompt = await ann.chat.until((view) => view.fromBot.find(({ id }) => id > annResult.id));
ann.reply(prompt.raw, 'Olga');
await ann.chat.until((view) => view.message(annResult.id).text.includes('Olga'));

// Boris: settings, a result, which is corrected in the dashboard; a recording that fails.
boris.sendText(boris.chat, '/start');
await boris.chat.until((view) => view.fromBot.length > 0);
boris.sendText(boris.chat, '/settings');
const settings = await boris.chat.until((view) => view.fromBot.at(-1).buttons.length > 2 && view.fromBot.at(-1));
boris.press(boris.chat, settings.buttons.flat().find(({ text }) => /Таймкоды|Время|Метки/i.test(text)).text, { message_id: settings.id });
await delay(1500);
sent = boris.sendVoice(boris.chat, russian, { duration: 9 });
const borisResult = await result(boris, sent.message_id);
const corrected = await taskOf(boris);

const cookies = new Map();
const browse = async (path, form) => {
  const answer = await fetch(new URL(path, up.dashboardUrl), {
    redirect: 'manual',
    method: form === undefined ? 'GET' : 'POST',
    headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '), origin: new URL(up.dashboardUrl).origin },
    ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
  });
  for (const line of answer.headers.getSetCookie()) {
    const [name, value] = line.split(';')[0].split(/=(.*)/s);
    cookies.set(name, value);
  }
  return { status: answer.status, text: await answer.text() };
};
const hidden = (page, name) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? '';
const entrance = await browse('/sign-in');
const entered = await browse('/sign-in', { csrf: hidden(entrance.text, 'csrf'), back: '/', name: 'olga', password });
if (entered.status !== 303) throw new Error('sign-in was refused');
await until('the transcript in the record', async () => (await browse(`/tasks/${corrected}`)).text.includes('edit=0'));
let page = (await browse(`/tasks/${corrected}?edit=0`)).text;
const change = await browse(`/tasks/${corrected}/text`, { csrf: hidden(page, 'csrf'), version: hidden(page, 'version'), segment: '0', text: 'Добрый день. Это исправлено в панели.' });
if (change.status !== 303) throw new Error(`the correction was refused: ${change.status} ${change.text}`);

sent = boris.sendVoice(boris.chat, short, { duration: 5 });
const failure = await boris.chat.until((view) => view.fromBot.find((each) => each.id > sent.message_id && /Повтор|ещё раз/i.test(buttonsOf(each).join())), { timeoutMs: 120_000 });
const failed = await taskOf(boris);

// A program: a result, a failure, and later a task that waits.
const api = async (file, name, extra = {}) => {
  const form = new FormData();
  form.set('file', new Blob([file]), name);
  for (const [field, value] of Object.entries(extra)) form.set(field, value);
  const answer = await fetch(new URL('/v1/tasks', up.dashboardUrl), { method: 'POST', body: form, headers: { authorization: `Bearer ${key}`, 'idempotency-key': name } });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()).id;
};
const stateOf = async (id) => (await (await fetch(new URL(`/v1/tasks/${id}`, up.dashboardUrl), { headers: { authorization: `Bearer ${key}` } })).json()).status;
const programDone = await api(dialogue, 'program-done.ogg', { max_speakers: '4' });
const programFailed = await api(short, 'program-failed.ogg');
await until('the program’s result', async () => /done|completed/.test(await stateOf(programDone)));
await until('the program’s failure', async () => /failed/.test(await stateOf(programFailed)));

// A stream entry that is done, and, once nobody reads any more, one that is not read.
const entry = async (id, file) => {
  mkdirSync(join(up.tasksDir, id), { recursive: true });
  writeFileSync(join(up.tasksDir, id, 'audio.ogg'), file);
  const payload = { task_id: id, file_path: join(up.tasksDir, id, 'audio.ogg'), diarize: true, model: 'base', language: 'English', chat_id: 7, message_id: 8, user_id: 9 };
  await redis.xadd('transcribe:tasks', '*', 'payload', JSON.stringify(payload));
};
const streamDone = '11111111-1111-4111-8111-111111111111';
const streamUnread = '22222222-2222-4222-8222-222222222222';
await entry(streamDone, speech);
await until('the stream’s result', () => redis.exists(`result:${streamDone}`));
await gateway.close();
await entry(streamUnread, speech);

// In work: the second chunk of a long recording, and one that ends while no bot is there to send it.
gate('long 1').entered.then(() => console.error('second chunk entered'));
const held = gates.get('long 1');
const heldSpeech = gate('speech');
sent = ann.sendVoice(ann.chat, long, { duration: 387 });
const running = await taskOf(ann);
await until('the first chunk', () => names(running).some((name) => name.startsWith('recognition-0-of-2')));
sent = ann.sendVoice(ann.chat, speech, { duration: 11 });
const undelivered = await taskOf(ann);
await heldSpeech.entered;
sent = boris.sendVoice(boris.chat, speech, { duration: 11 });
const waiting = await taskOf(boris);
await until('its preparation', () => names(waiting).includes('plan.json'));
const programWaiting = await api(dialogue, 'program-waiting.ogg');
await until('its preparation', () => names(programWaiting).includes('plan.json'));
await delay(3000);

// The bot goes; then the recording ends whose answer is to be sent by the next one.
const stopped = execFileSync('pgrep', ['-f', '-P', String(process.pid), 'apps/bot']).toString().trim().split('\n');
for (const pid of stopped) process.kill(Number(pid), 'SIGSTOP');
const still = gate('speech');
heldSpeech.open();
await until('the undelivered result', () => names(undelivered).includes('transcript.json'));
await still.entered;
await delay(2500);

// ---- the copy ------------------------------------------------------------------------------------------------------
rmSync(join(out, 'tasks'), { recursive: true, force: true });
mkdirSync(join(out, 'tasks'), { recursive: true });
const keys = {};
for (const name of (await redis.keys('*')).sort()) {
  keys[name] = { ttl: Math.max(0, await redis.pttl(name)), dump: (await redis.dumpBuffer(name)).toString('base64') };
}
writeFileSync(join(out, 'redis.json'), `${JSON.stringify(keys, null, 1)}\n`);

const statements = [];
const silent = new Kysely({
  dialect: { createAdapter: () => new PostgresAdapter(), createDriver: () => new DummyDriver(), createIntrospector: (db) => new PostgresIntrospector(db), createQueryCompiler: () => new PostgresQueryCompiler() },
  log: ({ query }) => statements.push(query.sql),
});
for (const name of ['0001-telegram', '0002-task', '0003-people', '0004-identity']) {
  await (await import(`./libs/store/dist/migration/${name}.js`)).default.up(silent);
}
statements.push('create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)');
statements.push('create table kysely_migration_lock (id varchar(255) primary key, is_locked integer not null default 0)');
writeFileSync(join(out, 'schema.sql'), `${statements.map((each) => each.trim().replace(/;$/, '')).join(';\n\n')};\n`);
const rows = {};
const tables = await sql`select table_name as name from information_schema.tables where table_schema = 'public' order by 1`.execute(database.db);
for (const { name } of tables.rows) {
  const found = await sql`select coalesce(json_agg(t), '[]') as rows from ${sql.table(name)} t`.execute(database.db);
  rows[name] = found.rows[0].rows;
}
writeFileSync(join(out, 'postgres.json'), `${JSON.stringify(rows, null, 1)}\n`);

/** Sound is left out: what is made of a sample is made again, what is decoded is decoded again. */
const modified = {};
for (const id of readdirSync(up.tasksDir)) {
  mkdirSync(join(out, 'tasks', id), { recursive: true });
  for (const name of readdirSync(join(up.tasksDir, id)).filter((each) => each.endsWith('.json'))) {
    copyFileSync(join(up.tasksDir, id, name), join(out, 'tasks', id, name));
    modified[`${id}/${name}`] = Math.round(statSync(join(up.tasksDir, id, name)).mtimeMs);
  }
}
const sources = {};
for (const [id, name] of [[running, 'long'], [undelivered, 'speech'], [waiting, 'speech'], [failed, 'short'], [programWaiting, 'dialogue'], [programFailed, 'short'], [streamUnread, 'speech']]) {
  const source = readdirSync(join(up.tasksDir, id)).find((file) => /^audio\./.test(file) && file !== 'audio.wav');
  if (source !== undefined) sources[id] = { file: source, sound: name };
}

const chats = telegram.chats.map((chat) => ({
  id: chat.id,
  messages: [...chat.messages, ...chat.deleted].sort((a, b) => a.id - b.id).map(({ id, by, raw, deleted }) => ({ id, by, deleted, text: raw.text ?? raw.caption ?? '', entities: raw.entities ?? raw.caption_entities ?? [], ...(raw.reply_markup === undefined ? {} : { reply_markup: raw.reply_markup }), ...(raw.voice === undefined ? {} : { voice: raw.voice.duration }) })),
}));

// What people and programs saw, to compare with what they will see.
const formats = ['json', 'text', 'srt', 'vtt', 'md', 'verbose_json', 'diarized_json'];
const shown = {};
for (const format of formats) {
  shown[format] = await (await fetch(new URL(`/v1/tasks/${programDone}/result?format=${format}`, up.dashboardUrl), { headers: { authorization: `Bearer ${key}` } })).text();
}
const task = await (await fetch(new URL(`/v1/tasks/${programDone}`, up.dashboardUrl), { headers: { authorization: `Bearer ${key}` } })).json();
const stream = Object.fromEntries(chunked((await redis.xrange(`result:${streamDone}`, '-', '+'))[0][1]));
const files = {};
for (const id of [named, corrected, programDone, streamDone]) {
  files[id] = {};
  for (const format of formats) {
    const got = await browse(`/tasks/${id}/transcript/${format}`);
    if (got.status === 200) files[id][format] = got.text;
  }
}
const states = (await sql`select id, state from task order by id`.execute(database.db)).rows;
writeFileSync(
  join(out, 'seen.json'),
  `${JSON.stringify({ commit: 'fc202fd', takenAt: new Date().toISOString(), tasksDir: up.tasksDir, account: { name: 'olga', password }, key, named, corrected, failed, running, undelivered, waiting, programDone, programFailed, programWaiting, streamDone, streamUnread, lastUpdate: Math.max(...rows.telegram_update?.map((row) => Number(row.update_id)) ?? [0]), sources, states, task, shown, files, stream, chats, modified }, null, 1)}\n`,
);
function chunked(list) {
  return Array.from({ length: list.length / 2 }, (_, index) => [list[2 * index], list[2 * index + 1]]);
}

for (const pid of stopped) process.kill(Number(pid), 'SIGCONT');
held.enter();
await Promise.race([system.stop(), delay(60_000)]);
console.error('done', home);
process.exit(0);
