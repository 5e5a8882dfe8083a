import { afterEach, expect, test } from 'vitest';
import { columns, embeddingSize, windowFrames } from './analysis/grid.js';
import { type Clustering, type ClusteringTask, startClustering } from './clustering.js';

const never = new AbortController().signal;
const unhurried = 60_000;
/** Seconds. */
const duration = 20;

let clustering: Clustering;
const start = (windows: number[], more: Partial<ClusteringTask> = {}) => {
  clustering = startClustering(windows, { count: 5, duration, speakers: { kind: 'auto' }, ...more });
  return clustering;
};
afterEach(() => clustering.close());

const base64 = (values: number[]) => Buffer.from(values).toString('base64');
const always = Array.from({ length: windowFrames * columns }, (_, cell) => (cell % columns === 1 ? 0 : 255));
const embedding = base64(Array.from({ length: embeddingSize }, (_, at) => at));
const speaker = { local: 0, nonOverlapped: 300, active: 300, assignmentOnly: false, embedding };
const part = (window: number, more: object = {}) => ({
  window,
  probabilities: base64(always),
  speakers: [speaker],
  ...more,
});

test('one voice in all windows is one speaker, for as long as someone speaks', async () => {
  const { add, turns } = start([0, 1, 2, 3, 4]);
  for (const window of [0, 1, 2, 3, 4]) add(part(window));
  const [turn, ...more] = await turns(never, unhurried);
  expect(turn).toEqual({ start: expect.closeTo(0, 1), end: expect.closeTo(duration, 1), speaker: 0 });
  expect(more).toEqual([]);
});

test.each([
  ['no object', 'gibberish', /expected object/],
  ['probabilities that lack one', part(0, { probabilities: base64(always.slice(1)) }), /3144 characters/],
  ['probabilities that are one too many', part(0, { probabilities: base64([...always, 0]) }), /not 2356 bytes/],
  ['probabilities that are no base64', part(0, { probabilities: `!${base64(always).slice(1)}` }), /base64/],
  [
    'more frames than a window has',
    part(0, { speakers: [{ ...speaker, nonOverlapped: windowFrames + 1 }] }),
    /nonOverlapped/,
  ],
  ['a fourth speaker', part(0, { speakers: [{ ...speaker, local: 3 }] }), /local/],
  ['two speakers in one place', part(0, { speakers: [speaker, speaker] }), /a position twice/],
  ['a short voice', part(0, { speakers: [{ ...speaker, embedding: base64([1, 2, 3]) }] }), /embedding/],
  ['another window than the next', part(1), /window 1, not 0/],
])('%s breaks it', async (_, wrong, cause) => {
  const { add, turns, broken } = start([0, 1]);
  add(wrong);
  await expect(turns(never, unhurried)).rejects.toMatchObject({
    code: 'engine-crashed',
    cause: expect.stringMatching(cause),
  });
  expect(broken.aborted).toBe(true);
});

test('windows that are missing break it', async () => {
  const { add, turns } = start([0, 1]);
  add(part(0));
  await expect(turns(never, unhurried)).rejects.toMatchObject({
    code: 'engine-crashed',
    cause: expect.stringContaining('1 windows, not 2'),
  });
});

test('what never ends is ended at its limit', async () => {
  // 79 years of silence.
  start([0], { count: 1e9 });
  clustering.add(part(0));
  await expect(clustering.turns(never, 500)).rejects.toMatchObject({ code: 'time-limit' });
});

test('cancelling rejects at once', async () => {
  const { add, turns } = start([0]);
  add(part(0));
  const controller = new AbortController();
  const cancelled = turns(controller.signal, unhurried);
  controller.abort(new Error('enough'));
  await expect(cancelled).rejects.toThrow('enough');
});

test('running out of memory is reported as such', async () => {
  const ballast = Array.from({ length: 2_000_000 }, () => [1, 2]);
  const { add, turns } = start([0], { speakers: { kind: 'auto', ...{ ballast } } });
  add(part(0));
  await expect(turns(never, unhurried)).rejects.toMatchObject({ code: 'engine-memory' });
});
