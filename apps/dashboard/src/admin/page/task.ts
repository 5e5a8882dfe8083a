import { isFinal, stages, type TaskErrorCode, taskErrorCodes } from '@whisper-bot/task';
import { ownNameOf } from '@whisper-bot/text';
import { formatIds, formats, type Transcript } from '@whisper-bot/transcript';
import { type FoundTask, findTask } from '../../domain/task-find.js';
import { atLeast } from '../../web/session/account.js';
import { type Parts, streamParts } from '../live/stream.js';
import type { AdminContext, AdminHandler, PageContext } from '../page-context.js';
import { buttonForm, csrfField } from '../view/form.js';
import { bytes, moment, span } from '../view/format.js';
import { html, type SafeHtml } from '../view/html.js';
import { page } from '../view/layout.js';
import { badge, card, facts, progressBar } from '../view/piece.js';
import { audioName } from './task-audio.js';
import { renderHistory } from './task-history.js';
import { transcriptCard } from './task-transcript.js';

export const showTask: AdminHandler<'analytics' | 'options' | 'pipeline' | 'tasks' | 'transcripts'> = async (
  context,
) => {
  const { words } = context;
  const task = await findTask(context);
  const [parts, found, history, files, audio] = await Promise.all([
    renderParts(context, task),
    context.deps.transcripts.read(task.id),
    renderHistory(context, task),
    listFiles(task),
    audioName(task),
  ]);
  const { row } = task;
  const transcript = found?.transcript ?? null;
  return {
    kind: 'page',
    page: page(context, {
      title: row.title || words.tasks.untitled,
      active: 'tasks',
      parent: { href: '/tasks', text: words.tasks.title },
      scripts: ['player'],
      body: html`
<div class="split" data-live="/live/tasks/${row.id}?seen=${seenOf(row)}">
  <div class="stack">
    <div id="part-state" aria-live="polite">${parts['part-state']}</div>
    ${transcriptCard(context, task, found, audio)}
    ${history}
  </div>
  <div class="stack">
    ${actions(context, task, transcript)}
    ${card(words.task.title, details(context, task, transcript))}
    ${card(
      words.task.artifacts,
      files.length === 0
        ? html`<p class="quiet">${words.task.noArtifacts}</p>`
        : html`<ul class="files small" role="list">${files.map(({ name, size }) => html`<li class="file"><a class="mono" href="/tasks/${row.id}/files/${name}" download>${name}</a> <span class="quiet">${bytes(size, context.locale)}</span></li>`)}</ul>`,
    )}
  </div>
</div>`,
    }),
  };
};

/** Identifies which page a task has: all running states share one, each final state has its own. */
const seenOf = ({ state, changedAt }: FoundTask['row']): string =>
  isFinal(state) ? `${state}-${changedAt.getTime()}` : 'open';

/** What changes while it runs; once it has ended, or runs again, the whole page is another. */
export const liveTask: AdminHandler<'closing' | 'logger' | 'options' | 'pipeline' | 'tasks'> = async (context) => {
  const task = await findTask(context);
  return streamParts(context, {
    interval: 2000,
    watch: (changed) => context.deps.pipeline.watch(task.id, changed),
    render: async () => {
      const row = await context.deps.tasks.find(task.id);
      if (row === null || seenOf(row) !== context.query('seen')) return 'reload';
      return renderParts(context, { ...task, row });
    },
  });
};

const renderParts = async (context: AdminContext<'pipeline'>, task: FoundTask): Promise<Parts> => {
  const { words } = context;
  const progress = await context.deps.pipeline.progress(task.id).catch(() => null);
  const { row } = task;
  if (isFinal(row.state)) {
    return { 'part-state': row.state === 'failed' ? failure(context, task, progress?.failure) : html`` };
  }
  const status = [
    progress?.stage && words.stage[progress.stage],
    typeof progress?.position === 'number' && words.overview.position(progress.position),
    typeof progress?.secondsLeft === 'number' && words.overview.left(span(progress.secondsLeft * 1000, words)),
  ].filter((each) => typeof each === 'string');
  const percent = progress?.percent ?? 0;
  return {
    'part-state': card(
      words.task.progress,
      html`${progressBar(percent, words.task.progress)}<p class="quiet small">${status.join(' · ')}</p>`,
      { aside: html`<span>${badge(progress?.state ?? row.state, words)} ${Math.round(percent)} %</span>` },
    ),
  };
};

/** The cause, and beside it what an operator would do about it. */
const failure = (
  context: PageContext,
  { row }: FoundTask,
  known:
    | { code: TaskErrorCode; cause: string; message: string; stage: keyof PageContext['words']['stage'] }
    | undefined,
): SafeHtml => {
  const { words, signedIn } = context;
  const code = known?.code ?? taskErrorCodes.find((each) => each === row.code) ?? 'internal';
  const cause = known?.cause || row.cause || known?.message || '';
  return card(
    words.task.failure,
    html`
<div class="failure"><p>${words.errors[code]}</p></div>
${facts([
  ...(known === undefined ? [] : [[words.task.stage, words.stage[known.stage]] as const]),
  [words.task.code, html`<code>${code}</code>`],
  ...(cause === '' ? [] : [[words.task.cause, html`<span class="mono">${cause}</span>`] as const]),
])}
${signedIn !== null && atLeast(signedIn.role, 'operator') && buttonForm(context, { action: `/tasks/${row.id}/retry`, text: words.task.retry, kind: 'primary' })}`,
  );
};

const actions = (context: PageContext, { row }: FoundTask, transcript: Transcript | null): SafeHtml | null => {
  const { words, signedIn } = context;
  const base = `/tasks/${row.id}`;
  const downloads =
    transcript !== null &&
    html`<h3>${words.task.download}</h3><p class="buttons">${formatIds.map((id) => html`<a href="${base}/transcript/${id}" download>${formats[id].name}</a>`)}</p>`;
  if (signedIn === null || !atLeast(signedIn.role, 'operator')) {
    return downloads ? card(words.task.actions, html`<div class="stack">${downloads}</div>`) : null;
  }
  const final = isFinal(row.state);
  return card(
    words.task.actions,
    html`
<div class="stack">
  ${!final && buttonForm(context, { action: `${base}/cancel`, text: words.task.cancelTask, kind: 'danger' })}
  ${downloads}
  ${
    final &&
    row.state !== 'cancelled' &&
    html`<form class="form" method="post" action="${base}/rerun">${csrfField(context)}
    <div><label class="label" for="from">${words.task.retryFrom}</label>
    <select id="from" name="from">${stages.map((stage) => html`<option value="${stage}">${words.stage[stage]}</option>`)}</select>
    <p class="hint">${words.task.retryFromHint}</p></div>
    <button>${words.task.runAgain}</button></form>`
  }
  ${
    final &&
    html`<details><summary>${words.task.delete}</summary><form class="form" method="post" action="${base}/delete">${csrfField(context)}
    <p class="small">${words.task.deleteSure}</p>
    <label class="check"><input type="checkbox" name="sure" value="yes" required> ${words.task.deleteCheck}</label>
    <button class="danger">${words.button.delete}</button></form></details>`
  }
</div>`,
  );
};

const details = (context: PageContext, { row }: FoundTask, transcript: Transcript | null): SafeHtml => {
  const { words, locale } = context;
  const { options } = row;
  const speakers = options.speakers;
  return facts([
    [words.tasks.state, badge(row.state, words)],
    ['Id', html`<span class="mono">${row.id}</span>`],
    [words.tasks.channel, words.channel[row.channel]],
    [words.task.owner, html`<a href="/tasks?owner=${encodeURIComponent(row.owner)}">${row.owner}</a>`],
    ...(row.chat === ''
      ? []
      : [[words.task.chat, html`<a href="/tasks?chat=${encodeURIComponent(row.chat)}">${row.chat}</a>`] as const]),
    [words.task.accepted, moment(row.acceptedAt, locale, words)],
    [words.tasks.duration, row.duration === null ? words.time.none : span(row.duration * 1000, words)],
    [
      words.task.language,
      (transcript?.languages ?? [transcript?.language ?? options.language])
        .map((code) => nameOf(code, words))
        .join(', '),
    ],
    [words.task.model, transcript?.model ?? options.model],
    ...(transcript === null ? [] : [[words.task.engine, transcript.engine] as const]),
    [
      words.task.diarize,
      !options.diarize ? words.task.no : speakers.kind === 'auto' ? words.task.auto : String(speakers.count),
    ],
    ...(transcript?.speakers.engine === undefined
      ? []
      : [[words.task.speakersEngine, transcript.speakers.engine] as const]),
    [words.task.translate, options.translate ? words.task.yes : words.task.no],
    ...(options.prompt === '' ? [] : [[words.task.prompt, options.prompt] as const]),
  ]);
};

const nameOf = (code: string, { task }: PageContext['words']): string =>
  code === 'auto' ? task.auto : ownNameOf(code);

const listFiles = async ({ folder }: FoundTask): Promise<{ name: string; size: number }[]> => {
  const names = (await folder.list()).sort();
  const sizes = await Promise.all(
    names.map(async (name) => ({ name, size: (await folder.size(name).catch(() => null)) ?? 0 })),
  );
  return sizes.filter(({ size }) => size > 0);
};
