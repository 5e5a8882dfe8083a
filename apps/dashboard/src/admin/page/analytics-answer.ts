import {
  type AnalyticsDatabase,
  activeUsers,
  failureCauses,
  messagesByKind,
  type Period,
  popularLanguages,
  popularModels,
  realTimeFactors,
  stageTimes,
  volume,
} from '@whisper-bot/analytics';

const hour = 3600;
/** Seconds: how far back, and how wide a bar is. */
export const periods = {
  day: { length: 24 * hour, step: hour, every: 4 },
  week: { length: 7 * 24 * hour, step: 6 * hour, every: 4 },
  month: { length: 30 * 24 * hour, step: 24 * hour, every: 5 },
  quarter: { length: 90 * 24 * hour, step: 3 * 24 * hour, every: 5 },
} as const;
export type PeriodName = keyof typeof periods;

/** Asks ClickHouse for all that the page shows of a period. */
export const askAll = async (database: AnalyticsDatabase, name: PeriodName) => {
  const { length, step } = periods[name];
  const until = Math.floor(Date.now() / 1000) + 1;
  const period: Period = { since: until - length, until };
  const [volumes, times, factors, models, languages, causes, users, messages] = await Promise.all([
    database.ask(volume, { ...period, step }),
    database.ask(stageTimes, period),
    database.ask(realTimeFactors, period),
    database.ask(popularModels, period),
    database.ask(popularLanguages, period),
    database.ask(failureCauses, period),
    database.ask(activeUsers, period),
    database.ask(messagesByKind, period),
  ]);
  return { volume: volumes, times, factors, models, languages, causes, users, messages, period };
};

export type Answers = Awaited<ReturnType<typeof askAll>>;
