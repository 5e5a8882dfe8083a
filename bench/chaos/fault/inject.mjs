// One fault from its beginning to its end. Each returns when the fault itself is over; what follows is the product's.
import { statfsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { familyOf } from '../../task.mjs';
import { isAlive } from '../proc.mjs';

const signal = (pid, name) => {
  try {
    process.kill(pid, name);
    return true;
  } catch {
    return false;
  }
};

/** Whom a fault meets: of our own supervisor's record, or below a process of it. */
const victimOf = async (fault, { product }) => {
  const processes = await product.processes();
  const pid = processes[fault.victim];
  if (pid === undefined) throw new Error(`${fault.victim} does not run right now`);
  if (!fault.engine) return pid;
  const children = familyOf(pid).slice(1);
  if (children.length === 0) throw new Error(`${fault.victim} has no child right now`);
  return children[Math.floor(fault.pick * children.length)];
};

/** Who starts `up` again needs a moment, milliseconds. */
const operator = 2000;

const kill = async (fault, context) => {
  const pid = await victimOf(fault, context);
  signal(pid, 'SIGKILL');
  if (fault.victim !== 'supervisor') return;
  await context.product.ended();
  await pause(operator);
  await context.product.start();
};

const stop = async (fault, context) => {
  const pid = await victimOf(fault, context);
  // A server of several processes stands still as a whole.
  const all = fault.victim === 'postgres' ? familyOf(pid) : [pid];
  for (const one of all) signal(one, 'SIGSTOP');
  try {
    await pause(fault.seconds * 1000, undefined, { signal: context.signal });
  } finally {
    for (const one of all) if (isAlive(one)) signal(one, 'SIGCONT');
  }
};

const flush = async (_fault, { product, onFlush }) => {
  const redis = new Redis(product.direct.redis, { maxRetriesPerRequest: 2 });
  redis.on('error', () => undefined);
  try {
    await onFlush();
    await redis.flushall();
  } finally {
    redis.disconnect();
  }
};

const proxy = async ({ server, mode, seconds }, { product, signal: aborted }) => {
  const between = product.proxies[server === 'postgres' ? 'database' : 'redis'];
  between.set(mode);
  try {
    await pause(seconds * 1000, undefined, { signal: aborted });
  } finally {
    between.set('pass');
  }
};

const often = { times: Number.POSITIVE_INFINITY, probability: 0.6 };
const troubles = {
  slow: [
    ['*', { kind: 'delay', ms: 3000 }],
    ['download', { kind: 'slow-download', bytesPerSecond: 20_000 }],
  ],
  errors: [['*', { kind: 'server-error', status: 502 }]],
  floods: [['*', { kind: 'flood', retryAfter: 2 }]],
  resets: [['*', { kind: 'drop-request' }]],
  'half answers': [
    ['download', { kind: 'truncated-download', bytes: 30_000 }],
    ['*', { kind: 'drop-response' }],
  ],
};

const botApi = async ({ trouble, seconds }, { botApi: api, signal: aborted }) => {
  for (const [method, fault] of troubles[trouble]) api.faults.next(method, fault, often);
  try {
    await pause(seconds * 1000, undefined, { signal: aborted });
  } finally {
    api.faults.clear();
  }
};

const disk = async ({ seconds }, { small, signal: aborted }) => {
  const path = join(small, 'filler');
  const { bavail, bsize } = statfsSync(small);
  try {
    await writeFile(path, Buffer.alloc(Number(bavail) * Number(bsize))).catch((error) => {
      if (error.code !== 'ENOSPC') throw error;
    });
    await pause(seconds * 1000, undefined, { signal: aborted });
  } finally {
    await rm(path, { force: true });
  }
};

const clock = async ({ shift, seconds }, { setClock, signal: aborted }) => {
  await setClock(shift);
  try {
    await pause(seconds * 1000, undefined, { signal: aborted });
  } finally {
    await setClock(0);
  }
};

const ways = { kill, stop, flush, proxy, 'bot-api': botApi, disk, clock };

/** Lets the fault happen. Rejects where it cannot right now. */
export const inject = (fault, context) => ways[fault.how](fault, context);
