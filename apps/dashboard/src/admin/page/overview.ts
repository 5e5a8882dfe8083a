import type { TaskProgress } from '@whisper-bot/pipeline';
import type { TaskRepository, TaskRow } from '@whisper-bot/store';
import type { QueueStatus } from '../../domain/queue-status.js';
import { type Parts, streamParts } from '../live/stream.js';
import type { AdminContext, AdminHandler, PageContext } from '../page-context.js';
import { barChart } from '../view/chart.js';
import { bytes, clock, number, span } from '../view/format.js';
import { html, type SafeHtml } from '../view/html.js';
import { page } from '../view/layout.js';
import { badge, card, progressBar, table } from '../view/piece.js';
import { findAlarms } from './overview-alarm.js';

const day = 24 * 3600 * 1000;
/** Running tasks shown at most; the task list shows all. */
const shown = 12;

export const showOverview: AdminHandler<'options' | 'pipeline' | 'queueStatus' | 'tasks'> = async (context) => {
  const parts = await renderParts(context);
  const { words } = context;
  return {
    kind: 'page',
    page: page(context, {
      title: words.overview.title,
      active: 'overview',
      body: html`
<div class="stack" data-live="/live/overview">
  <div id="part-alarms" aria-live="polite">${parts['part-alarms']}</div>
  <div id="part-numbers">${parts['part-numbers']}</div>
  <div class="grid">
    ${card(words.overview.running, html`<div id="part-running">${parts['part-running']}</div>`)}
    ${card(words.overview.throughput, html`<div id="part-throughput">${parts['part-throughput']}</div>`)}
    ${card(words.overview.workers, html`<div id="part-workers">${parts['part-workers']}</div>`)}
    ${card(words.overview.queues, html`<div id="part-queues">${parts['part-queues']}</div>`, {
      aside: html`<a href="/board/">Bull Board</a>`,
    })}
  </div>
</div>`,
    }),
  };
};

export const liveOverview: AdminHandler<'closing' | 'logger' | 'options' | 'pipeline' | 'queueStatus' | 'tasks'> = (
  context,
) =>
  streamParts(context, {
    interval: 3000,
    render: () => renderParts(context),
    watch: (changed) => context.deps.pipeline.watch('all', changed),
  });

const renderParts = async (context: AdminContext<'options' | 'pipeline' | 'queueStatus' | 'tasks'>): Promise<Parts> => {
  const { deps, words } = context;
  const [queues, workers, outages, disk, open, ended, hours] = await Promise.all([
    deps.queueStatus.queues(),
    deps.queueStatus.workers(),
    deps.queueStatus.outages(),
    deps.queueStatus.disk(),
    deps.tasks.open(shown),
    deps.tasks.ended(new Date(Date.now() - day)),
    deps.tasks.hours(24),
  ]);
  const progress = await Promise.all(
    open.map(async (task) => ({ task, progress: await deps.pipeline.progress(task.id).catch(() => null) })),
  );
  const dead = queues?.find(({ name }) => name === 'dead')?.failed ?? 0;
  const alarms = findAlarms(context, { queues, workers, outages, disk, dead });
  return {
    'part-alarms':
      alarms.length === 0
        ? html`<p class="calm">${words.overview.noAlarms}</p>`
        : html`<h2 class="hidden">${words.overview.alarms}</h2><ul class="alarms" role="list">${alarms.map((alarm) => html`<li>${alarm}</li>`)}</ul>`,
    'part-numbers': numberList(context, { queues, ended, disk, dead }),
    'part-running':
      progress.length === 0
        ? html`<p class="quiet">${words.overview.nothingRunning}</p>`
        : html`<ul class="run-list" role="list">${progress.map((each) => runningTask(context, each))}</ul>`,
    'part-throughput': throughput(context, ended, hours),
    'part-workers': workerList(context, workers),
    'part-queues':
      queues === null ? html`<p class="error">${words.overview.redisAway}</p>` : queueTable(context, queues),
  };
};

type Queues = Awaited<ReturnType<QueueStatus['queues']>>;
type Ended = Awaited<ReturnType<TaskRepository['ended']>>;

interface Numbers {
  queues: Queues;
  ended: Ended;
  disk: { free: number };
  /** Dead letters. */
  dead: number;
}

const numberList = (
  { deps, words, locale }: AdminContext<'options'>,
  { queues, ended, disk, dead }: Numbers,
): SafeHtml => {
  const say = words.overview;
  const sum = (of: 'waiting' | 'active') => queues?.reduce((total, queue) => total + queue[of], 0) ?? 0;
  const entry = (name: string, value: string, alarm = false) =>
    html`<div><dt>${name}</dt><dd${alarm && html` class="alarm"`}>${value}</dd></div>`;
  return html`<dl class="numbers">
${entry(say.active, number(sum('active'), locale))}
${entry(say.waiting, number(sum('waiting'), locale))}
${entry(say.failed, number(dead, locale), dead > 0)}
${entry(say.doneToday, number(ended.done, locale))}
${entry(say.failedToday, number(ended.failed, locale))}
${entry(say.space, bytes(disk.free, locale), disk.free < deps.options.minFreeDisk)}
</dl>`;
};

const throughput = (
  { words }: PageContext,
  ended: Ended,
  hours: Awaited<ReturnType<TaskRepository['hours']>>,
): SafeHtml =>
  ended.done + ended.failed === 0
    ? html`<p class="quiet">${words.overview.throughputEmpty}</p>`
    : html`${barChart({
        title: words.overview.perHour,
        bars: hours.map(({ at, done, failed }) => ({ label: `${at.getUTCHours()}:00`, values: [done, failed] })),
        every: 4,
      })}<p class="legend"><span>${words.state.done}</span><span class="bad">${words.state.failed}</span></p>
<p class="quiet small">${clock(ended.audioSeconds)} ${words.overview.hours}</p>`;

const queueTable = ({ words, locale }: PageContext, queues: NonNullable<Queues>): SafeHtml => {
  const say = words.overview;
  return table(
    say.queues,
    [
      { title: say.queue, cell: ({ name }) => html`<a href="/board/queue/${name}">${name}</a>` },
      { title: say.waiting, numeric: true, cell: ({ waiting }) => number(waiting, locale) },
      { title: say.active, numeric: true, cell: ({ active }) => number(active, locale) },
      { title: say.delayed, numeric: true, minor: true, cell: ({ delayed }) => number(delayed, locale) },
      { title: say.failedJobs, numeric: true, cell: ({ failed }) => number(failed, locale) },
    ],
    queues.filter(({ name }) => name !== 'maintenance' && name !== 'record'),
  );
};

const runningTask = (
  context: PageContext,
  { task, progress }: { task: TaskRow; progress: TaskProgress | null },
): SafeHtml => {
  const { words } = context;
  const stage = progress?.stage;
  const details = [
    stage && words.stage[stage],
    typeof progress?.position === 'number' && words.overview.position(progress.position),
    typeof progress?.secondsLeft === 'number' && words.overview.left(span(progress.secondsLeft * 1000, words)),
  ].filter((each) => typeof each === 'string');
  const title = task.title || words.tasks.untitled;
  return html`<li><a class="title-cell" href="/tasks/${task.id}">${title}</a> ${badge(progress?.state ?? task.state, words)}
<span class="quiet small">${details.join(' · ')}</span><span class="small percent">${Math.round(progress?.percent ?? 0)} %</span>
${progressBar(progress?.percent ?? 0, `${words.task.progress}: ${title}`)}</li>`;
};

const workerList = (context: PageContext, workers: Awaited<ReturnType<QueueStatus['workers']>>): SafeHtml => {
  const { words, locale } = context;
  if (workers === null) return html`<p class="error">${words.overview.redisAway}</p>`;
  if (workers.length === 0) return html`<p class="quiet">${words.overview.noWorkers}</p>`;
  return table(
    words.overview.workers,
    [
      { title: words.overview.worker, cell: ({ name, host }) => (name === '' ? host : name) },
      { title: words.overview.model, cell: ({ model }) => model || words.time.none },
      {
        title: words.overview.works,
        cell: ({ running }) =>
          running.length === 0
            ? html`<span class="quiet">${words.overview.idle}</span>`
            : running.map(({ queue, taskId }) => html`<a href="/tasks/${taskId}">${queue}</a> `),
      },
      { title: words.overview.load, numeric: true, minor: true, cell: ({ load }) => number(load, locale, 1) },
    ],
    workers,
  );
};
