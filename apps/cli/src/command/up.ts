import type { Config } from '@whisper-bot/config';
import type { Command } from 'commander';
import { CliError } from '../failure.js';
import { holdHome } from '../home/home-lock.js';
import { readUp, removeUp, type Up, writeUp } from '../home/up-file.js';
import type { System, SystemOptions } from '../supervise/system.js';
import type { Terminal } from '../terminal.js';

export const addUp = (program: Command, terminal: Terminal, config: () => Config): void => {
  program
    .command('up')
    .summary('run everything: Redis, PostgreSQL, workers, bot and dashboard')
    .description(
      'Runs everything in this terminal until Ctrl-C or SIGTERM: a private Redis and PostgreSQL (unless REDIS_URL and DATABASE_URL name others), the workers, the dashboard, and the bot where BOT_TOKEN is set. Parts that die are started again.',
    )
    .option('--json', 'once all is ready, print where everything is as one line of JSON')
    .addHelpText(
      'after',
      `
Examples:
  BOT_TOKEN=… whisper-bot up
  WORKERS=2 DASHBOARD_PORT=7380 whisper-bot up
  WHISPER_BOT_HOME=/tmp/second whisper-bot up --json    a second, separate one`,
    )
    .action((options: { json?: boolean }) => up(terminal, config(), options));
};

export interface UpOptions extends Pick<SystemOptions, 'env' | 'through' | 'programs'> {
  /** Prints where everything is as one line of JSON. */
  json?: boolean;
  /** Called once all works. */
  onStarted?: (system: System) => void;
}

/** Runs everything until the terminal's signal aborts. Throws CliError where another holds the home, or a part cannot start. */
export const up = async (
  terminal: Terminal,
  config: Config,
  { json = false, onStarted, ...options }: UpOptions,
): Promise<void> => {
  const lock = await holdHome(config.home);
  if (lock === null) {
    const other = await readUp(config.home);
    throw new CliError(`whisper-bot already runs in ${config.home}${other === null ? '' : ` (process ${other.pid})`}.`);
  }
  const say = (text: string) => void terminal.err.write(`${text}\n`);
  try {
    await removeUp(config.home);
    const { startSystem } = await import('../supervise/system.js');
    const system = await startSystem(config, { ...options, say, signal: terminal.signal });
    try {
      await writeUp(system.up);
      onStarted?.(system);
      terminal.out.write(json ? `${JSON.stringify(system.up)}\n` : describe(terminal, system.up));
      await new Promise<void>((resolve) => {
        if (terminal.signal.aborted) resolve();
        terminal.signal.addEventListener('abort', () => resolve(), { once: true });
        // Nothing else may keep the loop alive: the parts are processes of their own.
        const alive = setInterval(() => {}, 60_000);
        terminal.signal.addEventListener('abort', () => clearInterval(alive), { once: true });
      });
      say('Stopping …');
    } finally {
      await removeUp(config.home);
      await system.stop();
    }
  } finally {
    lock.release();
  }
};

const describe = ({ paint }: Terminal, system: Up): string => {
  const rows: [string, string][] = [
    ['Redis', withoutPassword(system.redisUrl)],
    ...(system.databaseUrl === null ? [] : [['PostgreSQL', withoutPassword(system.databaseUrl)] as [string, string]]),
    ['workers', String(system.workers)],
    ['bot', system.bot ? 'running' : 'off (BOT_TOKEN is not set)'],
    ...(system.dashboardUrl === null ? [] : [['dashboard', system.dashboardUrl] as [string, string]]),
    ['tasks', system.tasksDir],
    ['logs', system.logDir],
  ];
  const table = rows.map(([name, value]) => `  ${name.padEnd(12)}${value}`).join('\n');
  return `${paint('out', 'green', 'whisper-bot is up.')} Ctrl-C stops it.\n${table}\n`;
};

const withoutPassword = (url: string): string => url.replace(/\/\/[^@/]*@/, '//');
