import type { TaskFilter, TaskRow } from '@whisper-bot/store';
import { channels, cutText, taskStates } from '@whisper-bot/task';
import type { AdminHandler, PageContext } from '../page-context.js';
import { field, select } from '../view/form.js';
import { ago, clock } from '../view/format.js';
import { html, type SafeHtml } from '../view/html.js';
import { page } from '../view/layout.js';
import { badge, emptyState, table } from '../view/piece.js';

const pageSize = 50;
const names = ['text', 'owner', 'chat', 'state', 'channel', 'since', 'until'] as const;

export const showTasks: AdminHandler<'tasks'> = async (context) => {
  const { deps, words } = context;
  const filter = readFilter(context);
  const after = context.query('after');
  const { rows, next } = await deps.tasks.search(filter, {
    limit: pageSize,
    ...(after === '' ? {} : { after }),
  });
  const filtered = Object.keys(filter).length > 0 || after !== '';
  return {
    kind: 'page',
    page: page(context, {
      title: words.tasks.title,
      active: 'tasks',
      actions:
        context.signedIn !== null && context.signedIn.role !== 'viewer'
          ? html`<a class="button primary" href="/upload">${words.nav.upload}</a>`
          : html``,
      body: html`
${searchForm(context)}
${rows.length > 0 ? taskTable(context, rows) : nothing(context, filtered)}
<nav class="pager" aria-label="${words.tasks.title}">
  ${after !== '' && html`<a class="button" href="${address(context)}">${words.button.first}</a>`}
  ${next !== null && html`<a class="button" rel="next" href="${address(context, next)}">${words.button.next}</a>`}
</nav>`,
    }),
  };
};

const nothing = ({ words }: PageContext, filtered: boolean): SafeHtml =>
  filtered
    ? emptyState({
        title: words.tasks.noMatch,
        hint: words.tasks.noMatchHint,
        action: html`<a class="button" href="/tasks">${words.button.clear}</a>`,
      })
    : emptyState({ title: words.tasks.none, hint: words.tasks.noneHint });

const searchForm = (context: PageContext): SafeHtml => {
  const { words } = context;
  const used = names.some((name) => context.query(name) !== '');
  return html`
<form class="form card search" method="get" action="/tasks" role="search" aria-label="${words.tasks.filter}">
  <div class="fields">
    <div class="wide">${field({ name: 'text', label: words.tasks.search, type: 'search', value: context.query('text'), maxlength: 200 })}</div>
    ${select({
      name: 'state',
      label: words.tasks.state,
      value: context.query('state'),
      options: [['', words.tasks.anyState], ...taskStates.map((state) => [state, words.state[state]] as const)],
    })}
    ${select({
      name: 'channel',
      label: words.tasks.channel,
      value: context.query('channel'),
      options: [['', words.tasks.anyChannel], ...channels.map((each) => [each, words.channel[each]] as const)],
    })}
    ${field({ name: 'owner', label: words.tasks.owner, value: context.query('owner'), placeholder: 'tg:42', maxlength: 100 })}
    ${field({ name: 'chat', label: words.tasks.chat, value: context.query('chat'), maxlength: 100 })}
    ${field({ name: 'since', label: words.tasks.since, type: 'date', value: context.query('since') })}
    ${field({ name: 'until', label: words.tasks.until, type: 'date', value: context.query('until') })}
  </div>
  <div class="buttons"><button class="primary">${words.button.search}</button>${used && html`<a class="button" href="/tasks">${words.button.clear}</a>`}</div>
</form>`;
};

const taskTable = (context: PageContext, rows: readonly TaskRow[]): SafeHtml => {
  const { words, locale } = context;
  return html`<section class="card">${table<TaskRow>(
    words.tasks.title,
    [
      {
        title: words.tasks.name,
        cell: ({ id, title }) => html`<a class="title-cell" href="/tasks/${id}">${title || words.tasks.untitled}</a>`,
      },
      { title: words.tasks.state, cell: ({ state }) => badge(state, words) },
      { title: words.tasks.channel, minor: true, cell: ({ channel }) => words.channel[channel] },
      { title: words.tasks.owner, minor: true, cell: ({ owner }) => owner },
      {
        title: words.tasks.duration,
        numeric: true,
        cell: ({ duration }) => (duration === null ? words.time.none : clock(duration)),
      },
      { title: words.tasks.accepted, numeric: true, cell: ({ acceptedAt }) => ago(acceptedAt, words, locale) },
    ],
    rows,
  )}</section>`;
};

const address = (context: PageContext, after?: string): string => {
  const parameters = new URLSearchParams();
  for (const name of names) if (context.query(name) !== '') parameters.set(name, context.query(name));
  if (after !== undefined) parameters.set('after', after);
  const text = parameters.toString();
  return text === '' ? '/tasks' : `/tasks?${text}`;
};

const day = 24 * 3600 * 1000;

/** What of the query fits; the rest is as if it were not there. */
const readFilter = (context: PageContext): TaskFilter => {
  const state = taskStates.find((each) => each === context.query('state'));
  const channel = channels.find((each) => each === context.query('channel'));
  const date = (name: string): Date | undefined => {
    const text = context.query(name);
    const at = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
    return at === undefined || Number.isNaN(at.getTime()) ? undefined : at;
  };
  const text = cutText(context.query('text').trim(), 200);
  const owner = cutText(context.query('owner').trim(), 100);
  const chat = cutText(context.query('chat').trim(), 100);
  const since = date('since');
  const until = date('until');
  return {
    ...(state === undefined ? {} : { state }),
    ...(channel === undefined ? {} : { channel }),
    ...(text === '' ? {} : { text }),
    ...(owner === '' ? {} : { owner }),
    ...(chat === '' ? {} : { chat }),
    ...(since === undefined ? {} : { since }),
    // The day named is included.
    ...(until === undefined ? {} : { until: new Date(until.getTime() + day) }),
  };
};
