import { setTimeout as pause } from 'node:timers/promises';
import { startRedis } from '@whisper-bot/embedded/test/redis';
import { conversation, materialNote } from '../material.mjs';
import { row } from '../measure.mjs';
import { megabytesOf, memoryRow, openWorkers } from '../worker.mjs';

const hours = 10;
/** MB that ten hours may leave above what five minutes leave. */
const flat = 50;
/** V8 gives memory back when it has had nothing to do for some seconds. */
const restMs = 30_000;
const samplingMs = 2000;

/** Whether a worker holds more after ten hours, and while it is at them, than after five minutes. */
export const tenHours = async ({ dir }) => {
  const redis = await startRedis();
  const workers = openWorkers({ redis: redis.url, dir });
  try {
    const pid = await workers.start();
    const five = conversation(dir, 300);
    await workers.run(five);
    await workers.run(five);
    await pause(restMs);
    const rows = [memoryRow('5 min', pid)];
    const before = megabytesOf(pid);
    let peak = 0;
    const sampling = setInterval(() => {
      peak = Math.max(peak, megabytesOf(pid));
    }, samplingMs);
    const seconds = await workers.run(conversation(dir, hours * 3600)).finally(() => clearInterval(sampling));
    await pause(restMs);
    const after = megabytesOf(pid);
    rows.push(
      memoryRow(`${hours} h`, pid),
      row(
        `${hours} h over 5 min`,
        `${(after - before).toFixed(0)} MB more`,
        `at most ${flat} MB more`,
        after - before <= flat,
      ),
      row(`most while it works on ${hours} h, PSS`, `${peak.toFixed(0)} MB`, '≤ 700 MB', peak <= 700),
      row(`${hours} h, submit → result`, `${(seconds / hours / 3600).toFixed(4)} ×`),
    );
    return {
      rows,
      notes: [
        materialNote,
        `Looked at every ${samplingMs / 1000} s while it works, and afterwards once it has rested for ${restMs / 1000} s. The language is given.`,
      ],
    };
  } finally {
    await workers.close();
    await redis.close();
  }
};
