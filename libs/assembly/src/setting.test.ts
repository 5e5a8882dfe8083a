import { resolveConfig } from '@whisper-bot/config';
import { createLogger } from '@whisper-bot/runtime';
import { openStore, type Store } from '@whisper-bot/store';
import { freshDatabase, type TestDatabase } from '@whisper-bot/store/test/fresh-database';
import { until } from '@whisper-bot/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { followSettings } from './setting.js';

const logger = createLogger({ name: 'test', level: 'silent' });
let postgres: TestDatabase;
let store: Store;
beforeAll(async () => {
  postgres = await freshDatabase();
  store = await openStore({ url: postgres.url, logger });
});
afterAll(async () => {
  await store.close();
  await postgres.drop();
});

test('the environment holds until PostgreSQL answers; what is set then reaches every process at once', async () => {
  const config = resolveConfig({
    env: { DATABASE_URL: postgres.url, RESULT_TTL: '30m', MAX_DURATION: '90s', KEEP_SOURCE: 'yes', MODEL: 'small' },
  });
  let answer: (store: Store) => void = () => {};
  const opened = new Promise<Store>((resolve) => {
    answer = resolve;
  });
  const here = followSettings({ opened: Promise.resolve(store) }, config, logger);
  const there = followSettings({ opened }, config, logger);
  const alone = followSettings(null, config, logger);
  const environment = { model: 'small', maxDuration: 90, resultTtl: 1800, keepSource: true };
  const settings = await here.opened;
  expect(here).toMatchObject(environment);

  await settings.set('longestMinutes', 5, 'ann');
  await settings.set('keepHours', 2, 'ann');
  await settings.set('keepSource', false, 'ann');
  await settings.set('model', 'tiny', 'ann');
  expect(there).toMatchObject(environment);
  answer(store);
  await there.opened;
  expect(there).toMatchObject({ model: 'tiny', maxDuration: 300, resultTtl: 7200, keepSource: false });

  await settings.set('longestMinutes', undefined, 'ann');
  await until(() => there.maxDuration === 90);
  expect(alone).toMatchObject(environment);
  await Promise.all([here.close(), there.close(), alone.close()]);
});
