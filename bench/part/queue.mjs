import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { startRedis } from '@whisper-bot/embedded/test/redis';
import { createPipeline } from '@whisper-bot/pipeline';
import { FlowProducer, Queue, Worker } from 'bullmq';
import { inTurn, median, row, spread } from '../measure.mjs';
import { newTask } from '../task.mjs';

const tasks = 200;
const rounds = 5;
/** Tasks whose Redis commands are counted. */
const sampled = 50;
const names = ['prepare', 'transcribe', 'diarize', 'merge', 'deliver'];
/** As the pipeline's own: the same number of jobs of a stage at once. */
const concurrency = { prepare: 2, transcribe: 1, diarize: 1, merge: 4, deliver: 8 };

/**
 * Our pipeline with stages that do nothing, and BullMQ alone with the same five jobs a task: first come, first served, and with
 * the priorities that keep one user from starving the others.
 */
export const queue = async ({ dir }) => {
  // Durability as tests have it would measure the disk; both get what the product starts Redis with.
  const redis = await startRedis({ fsync: 'everysec' });
  const ours = await openOurs(redis.url, dir);
  const bare = openBare(redis.url);
  const fair = openBare(redis.url, { prefix: 'bench-fair', priority: 1 });
  try {
    await ours.prepare(tasks * (rounds + 1) + sampled);
    const times = await inTurn(
      { ours: () => ours.run(tasks), bare: () => bare.run(tasks), fair: () => fair.run(tasks) },
      rounds,
    );
    const perSecond = (all) => all.map((s) => tasks / s);
    const share = (100 * median(times.bare)) / median(times.ours);
    const counted = {
      ours: await countCommands(redis.url, () => ours.run(sampled)),
      bare: await countCommands(redis.url, () => bare.run(sampled)),
    };
    return {
      rows: [
        row('our pipeline', `${spread(perSecond(times.ours), 0)} tasks/s`),
        row('bare BullMQ', `${spread(perSecond(times.bare), 0)} tasks/s`),
        row('bare BullMQ with priorities', `${spread(perSecond(times.fair), 0)} tasks/s`),
        row('ours of bare', `${share.toFixed(0)} %`, '≥ 60 %', share >= 60),
        row('ours of bare with priorities', `${((100 * median(times.fair)) / median(times.ours)).toFixed(0)} %`),
        row('a task over bare', `${((1000 * (median(times.ours) - median(times.bare))) / tasks).toFixed(1)} ms`),
        row('Redis commands sent a task, ours', (counted.ours / sampled).toFixed(1)),
        row('Redis commands sent a task, bare', (counted.bare / sampled).toFixed(1)),
      ],
      notes: [
        `${tasks} tasks of five jobs a run, all submitted at once, to the last delivery; all in this process. Ours also writes task.json, keeps progress and results’ folders, and checks each payload; the folders with the sources are laid before.`,
        'Commands as MONITOR sees them arrive, without those inside scripts; blocking reads and lock renewals included.',
      ],
    };
  } finally {
    await ours.close();
    await bare.close();
    await fair.close();
    await redis.close();
  }
};

const counter = () => {
  let left = 0;
  let done = () => {};
  return {
    expect: (count) => {
      left = count;
      return new Promise((resolve) => {
        done = resolve;
      });
    },
    one: () => {
      left -= 1;
      if (left === 0) done();
    },
  };
};

const openOurs = async (redis, tasksDir) => {
  const pipeline = createPipeline({ redis, tasksDir, prefix: 'bench-ours', minimumFree: 0 });
  const ended = counter();
  const work = await pipeline.work({
    prepare: async () => ({ duration: 60, chunks: [60] }),
    transcribe: async () => {},
    diarize: async () => {},
    merge: async () => {},
  });
  const deliveries = await pipeline.serveDeliveries('folder', async () => ended.one());
  const waiting = [];
  return {
    /** Laying folders is the submitter's work, not the pipeline's. */
    prepare: async (count) => {
      for (let made = 0; made < count; made += 1) waiting.push(await newTask(tasksDir));
    },
    run: async (count) => {
      const made = waiting.splice(0, count);
      const all = ended.expect(count);
      await Promise.all(made.map((task) => pipeline.submit(task)));
      await all;
    },
    close: async () => {
      await Promise.all([work.close(), deliveries.close()]);
      await pipeline.close();
    },
  };
};

const openBare = (url, { prefix = 'bench-bare', ...more } = {}) => {
  const { hostname: host, port } = new URL(url);
  const connection = { host, port: Number(port), maxRetriesPerRequest: null };
  const shared = { connection, prefix };
  const flow = new FlowProducer(shared);
  const first = new Queue('prepare', shared);
  const ended = counter();
  const kept = { removeOnComplete: { age: 86_400, count: 20_000 }, attempts: 3, ...more };
  const node = (queueName, id, children) => ({
    name: queueName,
    queueName,
    data: { id },
    opts: { ...kept, jobId: `${id}-${queueName}` },
    ...(children ? { children } : {}),
  });
  const bodies = {
    prepare: ({ data: { id } }) =>
      flow.add(node('deliver', id, [node('merge', id, [node('transcribe', id), node('diarize', id)])])).then(() => {}),
    deliver: async () => ended.one(),
  };
  const workers = names.map(
    (name) => new Worker(name, bodies[name] ?? (async () => {}), { ...shared, concurrency: concurrency[name] }),
  );
  let run = 0;
  return {
    run: async (count) => {
      run += 1;
      const all = ended.expect(count);
      await Promise.all(
        Array.from({ length: count }, (_, index) =>
          first.add('prepare', { id: `${run}-${index}` }, { ...kept, jobId: `${run}-${index}-prepare` }),
        ),
      );
      await all;
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
      await Promise.all([flow.close(), first.close()]);
    },
  };
};

/** Commands that reach Redis meanwhile; read off the wire, because a client library stumbles over a monitor that is closed. */
const countCommands = async (url, body) => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const lines = createInterface({ input: socket });
  socket.write('MONITOR\r\n');
  await once(lines, 'line');
  let count = 0;
  lines.on('line', (line) => {
    if (/^\+[\d.]+ \[\d+ (?!lua\])/.test(line)) count += 1;
  });
  await body();
  socket.destroy();
  return count;
};
