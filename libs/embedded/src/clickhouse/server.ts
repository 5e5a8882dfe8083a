import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { bareEnvironment, createTail, endProcess, type Logger, withParentDeathSignal } from '@whisper-bot/runtime';
import { z } from 'zod';
import { whyNoEmbeddedClickHouse } from './library.js';

export interface EmbeddedClickHouseOptions {
  /** Folder of the data; one owner at a time. */
  dir: string;
  /** Default 0: any free port. */
  port?: number;
  /** Default: a new random one. Given where a restarted server must keep its URL. */
  secret?: string;
  logger: Logger;
}

export interface EmbeddedClickHouse {
  /** For `openAnalytics`, credentials included. */
  url: string;
  pid: number;
  /** Resolves when the process has ended, however. */
  ended: Promise<void>;
  close(): Promise<void>;
}

/**
 * ClickHouse without a server to install: chdb in a process of its own, on loopback, behind a random password, dead
 * with its parent. Throws an Error with a sentence where it cannot run on this system or does not come up within 60 s.
 */
export const startEmbeddedClickHouse = async ({
  dir,
  port = 0,
  secret = randomBytes(24).toString('base64url'),
  logger,
}: EmbeddedClickHouseOptions): Promise<EmbeddedClickHouse> => {
  const reason = whyNoEmbeddedClickHouse();
  if (reason !== null) throw new Error(reason);
  const entry = createRequire(import.meta.url).resolve('@whisper-bot/embedded/clickhouse-child');
  const { command, args } = withParentDeathSignal(process.execPath, [entry, JSON.stringify({ dir, port })]);
  // It needs no addresses and passwords of other servers.
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: bareEnvironment() });
  const complaint = createTail(4000);
  child.stderr.on('data', (piece: Buffer) => {
    complaint.add(piece);
    logger.debug({ clickhouse: String(piece).trimEnd() }, 'embedded ClickHouse output');
  });
  const ended = once(child, 'close').then(() => undefined);
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${secret}\n`);

  const limit = AbortSignal.timeout(60_000);
  const first = await Promise.race([
    once(child.stdout, 'data', { signal: limit }).then(([line]) => String(line)),
    ended.then(() => null),
  ]).catch(() => null);
  if (first === null || child.pid === undefined) {
    child.kill('SIGKILL');
    throw new Error(`The embedded ClickHouse did not start: ${complaint.text() || 'no answer within 60 s'}`);
  }
  const started = z.object({ port: z.number() }).parse(JSON.parse(first));
  return {
    url: `http://whisper-bot:${secret}@127.0.0.1:${started.port}/whisper_bot`,
    pid: child.pid,
    ended,
    async close() {
      await endProcess(child, [['SIGTERM', 10_000]]);
      await ended;
    },
  };
};
