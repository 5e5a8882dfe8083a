import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { bareEnvironment, type Supervised, supervise } from '@whisper-bot/runtime';
import { type Access, accessOf } from '../place/access.js';
import { redisSettings } from './setting.js';

export interface EmbeddedRedisOptions {
  /** Its own folder; made where it is missing, readable by this user only. */
  folder: string;
  /** File that takes its log. */
  log: string;
  onRestart?: (why: string, delayMs: number) => void;
}

export interface EmbeddedRedis {
  /** With the password in it. */
  url: string;
  process: Supervised;
}

/**
 * Starts a private redis-server on loopback, with an append-only file (a second's writes at most are lost in a power
 * cut), no eviction, and a password that only this user can read: other users of the machine cannot use it.
 * Rejects where it does not come up within 20 s.
 */
export const startEmbeddedRedis = async ({ folder, log, onRestart }: EmbeddedRedisOptions): Promise<EmbeddedRedis> => {
  const access = await accessOf(folder);
  const redis = supervise({
    name: 'redis',
    command: 'redis-server',
    args: ['-'],
    // Nothing of ours: not the token, not the addresses and passwords of other servers.
    env: bareEnvironment(),
    input: redisSettings({ ...access, folder, fsync: 'everysec' }),
    log,
    untilReady: () => untilAnswering(access),
    ...(onRestart === undefined ? {} : { onRestart }),
  });
  const overdue = AbortSignal.timeout(20_000);
  const late = new Promise<'late'>((resolve) => overdue.addEventListener('abort', () => resolve('late')));
  if ((await Promise.race([redis.started, late])) === 'late') {
    await redis.stop(0);
    throw new Error(`redis-server does not come up; its log is ${log}`);
  }
  return { url: `redis://:${access.password}@127.0.0.1:${access.port}`, process: redis };
};

/** Resolves once it answers; it refuses while it reads the append-only file. Gives up after a minute: the next start probes again. */
const untilAnswering = async (access: Access): Promise<void> => {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    if ((await ask(access)).includes('+PONG')) return;
    await delay(20);
  }
  throw new Error('redis-server does not answer');
};

const ask = ({ port, password }: Access): Promise<string> =>
  new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.setTimeout(2000, () => socket.destroy());
    socket.on('data', (chunk) => {
      answer += chunk;
      if (/PONG|-/.test(answer)) socket.destroy();
    });
    socket.on('error', () => {}).on('close', () => resolve(answer));
  });
