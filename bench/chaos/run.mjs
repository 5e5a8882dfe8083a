// A run: the product under a steady flow, one fault after another, then the reckoning.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '@whisper-bot/runtime';
import { openStore } from '@whisper-bot/store';
import { startBotApi } from '@whisper-bot/testing';
import { inject } from './fault/inject.mjs';
import { grown } from './growth.mjs';
import { lastingKeys, leftOnDisk, measureLoad, pendingJobs, readRecord, waitingEntries } from './inspect.mjs';
import { kinds } from './kind.mjs';
import { createLoad } from './load.mjs';
import { preparePlace } from './place.mjs';
import { createCensus } from './proc.mjs';
import { openProduct } from './product.mjs';
import { blame, judge } from './reconcile.mjs';
import { schedule } from './schedule.mjs';
import { bad, rowsOf } from './table.mjs';
import { openApi, openUpload } from './way/http.mjs';
import { openStream } from './way/stream.mjs';
import { openTelegram } from './way/telegram.mjs';

/** Milliseconds: a probe, the last tasks, an orphan's last moments, a round of the sweep. */
const bound = { probe: 120_000, rest: 180_000, orphan: 60_000, sweep: 150_000 };

const usual = {
  faults: 40,
  seed: 1,
  minutes: 30,
  /** Kinds of faults; default all. */
  names: [...kinds.keys()],
  /** Milliseconds between two recordings. */
  every: 1500,
  /** Every how manieth recording is speech for the real engines; 0: none. */
  real: 40,
  /** Whether what lies on the disk is made old and must be swept: two minutes more. */
  sweep: true,
  keep: false,
  say: () => {},
  signal: new AbortController().signal,
};

/** Makes a key and a session as an administrator would, so that programs and a browser get in. */
const introduce = async (databaseUrl) => {
  const logger = createLogger({ name: 'chaos', level: 'silent' });
  const store = await openStore({ url: databaseUrl, logger });
  try {
    const { key } = await store.keys.create('chaos', 'chaos');
    const account = await store.accounts.create({ name: 'chaos', password: 'chaos-password-1', role: 'administrator' });
    const token = await store.sessions.open(account.id, { address: '127.0.0.1', agent: 'chaos' });
    const session = await store.sessions.find(token);
    return { key, session: { token, csrf: session.csrf } };
  } finally {
    await store.close();
  }
};

/** @returns rows of the table, verdicts that are not as they should be, what was measured, and whether all was well */
export const runChaos = async (given = {}) => {
  const options = { ...usual, ...given };
  const { say, signal } = options;
  const root = await mkdtemp(join(tmpdir(), 'whisper-bot-chaos-'));
  const closers = [() => (options.keep ? undefined : rm(root, { recursive: true, force: true, maxRetries: 5 }))];
  const close = async () => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  try {
    const place = await preparePlace(root, options.names);
    closers.push(place.close);
    for (const [name, why] of place.skipped) say(`${name}: left out, ${why}.`);
    const names = options.names.filter((name) => !place.skipped.some(([skipped]) => skipped === name));
    const botApi = await startBotApi({ token: `99:${'c'.repeat(35)}`, seed: options.seed });
    closers.push(() => botApi.close());
    const product = await openProduct({ home: root, botApi, ...place });
    closers.push(() => product.stop());
    say('Starting the product …');
    await product.start();
    const ways = await openWays({ product, botApi, tasksDir: place.tasksDir });
    closers.push(ways.close);
    const load = createLoad({ ways: ways.all, every: options.every, real: options.real });
    closers.push(() => load.stop());
    const faults = schedule({ seed: options.seed, faults: options.faults, names });
    return await torture({ options, place, botApi, product, ways: ways.all, load, faults });
  } finally {
    await close();
    if (options.keep) say(`Everything is left in ${root}.`);
    signal.throwIfAborted();
  }
};

const openWays = async ({ product, botApi, tasksDir }) => {
  const url = () => product.up?.dashboardUrl ?? ways.lastUrl;
  const { key, session } = await introduce(product.direct.database);
  const stream = openStream({ redisUrl: product.direct.redis, tasksDir });
  const telegram = openTelegram(botApi);
  const api = openApi({ url, key });
  const ways = { lastUrl: product.up.dashboardUrl };
  // What was uploaded belongs to no key: the record alone says how it went.
  const upload = openUpload({ url, session, look: async () => undefined });
  return {
    all: { telegram, stream, api, upload },
    close: async () => {
      telegram.close();
      await stream.close();
    },
  };
};

const torture = async ({ options, place, botApi, product, ways, load, faults }) => {
  const { say, signal } = options;
  const census = createCensus();
  const flushes = [];
  const unknown = [];
  const done = [];
  const onFlush = async () => {
    unknown.push(...(await waitingEntries(product, load.entries)));
    flushes.push(Date.now());
  };
  const context = { ...place, product, botApi, signal, onFlush };
  const watch = setInterval(() => product.pid !== undefined && census.take(product.pid), 1000);
  try {
    load.start();
    const first = await load.probe(['telegram', 'stream', 'api'], bound.probe);
    if (first === null) throw new Error('the product does not work before any fault');
    // The first one started the engines.
    const usualSeconds = await load.probe(['telegram', 'stream', 'api'], bound.probe);
    say(`A task through each way in takes ${usualSeconds?.toFixed(1)} s before any fault.`);
    const before = await measureLoad({ product });
    const deadline = performance.now() + options.minutes * 60_000;
    for (const fault of faults) {
      if (signal.aborted || performance.now() > deadline) break;
      const outcome = await meet(fault, { context, census, load, product });
      done.push(outcome);
      say(describe(outcome, faults.length));
    }
    say('No more faults; what was accepted comes to its end …');
    await load.stop();
    const judged = await reckon({ load, ways, product, done, flushes, unknown, signal });
    const leftover = await leftovers({ options, place, product, ...judged });
    const after = await measureLoad({ product });
    const left = { ...leftover, grown: grown(before, after) };
    const rows = rowsOf(withWork(done, judged.verdicts), judged.verdicts);
    const total = rows.find(({ name }) => name === 'all');
    const loose = rows.find(({ name }) => name === 'no fault');
    const count = (what) => total[what] + (loose?.[what] ?? 0);
    const failed =
      bad.some((what) => count(what) > 0) || [left.disk, left.jobs, left.grown].some((list) => list.length > 0);
    return { usualSeconds, rows, ...judged, left, before, after, failed, faults: done, skipped: place.skipped };
  } finally {
    clearInterval(watch);
  }
};

/** One fault, and what it takes until all works again. */
const meet = async (fault, { context, census, load, product }) => {
  const began = Date.now();
  census.take(product.pid);
  let skipped = null;
  await inject(fault, context).catch((error) => {
    if (context.signal.aborted) return;
    skipped = error.message;
  });
  const ended = Date.now();
  // The upload page has no probe of its own: it is the same process as the API.
  const recovery = await load.probe(['telegram', 'stream', 'api'], bound.probe);
  const orphans = await settledOrphans(census, product, context.signal);
  return { ...fault, began, ended, recovery, orphaned: orphans.length, orphans, skipped };
};

/** How long each fault kept what it met in work, from its end: seconds until the last of it was answered. */
const withWork = (faults, verdicts) =>
  faults.map((fault) => {
    const met = verdicts.filter(({ handed, answered }) => handed < fault.began && answered > fault.began);
    return {
      ...fault,
      inWork: met.length === 0 ? null : Math.max(0, ...met.map(({ answered }) => (answered - fault.ended) / 1000)),
    };
  });

const settledOrphans = async (census, product, signal) => {
  const until = performance.now() + bound.orphan;
  for (;;) {
    const orphans = census.orphans(product.pid ?? null);
    if (orphans.length === 0 || performance.now() > until || signal.aborted) {
      for (const { pid } of orphans) census.forget(pid);
      return orphans;
    }
    await pause(250);
  }
};

const describe = ({ number, name, victim, seconds, recovery, orphans, skipped }, of) =>
  [
    `${number}/${of} ${name}`,
    victim !== undefined && !name.toLowerCase().startsWith(victim) ? ` (${victim})` : '',
    seconds === undefined ? '' : `, ${seconds} s`,
    skipped === null ? '' : ` – did not happen: ${skipped}`,
    `: ${recovery === null ? 'NO RECOVERY' : `works again after ${recovery.toFixed(1)} s`}`,
    ...orphans.map((orphan) => `; ORPHAN ${orphan.pid} ${orphan.name}`),
  ].join('');

/** Waits until everything has ended, and judges it. */
const reckon = async ({ load, ways, product, done, flushes, unknown, signal }) => {
  const until = performance.now() + bound.rest;
  for (;;) {
    const record = await readRecord(product.direct.database).catch(() => null);
    if (record !== null) {
      await load.look();
      const verdicts = load.entries.map((entry) => verdictOf(entry, { record, ways, done, flushes, unknown }));
      const open = verdicts.filter(({ verdict }) => verdict === 'lost' || verdict === 'stuck');
      const isOver = record.every(({ state }) => ['done', 'failed', 'cancelled'].includes(state));
      if ((open.length === 0 && isOver) || performance.now() > until || signal.aborted)
        return {
          record,
          verdicts,
          troubles: verdicts.filter(({ verdict }) => verdict !== 'ok' && verdict !== 'not accepted'),
        };
    }
    await pause(1000);
  }
};

const verdictOf = (entry, { record, ways, done, flushes, unknown }) => {
  const rows = record.filter((row) => ways[entry.way].isIts(entry, row));
  const [row = null] = rows;
  // The record is what the person at the page sees.
  const answers =
    entry.way === 'upload' ? rows.filter(({ state }) => state === 'done').map(({ doneAt }) => doneAt) : entry.answers;
  const judged = judge({ ...entry, answers }, row, { flushes, unknown });
  const doubled = rows.length > 1 ? { verdict: 'doubled', why: `${rows.length} tasks in the record` } : judged;
  const life = { from: entry.handed, to: row?.doneAt ?? Number.POSITIVE_INFINITY };
  const isWell = doubled.verdict === 'ok' || doubled.verdict === 'not accepted';
  return {
    ...doubled,
    number: entry.number,
    way: entry.way,
    id: row?.id ?? entry.id ?? null,
    handed: entry.handed,
    // Programs ask when they like, and the record may be dated by a clock that was shifted: these two are reported at once.
    answered: ['telegram', 'stream'].includes(entry.way) ? (answers[0] ?? null) : null,
    fault: isWell ? null : (blame(life, done)?.name ?? null),
  };
};

const leftovers = async ({ options, place, product, record }) => {
  const known = new Set(record.map(({ id }) => id));
  const disk = options.sweep ? await leftOnDisk({ tasksDir: place.tasksDir, known, bound: bound.sweep }) : [];
  return { disk, jobs: await pendingJobs({ product }), keys: await lastingKeys({ product }) };
};
