import { expect, test } from 'vitest';
import { grown } from './growth.mjs';

const process = { files: 60, statistics: 0, threads: 12, mib: 200 };
const load = (more = {}) => ({ postgres: 12, redis: 40, processes: { bot: { ...process, ...more } } });

test('what comes and goes is no growth', () => {
  expect(grown(load(), { ...load({ files: 70, mib: 230 }), postgres: 18, redis: 44 })).toEqual([]);
});

test('connections, files and memory that pile up are named', () => {
  expect(grown(load(), { ...load(), postgres: 51 })).toEqual(['connections of postgres: 12 before, 51 after']);
  expect(grown(load(), { ...load(), redis: 200 })).toEqual(['connections of redis: 40 before, 200 after']);
  expect(grown(load(), load({ files: 276 }))).toEqual(['files of bot: 60 before, 276 after']);
  expect(grown(load(), load({ mib: 800 }))).toEqual(['mib of bot: 200 before, 800 after']);
});

test('the three files that a thread of ClickHouse keeps are none, more than three are', () => {
  expect(grown(load(), load({ statistics: 36 }))).toEqual([]);
  expect(grown(load(), load({ statistics: 39 }))).toEqual(['files of bot: 39 statistics of 12 threads']);
});

test('a process that was not there before is compared with nothing', () => {
  expect(grown({ ...load(), processes: {} }, load())).toEqual([]);
});
