// Every kind of fault there is, and what a random generator may choose about it. Pure: nothing happens here.

/** Seconds a process stands still. */
const stopped = [3, 20];
/** Seconds a server is away behind the proxy; the long ones are the rarer. */
const away = [3, 3, 3, 6, 6, 10, 10, 20, 60];

const between = (random, [low, high]) => Math.round((low + random() * (high - low)) * 10) / 10;
const oneOf = (random, list) => list[Math.floor(random() * list.length)];

const workers = ['worker-1', 'worker-2'];
const victims = {
  bot: () => 'bot',
  worker: (random) => oneOf(random, workers),
  dashboard: () => 'dashboard',
  'engine child': (random) => oneOf(random, workers),
  Redis: () => 'redis',
  PostgreSQL: () => 'postgres',
  ClickHouse: () => 'clickhouse',
  supervisor: () => 'supervisor',
};

const kills = Object.entries(victims).map(([name, victim]) => [
  `${name} killed`,
  (random) => ({ how: 'kill', victim: victim(random), engine: name === 'engine child', pick: random() }),
]);
const stops = Object.entries(victims).map(([name, victim]) => [
  `${name} stopped`,
  (random) => ({
    how: 'stop',
    victim: victim(random),
    engine: name === 'engine child',
    pick: random(),
    seconds: between(random, stopped),
  }),
]);
const outages = ['Redis', 'PostgreSQL'].flatMap((name) =>
  ['refuse', 'silent'].map((mode) => [
    `${name} ${mode === 'refuse' ? 'refuses' : 'hangs'}`,
    (random) => ({ how: 'proxy', server: name === 'Redis' ? 'redis' : 'postgres', mode, seconds: oneOf(random, away) }),
  ]),
);
const botApi = ['slow', 'errors', 'floods', 'resets', 'half answers'].map((trouble) => [
  `Bot API: ${trouble}`,
  (random) => ({ how: 'bot-api', trouble, seconds: between(random, [3, 15]) }),
]);

/** By name: what is done, with everything that is random about it. */
export const kinds = new Map([
  ...kills,
  ...stops,
  ['Redis emptied', () => ({ how: 'flush' })],
  ...outages,
  ...botApi,
  ['disk full', (random) => ({ how: 'disk', seconds: between(random, [3, 15]) })],
  ['clock set back an hour', (random) => ({ how: 'clock', shift: -3600, seconds: between(random, [5, 20]) })],
  ['clock set ahead an hour', (random) => ({ how: 'clock', shift: 3600, seconds: between(random, [5, 20]) })],
]);
