import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startRedis } from '@whisper-bot/embedded/test/redis';
import { createPipeline } from '@whisper-bot/pipeline';
import { context, hear, openEngines } from '../engines.mjs';
import { conversation, materialNote, note } from '../material.mjs';
import { differenceRow, median, row, spread, timed } from '../measure.mjs';
import { newTask } from '../task.mjs';
import { memoryRow, openWorkers } from '../worker.mjs';

const speakers = { kind: 'auto' };

/** Everything from submit to result with real workers; and a long recording over stand-in ones. */
export const pipeline = async ({ dir }) => {
  const redis = await startRedis();
  const workers = openWorkers({ redis: redis.url, dir });
  const rows = [];
  try {
    const pid = await workers.start();
    const short = note(dir, 7);
    const five = conversation(dir, 300);
    const alone = openEngines();
    const engines = (source, name) => timed(() => enginesAlone(alone.engines, source, join(dir, `${name}.wav`)));
    try {
      // The second one finds the machine as the first has left it: the order alternates every round.
      const pairs = async (rounds, source, name) => {
        const [queued, alone] = [[], []];
        await workers.run(source);
        await engines(source, name);
        for (let round = 0; round < rounds; round += 1) {
          const both = [
            async () => queued.push(await workers.run(source)),
            async () => alone.push((await engines(source, name)).seconds),
          ];
          for (const one of round % 2 === 0 ? both : both.toReversed()) await one();
        }
        return [queued, alone];
      };
      const [notes, notesAlone] = await pairs(20, short, 'note');
      const [fives, fivesAlone] = await pairs(20, five, 'five');
      const factor = fives.map((s) => s / 300);
      const added = notes.map((time, round) => (time - notesAlone[round]) * 1000);
      const addedFive = fives.map((time, round) => (100 * (time - fivesAlone[round])) / fivesAlone[round]);
      rows.push(
        row('5 min, submit → result', `${spread(factor)} ×`, '≤ 0.08 ×', median(factor) <= 0.08),
        row('voice note of 7 s, warm, submit → result', `${spread(notes, 2)} s`, '≤ 1.0 s', median(notes) <= 1),
        row('note, engines alone', `${spread(notesAlone, 2)} s`),
        differenceRow('pipeline over engines, note', added, { limit: 60, unit: 'ms', digits: 0 }),
        differenceRow('pipeline over engines, 5 min', addedFive, { limit: 2, unit: '%', digits: 1 }),
      );
    } finally {
      await alone.engines.close();
    }
    rows.push(memoryRow('5 min', pid));
    const hour = await workers.run(conversation(dir, 3600));
    rows.push(row('60 min, submit → result (one run)', `${(hour / 3600).toFixed(4)} ×`), memoryRow('60 min', pid));
    const quarter = conversation(dir, 900);
    const one = await workers.run(quarter);
    await workers.start();
    await workers.run(short);
    const two = await workers.run(quarter);
    rows.push(row('15 min over 1 and 2 real workers (one run each)', `${one.toFixed(1)} s, ${two.toFixed(1)} s`));
  } finally {
    await workers.close();
  }
  rows.push(...(await spreadOut(redis.url, dir)));
  await redis.close();
  return {
    rows,
    notes: [
      materialNote,
      'The language is given. Engines alone: decode, detect, then words and speakers side by side, in this process’s own warm children.',
      'Both the worker’s engines and those compared are kept warm at once; they take turns and never work at the same time.',
      'Stand-in workers wait 1/100 of each chunk’s length: what is measured is how evenly the pipeline spreads 24 chunks.',
    ],
  };
};

/** What a worker asks of its engines, without a queue. */
const enginesAlone = async ({ decoder, detector, transcriber, diarizer }, source, wav) => {
  await decoder.probe(source, context);
  await decoder.decode(source, wav, context);
  const speech = await detector.detect(wav, context);
  await Promise.all([
    hear({ detector: { detect: async () => speech }, transcriber }, wav),
    diarizer.diarize({ wav, speech, speakers }, context),
  ]);
};

/** One hour in 24 chunks over 1, 2, 4 and 8 workers that only wait. */
const spreadOut = async (redis, dir) => {
  const seconds = {};
  for (const count of [1, 2, 4, 8]) {
    const prefix = `bench-spread-${count}`;
    const tasksDir = join(dir, prefix);
    const handlers = {
      prepare: async () => ({ duration: 3600, chunks: Array.from({ length: 24 }, () => 150) }),
      transcribe: () => pause(150 * 10),
      diarize: async () => {},
      merge: async () => {},
    };
    const members = Array.from({ length: count }, () => createPipeline({ redis, tasksDir, prefix, minimumFree: 0 }));
    const works = await Promise.all(members.map((member) => member.work(handlers, { concurrency: { transcribe: 1 } })));
    const deliveries = await members[0].serveDeliveries('folder', async () => {});
    const task = await newTask(tasksDir, {});
    seconds[count] = (
      await timed(async () => {
        await members[0].submit(task);
        await members[0].untilEnded(task.id, context.signal);
      })
    ).seconds;
    await deliveries.close();
    await Promise.all(works.map((work) => work.close()));
    await Promise.all(members.map((member) => member.close()));
  }
  return Object.entries(seconds).map(([count, s]) => {
    const gain = seconds[1] / s;
    const last = count === '8';
    const measured = `${s.toFixed(1)} s, ${gain.toFixed(2)} × one`;
    return row(`1 h over ${count} stand-in workers`, measured, last ? '≥ 7 × one' : '', last ? gain >= 7 : null);
  });
};
