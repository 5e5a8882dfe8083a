import { randomUUID } from 'node:crypto';
import { hostname, loadavg } from 'node:os';
import { every } from '@whisper-bot/runtime';
import { z } from 'zod';
import type { Connection } from '../redis/connection.js';

/** Milliseconds between two signs of life, and after which a silent worker counts as gone. */
const interval = 5000;
const mode = 3 * interval + 1000;

/** What a worker says of itself; shown to operators, nothing depends on it. */
const signSchema = z.object({
  id: z.string(),
  name: z.string(),
  host: z.string(),
  pid: z.number(),
  /** Unix milliseconds. */
  startedAt: z.number(),
  at: z.number(),
  /** Model for those who choose none; empty where it was not said. */
  model: z.string(),
  /** Of the machine over the last minute, as `uptime` shows it. */
  load: z.number(),
  /** Jobs running now, by queue. */
  running: z.array(z.object({ queue: z.string(), taskId: z.string() })),
});
export type WorkerSign = z.infer<typeof signSchema>;

const key = (connection: Connection): string => `${connection.options.prefix}:workers`;

export interface HeartbeatOptions {
  name: string;
  model: string;
  running: () => WorkerSign['running'];
}

/** Gives signs of life until closed. */
export const beat = (connection: Connection, { name, model, running }: HeartbeatOptions) => {
  const id = randomUUID();
  const startedAt = Date.now();
  const give = async (): Promise<void> => {
    const sign: WorkerSign = {
      id,
      name,
      host: hostname(),
      pid: process.pid,
      startedAt,
      at: Date.now(),
      model,
      load: loadavg()[0] ?? 0,
      running: running(),
    };
    await connection.blocking.hset(key(connection), id, JSON.stringify(sign));
  };
  const quietly = (): Promise<void> => give().catch(() => undefined);
  void quietly();
  const beating = every(interval, quietly, () => undefined);
  return {
    close: async (): Promise<void> => {
      void beating.stop();
      await connection.failFast.hdel(key(connection), id).catch(() => 0);
    },
  };
};

/** The workers that live, by name; what dead ones left is removed. */
export const readSigns = async (connection: Connection): Promise<WorkerSign[]> => {
  const all = Object.entries(await connection.failFast.hgetall(key(connection)));
  const alive: WorkerSign[] = [];
  const gone: string[] = [];
  for (const [id, text] of all) {
    const parsed = signSchema.safeParse(JSON.parse(text));
    // A sign from the future is one from before the clock was set back: who still lives gives another within seconds.
    if (parsed.success && Math.abs(Date.now() - parsed.data.at) < mode) alive.push(parsed.data);
    else gone.push(id);
  }
  if (gone.length > 0) await connection.failFast.hdel(key(connection), ...gone);
  return alive.sort((a, b) => a.name.localeCompare(b.name) || a.startedAt - b.startedAt);
};
