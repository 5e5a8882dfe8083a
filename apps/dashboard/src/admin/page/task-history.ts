import { timeline } from '@whisper-bot/analytics';
import type { TaskJob } from '@whisper-bot/pipeline';
import { stages } from '@whisper-bot/task';
import type { FoundTask } from '../../domain/task-find.js';
import type { AdminContext } from '../page-context.js';
import { moment, span } from '../view/format.js';
import { html, type SafeHtml } from '../view/html.js';
import { badge, card, table } from '../view/piece.js';

/** One part of the work, from the queues or from analytics; milliseconds. */
interface Step {
  stage: string;
  part: string;
  waited: number | null;
  ran: number | null;
  attempts: number;
  worker: string;
  /** BullMQ's state or the analytics event. */
  outcome: string;
  cause: string;
  link: string | null;
}

/** How the task went: stage by stage, what the stages wrote, and every change of its state. */
export const renderHistory = async (
  context: AdminContext<'analytics' | 'pipeline' | 'tasks'>,
  task: FoundTask,
): Promise<SafeHtml> => {
  const { deps, words, locale } = context;
  const [jobs, marks, changes] = await Promise.all([
    deps.pipeline.jobs(task.id).catch((): TaskJob[] => []),
    deps.analytics?.ask(timeline, { taskId: task.id }).catch(() => []) ?? [],
    deps.tasks.changes(task.id),
  ]);
  const steps = jobs.length > 0 ? jobs.map(stepOfJob) : stepsOfMarks(marks);
  const logs = jobs.flatMap(({ part, logs: lines }) => lines.map((line) => `${part}  ${line}`));
  const wait = (ms: number | null): string => (ms === null ? words.time.none : span(ms, words));
  return html`
${card(
  words.task.timeline,
  steps.length === 0
    ? html`<p class="quiet">${words.task.noTimeline}</p>`
    : table<Step>(
        words.task.timeline,
        [
          {
            title: words.task.stage,
            cell: ({ stage, part, link }) => {
              const name = words.stage[stage as 'merge'] ?? stage;
              const chunk = /-(\d+)$/.exec(part)?.[1];
              const text = chunk === undefined ? name : `${name} ${Number(chunk) + 1}`;
              return link === null ? text : html`<a href="${link}">${text}</a>`;
            },
          },
          {
            title: words.task.outcome,
            cell: ({ outcome, cause }) =>
              html`${words.job[outcome] ?? outcome}${cause !== '' && html`: <span class="mono">${cause}</span>`}`,
          },
          { title: words.task.waited, numeric: true, cell: ({ waited }) => wait(waited) },
          { title: words.task.ran, numeric: true, cell: ({ ran }) => wait(ran) },
          { title: words.task.attempts, numeric: true, minor: true, cell: ({ attempts }) => attempts },
          {
            title: words.task.worker,
            minor: true,
            cell: ({ worker }) => html`<span class="worker">${worker || words.time.none}</span>`,
          },
        ],
        steps,
      ),
)}
${card(
  words.task.logs,
  logs.length === 0
    ? html`<p class="quiet">${words.task.noLogs}</p>`
    : html`<pre class="log" tabindex="0" aria-label="${words.task.logs}">${logs.join('\n')}</pre>`,
)}
${card(
  words.task.changes,
  table(
    words.task.changes,
    [
      { title: words.audit.at, cell: ({ at }) => moment(at, locale, words) },
      { title: words.tasks.state, cell: ({ state }) => badge(state, words) },
      { title: words.task.cause, cell: ({ cause }) => cause ?? '' },
    ],
    changes,
  ),
)}`;
};

/** BullMQ keeps the time of the last attempt only: the first one's wait ends where it began. */
const stepOfJob = (job: TaskJob): Step => ({
  stage: job.stage,
  part: job.part,
  waited: job.startedAt === null ? Date.now() - job.queuedAt : Math.max(0, job.startedAt - job.queuedAt),
  ran: job.startedAt === null ? null : (job.endedAt ?? Date.now()) - job.startedAt,
  attempts: job.attempts,
  worker: job.worker ?? '',
  outcome: job.state,
  cause: job.state === 'failed' ? (job.failure ?? '') : '',
  link: `/board/queue/${job.queue}/${job.id}`,
});

interface Mark {
  event: string;
  stage: string;
  chunk: number;
  attempt: number;
  waitMs: number;
  runMs: number;
  worker: string;
  errorCode: string;
}

/** Analytics events outlive the queues' jobs: the last outcome of each part. */
const stepsOfMarks = (marks: readonly Mark[]): Step[] => {
  const last = new Map<string, Mark>();
  for (const mark of marks) {
    if (mark.event === 'finished' || mark.event === 'failed') last.set(`${mark.stage}-${mark.chunk}`, mark);
  }
  const order = (stage: string): number => (stages as readonly string[]).indexOf(stage);
  return [...last.values()]
    .sort((a, b) => order(a.stage) - order(b.stage) || a.chunk - b.chunk)
    .map((mark) => ({
      stage: mark.stage,
      part: mark.stage === 'transcribe' ? `transcribe-${mark.chunk}` : mark.stage,
      waited: mark.waitMs,
      ran: mark.runMs,
      attempts: mark.attempt,
      worker: mark.worker,
      outcome: mark.event,
      cause: mark.errorCode,
      link: null,
    }));
};
