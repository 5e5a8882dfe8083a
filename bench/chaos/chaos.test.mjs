import { expect, test } from 'vitest';
import { runChaos } from './run.mjs';

test('a worker killed, Redis emptied, PostgreSQL away: nothing is lost, doubled, stuck or left running', async () => {
  const names = ['worker killed', 'Redis emptied', 'PostgreSQL refuses'];
  const said = [];
  const result = await runChaos({
    names,
    faults: names.length,
    // Of this seed PostgreSQL's outage is a short one.
    seed: 4,
    minutes: 5,
    // The engines are stand-ins alone.
    real: 0,
    every: 2000,
    sweep: false,
    say: (text) => said.push(text),
  });
  expect(
    result.troubles.filter(({ verdict }) => verdict !== 'excused' && verdict !== 'window'),
    said.join('\n'),
  ).toEqual([]);
  expect(result.left.jobs).toEqual([]);
  expect(result.left.grown).toEqual([]);
  expect(result.faults.filter(({ recovery, orphaned }) => recovery === null || orphaned > 0)).toEqual([]);
  expect(new Set(result.faults.map(({ name }) => name))).toEqual(new Set(names));
  expect(result.verdicts.filter(({ verdict }) => verdict === 'ok').length).toBeGreaterThan(5);
}, 600_000);
