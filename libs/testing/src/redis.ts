import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A private redis-server with append-only file, as the product starts one. */
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

/** Starts `redis-server` on a free loopback port. Rejects where it does not come up within a minute. */
export const startRedis = async (extra: readonly string[] = []): Promise<TestRedis> => {
  const directory = await mkdtemp(join(tmpdir(), 'whisper-bot-redis-'));
  const argsFor = (port: number) => [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    directory,
    '--save',
    '',
    ...persistence,
    ...extra,
  ];
  // Between finding a port and listening on it another process may take it.
  let port = await freePort();
  let child = await start(argsFor(port)).catch(async (error: unknown) => {
    if (!String(error).includes('Address already in use')) throw error;
    port = await freePort();
    return start(argsFor(port));
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGKILL');
      child = await start(argsFor(port));
    },
    close: async () => {
      await end('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
};

// Every write reaches the file at once: a test that kills Redis must not depend on the second it dies in.
const persistence = ['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'];

const start = async (args: string[]): Promise<ChildProcess> => {
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('redis-server did not come up within a minute')), 60_000);
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes('Ready to accept connections')) return;
      clearTimeout(timer);
      child.stdout?.removeAllListeners('data').resume();
      resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`redis-server ended: ${output}`)));
  });
  return child;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no free port');
  server.close();
  await once(server, 'close');
  return address.port;
};

/** Waits until the condition holds (a value other than false, null, undefined); rejects after `bound` milliseconds. */
export const until = async <T>(
  condition: () => Promise<T | false | null | undefined> | T | false | null | undefined,
  bound = 90_000,
): Promise<T> => {
  const deadline = performance.now() + bound;
  for (;;) {
    const value = await condition();
    if (value !== false && value !== null && value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`the condition did not hold within ${bound} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};
