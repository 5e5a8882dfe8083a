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
import { stages } from '@whisper-bot/task';
import { ownNameOf } from '@whisper-bot/text';
import type { AdminHandler, PageContext } from '../page-context.js';
import { barChart } from '../view/chart.js';
import { number, span } from '../view/format.js';
import { html, type SafeHtml } from '../view/html.js';
import { page } from '../view/layout.js';
import { card, emptyState, table } from '../view/piece.js';

const hour = 3600;
/** Seconds: how far back, and how wide a bar is. */
const periods = {
  day: { length: 24 * hour, step: hour, every: 4 },
  week: { length: 7 * 24 * hour, step: 6 * hour, every: 4 },
  month: { length: 30 * 24 * hour, step: 24 * hour, every: 5 },
  quarter: { length: 90 * 24 * hour, step: 3 * 24 * hour, every: 5 },
} as const;
type PeriodName = keyof typeof periods;

export const showAnalytics: AdminHandler<'analytics' | 'logger'> = async (context) => {
  const { words, deps } = context;
  const say = words.analytics;
  const name: PeriodName =
    Object.keys(periods).find((each): each is PeriodName => each === context.query('period')) ?? 'week';
  const answers =
    deps.analytics === null
      ? null
      : await askAll(deps.analytics, name).catch((err: unknown) => {
          deps.logger.warn({ err }, 'analytics query failed');
          return null;
        });
  const tabs = html`<nav class="tabs" aria-label="${say.period}">${(Object.keys(periods) as PeriodName[]).map(
    (each) => html`<a href="/analytics?period=${each}"${each === name && html` aria-current="page"`}>${say[each]}</a>`,
  )}</nav>`;
  const empty =
    answers !== null && answers.volume.length === 0 && answers.times.length === 0 && answers.messages.length === 0;
  return {
    kind: 'page',
    page: page(context, {
      title: say.title,
      active: 'analytics',
      actions: tabs,
      body:
        answers === null
          ? emptyState(
              deps.analytics === null ? { title: say.off, hint: say.offHint } : { title: say.away, hint: say.awayHint },
            )
          : empty
            ? emptyState({ title: say.empty, hint: say.emptyHint })
            : body(context, name, answers),
    }),
  };
};

const askAll = async (database: AnalyticsDatabase, name: PeriodName) => {
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

type Answers = Awaited<ReturnType<typeof askAll>>;

const body = (context: PageContext, name: PeriodName, answers: Answers): SafeHtml => {
  const { words, locale } = context;
  const say = words.analytics;
  const ms = (value: number) => span(value, words);
  const count = (value: number) => number(value, locale);
  const none = html`<p class="quiet">${words.time.none}</p>`;
  const audio = answers.volume.reduce((sum, { audioSeconds }) => sum + audioSeconds, 0);
  return html`<div class="stack">
${card(
  say.volume,
  html`${volumeChart(context, name, answers)}<p class="legend"><span>${say.volume}</span><span class="bad">${say.failures}</span></p>`,
  {
    aside: html`<span class="quiet">${say.audio}: ${say.audioHours(number(audio / 3600, locale, 1))}</span>`,
  },
)}
<div class="grid">
${card(
  say.times,
  table(
    say.times,
    [
      { title: say.stage, cell: ({ stage }) => words.stage[stage as 'merge'] ?? stage },
      { title: say.jobs, numeric: true, minor: true, cell: ({ jobs }) => count(jobs) },
      { title: `${say.wait}, ${say.median.toLowerCase()}`, numeric: true, cell: ({ waitMs }) => ms(waitMs[0]) },
      { title: say.p90, numeric: true, cell: ({ waitMs }) => ms(waitMs[1]) },
      { title: `${say.run}, ${say.median.toLowerCase()}`, numeric: true, cell: ({ runMs }) => ms(runMs[0]) },
      { title: say.p90, numeric: true, cell: ({ runMs }) => ms(runMs[1]) },
      { title: say.p99, numeric: true, minor: true, cell: ({ runMs }) => ms(runMs[2]) },
    ],
    answers.times.toSorted((a, b) => order(a.stage) - order(b.stage)),
  ),
  { wide: true },
)}
${card(
  say.rtf,
  answers.factors.length === 0
    ? none
    : html`<p class="hint">${say.rtfHint}</p>${table(
        say.rtf,
        [
          { title: say.stage, cell: ({ stage }) => words.stage[stage as 'merge'] ?? stage },
          { title: words.task.model, cell: ({ model }) => model || words.time.none },
          { title: words.task.worker, minor: true, cell: ({ worker }) => worker },
          { title: say.factor, numeric: true, cell: ({ factor }) => number(factor, locale, 3) },
          { title: say.median, numeric: true, cell: ({ median }) => number(median, locale, 3) },
        ],
        answers.factors,
      )}`,
  { wide: true },
)}
${card(
  say.causes,
  answers.causes.length === 0
    ? html`<p class="quiet">${say.noCauses}</p>`
    : table(
        say.causes,
        [
          { title: say.stage, cell: ({ stage }) => words.stage[stage as 'merge'] ?? stage },
          { title: say.code, cell: ({ code }) => words.errors[code as 'internal'] ?? code },
          { title: say.failures, numeric: true, cell: ({ failures }) => count(failures) },
        ],
        answers.causes,
      ),
)}
${popular(context, say.models, answers.models)}
${popular(
  context,
  say.languages,
  answers.languages.map((row) => ({ ...row, name: ownNameOf(row.name) })),
)}
${card(
  say.users,
  answers.users.length === 0
    ? none
    : barChart({
        title: say.users,
        bars: answers.users.map(({ time, users }) => ({ label: dayOf(time), values: [users] })),
        every: Math.ceil(answers.users.length / 8),
      }),
)}
${card(
  say.messages,
  answers.messages.length === 0
    ? none
    : table(
        say.messages,
        [
          { title: say.kind, cell: ({ kind }) => kind },
          { title: say.count, numeric: true, cell: ({ messages }) => count(messages) },
          { title: say.people, numeric: true, cell: ({ people }) => count(people) },
        ],
        answers.messages,
      ),
)}
</div></div>`;
};

const popular = (
  { words, locale }: PageContext,
  title: string,
  rows: readonly { name: string; tasks: number; audioSeconds: number }[],
) => {
  const say = words.analytics;
  return card(
    title,
    table(
      title,
      [
        { title: say.name, cell: ({ name }) => name },
        { title: say.tasks, numeric: true, cell: ({ tasks }) => number(tasks, locale) },
        {
          title: say.audio,
          numeric: true,
          cell: ({ audioSeconds }) => say.audioHours(number(audioSeconds / 3600, locale, 1)),
        },
      ],
      rows,
    ),
  );
};

/** Every step of the period has its bar, also those in which nothing happened. */
const volumeChart = ({ words }: PageContext, name: PeriodName, { volume: rows, period }: Answers): SafeHtml => {
  const { step, every } = periods[name];
  const known = new Map(rows.map((row) => [row.time, row]));
  const times: number[] = [];
  for (let time = Math.floor(period.since / step) * step; time < period.until; time += step) times.push(time);
  return barChart({
    title: words.analytics.volume,
    every,
    wide: true,
    bars: times.map((time) => ({
      label: name === 'day' ? `${new Date(time * 1000).getUTCHours()}:00` : dayOf(time),
      values: [known.get(time)?.tasks ?? 0, known.get(time)?.failures ?? 0],
    })),
  });
};

const order = (stage: string): number => (stages as readonly string[]).indexOf(stage);

const dayOf = (time: number): string => new Date(time * 1000).toISOString().slice(5, 10);
