import { stages } from '@whisper-bot/task';
import type { PageContext } from '../page-context.js';
import { barChart } from '../view/chart.js';
import { number, span } from '../view/format.js';
import { html, type SafeHtml } from '../view/html.js';
import { type Column, card, table } from '../view/piece.js';
import { type Answers, type PeriodName, periods } from './analytics-answer.js';

const nothing = ({ words }: PageContext): SafeHtml => html`<p class="quiet">${words.time.none}</p>`;

const stageName = ({ words }: PageContext, stage: string): string => words.stage[stage as 'merge'] ?? stage;

export const volumeCard = (context: PageContext, name: PeriodName, answers: Answers): SafeHtml => {
  const say = context.words.analytics;
  const audio = answers.volume.reduce((sum, { audioSeconds }) => sum + audioSeconds, 0);
  return card(
    say.volume,
    html`${volumeChart(context, name, answers)}<p class="legend"><span>${say.volume}</span><span class="bad">${say.failures}</span></p>`,
    {
      aside: html`<span class="quiet">${say.audio}: ${say.audioHours(number(audio / 3600, context.locale, 1))}</span>`,
    },
  );
};

export const timesCard = (context: PageContext, { times }: Answers): SafeHtml => {
  const { words, locale } = context;
  const say = words.analytics;
  const ms = (value: number) => span(value, words);
  return card(
    say.times,
    table(
      say.times,
      [
        { title: say.stage, cell: ({ stage }) => stageName(context, stage) },
        { title: say.jobs, numeric: true, minor: true, cell: ({ jobs }) => number(jobs, locale) },
        { title: `${say.wait}, ${say.median.toLowerCase()}`, numeric: true, cell: ({ waitMs }) => ms(waitMs[0]) },
        { title: say.p90, numeric: true, cell: ({ waitMs }) => ms(waitMs[1]) },
        { title: `${say.run}, ${say.median.toLowerCase()}`, numeric: true, cell: ({ runMs }) => ms(runMs[0]) },
        { title: say.p90, numeric: true, cell: ({ runMs }) => ms(runMs[1]) },
        { title: say.p99, numeric: true, minor: true, cell: ({ runMs }) => ms(runMs[2]) },
      ],
      times.toSorted((a, b) => order(a.stage) - order(b.stage)),
    ),
    { wide: true },
  );
};

export const factorsCard = (context: PageContext, { factors }: Answers): SafeHtml => {
  const { words, locale } = context;
  const say = words.analytics;
  const columns: Column<Answers['factors'][number]>[] = [
    { title: say.stage, cell: ({ stage }) => stageName(context, stage) },
    { title: words.task.model, cell: ({ model }) => model || words.time.none },
    { title: words.task.worker, minor: true, cell: ({ worker }) => worker },
    { title: say.factor, numeric: true, cell: ({ factor }) => number(factor, locale, 3) },
    { title: say.median, numeric: true, cell: ({ median }) => number(median, locale, 3) },
  ];
  const shown = html`<p class="hint">${say.rtfHint}</p>${table(say.rtf, columns, factors)}`;
  return card(say.rtf, factors.length === 0 ? nothing(context) : shown, { wide: true });
};

export const causesCard = (context: PageContext, { causes }: Answers): SafeHtml => {
  const { words, locale } = context;
  const say = words.analytics;
  const columns: Column<Answers['causes'][number]>[] = [
    { title: say.stage, cell: ({ stage }) => stageName(context, stage) },
    { title: say.code, cell: ({ code }) => words.errors[code as 'internal'] ?? code },
    { title: say.failures, numeric: true, cell: ({ failures }) => number(failures, locale) },
  ];
  const calm = html`<p class="quiet">${say.noCauses}</p>`;
  return card(say.causes, causes.length === 0 ? calm : table(say.causes, columns, causes));
};

export const usersCard = (context: PageContext, { users }: Answers): SafeHtml => {
  const title = context.words.analytics.users;
  const bars = users.map((day) => ({ label: dayOf(day.time), values: [day.users] }));
  return card(
    title,
    users.length === 0 ? nothing(context) : barChart({ title, bars, every: Math.ceil(users.length / 8) }),
  );
};

export const messagesCard = (context: PageContext, { messages }: Answers): SafeHtml => {
  const { words, locale } = context;
  const say = words.analytics;
  const columns: Column<Answers['messages'][number]>[] = [
    { title: say.kind, cell: ({ kind }) => kind },
    { title: say.count, numeric: true, cell: (row) => number(row.messages, locale) },
    { title: say.people, numeric: true, cell: ({ people }) => number(people, locale) },
  ];
  return card(say.messages, messages.length === 0 ? nothing(context) : table(say.messages, columns, messages));
};

export const popularCard = (
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
