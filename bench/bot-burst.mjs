// How the bot bears a burst: 200 people send 1,000 notes at once. The engine is a timed stand-in; the Bot API server
// enforces Telegram's limits. Run by hand after `npm run build`: node bench/bot-burst.mjs [people] [notes]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@whisper-bot/embedded';
import { createLogger } from '@whisper-bot/runtime';
import { startBotApi, temporaryDirectory } from '@whisper-bot/testing';

const [peopleCount = 200, noteCount = 1000] = process.argv.slice(2).map(Number);
const directory = await temporaryDirectory('bot-burst');
await chmod(directory.path, 0o755);
const tasksDir = join(directory.path, 'tasks');
await mkdir(tasksDir);
const logger = createLogger({ name: 'bench', level: 'silent' });
const postgres = await startEmbeddedPostgres({ dir: join(directory.path, 'postgres'), logger });
const api = await startBotApi({ token: `99:${'b'.repeat(35)}` });
const settings = {
  token: api.token,
  apiRoot: api.url,
  databaseUrl: postgres.url,
  tasksDir,
  delay: 500,
  logLevel: 'warn',
};
const entry = createRequire(import.meta.url).resolve('@whisper-bot/bot/test/bot-process');
const bot = fork(entry, [JSON.stringify(settings)]);
await once(bot, 'message');

const memory = async () => {
  const status = await readFile(`/proc/${bot.pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
};
const readings = [await memory()];
const meter = setInterval(async () => readings.push(await memory()), 1000);

const people = Array.from({ length: peopleCount }, (_, index) =>
  api.user({ id: 1000 + index, first_name: `P${index}` }),
);
const began = performance.now();
const startedAt = Date.now();
const notes = Array.from({ length: noteCount }, (_, index) => {
  const person = people[index % peopleCount];
  const text = `bench note ${index}.`;
  return { person, text, id: person.sendVoice(person.user.id, Buffer.from(text), { duration: 7 }).message_id };
});
await Promise.all(
  people.map((person, index) => {
    const expected = notes.filter((_, note) => note % peopleCount === index).length;
    return person.chat.until(
      (chat) => chat.fromBot.filter(({ text }) => text.startsWith('bench')).length === expected,
      {
        timeoutMs: 600_000,
      },
    );
  }),
);
const seconds = (performance.now() - began) / 1000;
clearInterval(meter);

const answers = notes.map(({ person, text, id }) =>
  person.chat.fromBot.filter((seen) => seen.replyTo === id && seen.text === text),
);
const firsts = notes.map(
  ({ person, id }) => (person.chat.fromBot.find((seen) => seen.replyTo === id)?.sentAt ?? Number.NaN) - startedAt,
);
firsts.sort((a, b) => a - b);
console.log(
  JSON.stringify(
    {
      people: peopleCount,
      notes: noteCount,
      seconds: Math.round(seconds * 10) / 10,
      answeredOnce: answers.filter((found) => found.length === 1).length,
      answeredTwice: answers.filter((found) => found.length > 1).length,
      firstStatusSeconds: { median: firsts[Math.floor(firsts.length / 2)] / 1000, last: firsts.at(-1) / 1000 },
      floodViolations: api.violations.total,
      memoryMb: {
        start: Math.round(readings[0]),
        highest: Math.round(Math.max(...readings)),
        end: Math.round(await memory()),
      },
    },
    null,
    2,
  ),
);
bot.kill('SIGTERM');
await once(bot, 'exit');
await api.close();
await postgres.close();
await directory.remove();
