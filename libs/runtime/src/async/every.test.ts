import { until } from '@whisper-bot/testing';
import { expect, test } from 'vitest';
import { deferred } from './deferred.js';
import { every } from './every.js';

test('no run begins while one is under way, an error ends none of the later ones, and stopping waits for the last', async () => {
  const first = deferred<void>();
  const errors: unknown[] = [];
  let begun = 0;
  let ticks = 0;
  const ticking = setInterval(() => (ticks += 1), 1);
  const repeated = every(
    1,
    async () => {
      begun += 1;
      if (begun === 1) await first.promise;
      if (begun === 2) throw new Error('away');
    },
    (error) => errors.push(error),
  );
  await until(() => begun === 1 && ticks > 50);
  expect(begun).toBe(1);
  first.resolve();
  await until(() => begun > 3);
  expect(errors).toHaveLength(1);
  await repeated.stop();
  const last = begun;
  ticks = 0;
  await until(() => ticks > 20);
  expect(begun).toBe(last);
  clearInterval(ticking);
});
