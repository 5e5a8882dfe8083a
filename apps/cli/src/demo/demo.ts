import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config, readMachine } from '@whisper-bot/config';
import { runProcess } from '@whisper-bot/runtime';
import { createFfmpegDecoder, resolveFfmpeg } from '@whisper-bot/speech';
import { type BotApiServer, type ChatView, showChat, startBotApi } from '@whisper-bot/testing';
import { CliError } from '../failure.js';
import { ensureHome } from '../home/home.js';
import type { Up } from '../home/up-file.js';
import { startSystem } from '../supervise/system.js';
import type { Terminal } from '../terminal.js';

export interface DemoOptions {
  /** Leaves everything running afterwards, until Ctrl-C. */
  keep?: boolean;
  /** Another recording to send. */
  voice?: string;
}

/** Milliseconds: far longer than it takes, so that a demo that hangs ends with a sentence. */
const patience = 5 * 60_000;

/** Starts everything in a home of its own and plays a chat with it. Throws a CliError where it ends before the transcript is there. */
export const demo = async (terminal: Terminal, config: Config, { keep = false, voice }: DemoOptions): Promise<void> => {
  const say = (text: string) => void terminal.err.write(`${text}\n`);
  await ensureHome(config.home);
  const home = await mkdtemp(join(config.home, 'demo-'));
  // As root, PostgreSQL runs as a user of its own, who must get in.
  await chmod(home, 0o755);
  const telegram = await startBotApi({ bot: { username: 'whisper_demo_bot', first_name: 'Whisper' } });
  try {
    const message = await voiceMessage(
      voice ?? join(readMachine().repository, 'samples/dialogue-3-speakers.wav'),
      home,
      terminal,
    );
    say('Starting Redis, PostgreSQL, ClickHouse, a worker, the dashboard and the bot …');
    const system = await startSystem(
      { ...config, ...placesIn(home), botToken: telegram.token, botApiUrl: telegram.url },
      {
        say,
        signal: terminal.signal,
        env: { BOT_TOKEN: telegram.token, BOT_TOKEN_FILE: '', BOT_API_URL: telegram.url },
      },
    );
    try {
      const chat = await talk(telegram, message, terminal);
      say(describe(system.up, telegram, keep));
      if (chat !== null && keep) await untilInterrupted(terminal.signal);
      else if (chat === null) throw new CliError('Stopped before the transcript was there.');
    } finally {
      await system.stop();
    }
  } finally {
    await telegram.close();
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
};

/** Nothing of an installation that may run in the usual home is touched. */
const placesIn = (home: string) => ({
  home,
  tasksDir: join(home, 'tasks'),
  modelsDir: join(home, 'models'),
  redisUrl: null,
  databaseUrl: null,
  clickhouseUrl: null,
  botWebhookUrl: null,
  botApiDir: null,
});

interface VoiceMessage {
  file: Buffer;
  /** Seconds. */
  duration: number;
}

/** The recording as Telegram's apps send a voice message: Opus in Ogg. */
const voiceMessage = async (recording: string, home: string, { signal }: Terminal): Promise<VoiceMessage> => {
  await mkdir(home, { recursive: true });
  const target = join(home, 'voice.ogg');
  const args = [
    '-nostdin',
    '-v',
    'error',
    '-i',
    `file:${recording}`,
    '-ac',
    '1',
    '-c:a',
    'libopus',
    '-b:a',
    '32k',
    target,
  ];
  const { exitCode, stderr } = await runProcess({ command: resolveFfmpeg(), args, signal });
  if (exitCode !== 0) throw new CliError(`The recording could not be made into a voice message: ${stderr}`);
  const { duration } = await createFfmpegDecoder().probe(target, { signal });
  return { file: await readFile(target), duration: Math.round(duration ?? 0) };
};

/** Plays the chat: greets, sends the voice message, and shows it until the transcript has come. Null where it was stopped. */
const talk = async (telegram: BotApiServer, message: VoiceMessage, terminal: Terminal): Promise<ChatView | null> => {
  const ann = telegram.user({ id: 1001, first_name: 'Ann', language_code: 'en' });
  const chat = ann.chat;
  const stop = showChat(chat, terminal.out);
  try {
    await ann.sendText(chat, '/start');
    await chat.until((view) => view.fromBot.length > 0, { timeoutMs: patience });
    await ann.sendVoice(chat, message.file, { duration: message.duration });
    const done = chat.until(
      (view) => view.fromBot.some(({ buttons }) => buttons.flat().some(({ text }) => text === 'SRT')),
      {
        timeoutMs: patience,
      },
    );
    const aborted = untilInterrupted(terminal.signal).then(() => null);
    return (await Promise.race([done, aborted])) === null ? null : chat;
  } finally {
    stop();
  }
};

const describe = (up: Up, telegram: BotApiServer, keep: boolean): string =>
  [
    '',
    keep ? 'Everything goes on running until Ctrl-C:' : 'Where each part was:',
    `  Telegram's stand-in  ${telegram.url}`,
    `  dashboard            ${up.dashboardUrl ?? '–'}`,
    `  Redis                ${withoutPassword(up.redisUrl)}`,
    ...(up.databaseUrl === null ? [] : [`  PostgreSQL           ${withoutPassword(up.databaseUrl)}`]),
    ...(up.clickhouseUrl === null ? [] : [`  ClickHouse           ${withoutPassword(up.clickhouseUrl)}`]),
    `  task folders         ${up.tasksDir}`,
    `  logs                 ${up.logDir}`,
    ...(keep ? [] : ['Run it with --keep to look around. The real thing: BOT_TOKEN=… ./whisper-bot up']),
  ].join('\n');

const withoutPassword = (url: string): string => url.replace(/\/\/[^@/]*@/, '//');

const untilInterrupted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    // The parts are processes of their own: without this nothing would keep the loop alive.
    const alive = setInterval(() => {}, 60_000);
    const end = (): void => {
      clearInterval(alive);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
