import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { bareEnvironment, withParentDeathSignal } from '@whisper-bot/runtime';
import { temporaryDirectory } from '@whisper-bot/testing';
import { stablePort } from '../place/stable-port.js';
import { type RedisSettings, redisSettings } from '../redis/setting.js';

/** A private redis-server with append-only file, as the product starts one, that can be killed and come back. */
export interface TestRedis {
  readonly url: string;
  readonly port: number;
  /** SIGKILL, as in a crash; the append-only file stays. */
  kill(): Promise<void>;
  /** Comes back on the same port with what the append-only file holds. */
  restart(): Promise<void>;
  /** Stops it and removes its directory. */
  close(): Promise<void>;
}

export interface TestRedisOptions {
  /** Default: none. */
  password?: string;
  /** Default: every write reaches the file at once, as a test that kills Redis must not depend on the second it dies in. */
  fsync?: RedisSettings['fsync'];
}

/** Starts `redis-server` on a free loopback port. Rejects where it does not come up within three minutes. */
export const startRedis = async ({ password = '', fsync = 'always' }: TestRedisOptions = {}): Promise<TestRedis> => {
  const directory = await temporaryDirectory('whisper-bot-redis');
  const launch = (port: number) => start(redisSettings({ port, password, fsync, folder: directory.path }));
  // Between finding a port and listening on it another process may take it.
  let port = await stablePort();
  let child = await launch(port).catch(async (error: unknown) => {
    if (!String(error).includes('Address already in use')) throw error;
    port = await stablePort();
    return launch(port);
  });
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  return {
    url: `redis://${password === '' ? '' : `:${password}@`}127.0.0.1:${port}`,
    port,
    kill,
    restart: async () => {
      await kill();
      child = await launch(port);
    },
    close: async () => {
      await kill();
      await directory.remove();
    },
  };
};

const start = async (settings: string): Promise<ChildProcess> => {
  const { command, args } = withParentDeathSignal('redis-server', ['-']);
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: bareEnvironment() });
  child.stdin.on('error', () => undefined).end(settings);
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('redis-server did not come up within three minutes')), 180_000);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes('Ready to accept connections')) return;
      clearTimeout(timer);
      child.stdout.removeAllListeners('data').resume();
      resolve();
    });
    child.once('error', reject);
    child.once('exit', () => {
      clearTimeout(timer);
      reject(new Error(`redis-server ended: ${output}`));
    });
  });
  return child;
};
