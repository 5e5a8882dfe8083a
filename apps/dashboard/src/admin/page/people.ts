import type { Access, PersonRow } from '@whisper-bot/store';
import { cutText } from '@whisper-bot/task';
import { backTo } from '../../web/answer.js';
import { HttpError } from '../../web/http-error.js';
import { atLeast } from '../../web/session/account.js';
import { writeDown } from '../audit.js';
import type { AdminHandler, PageContext } from '../page-context.js';
import { buttonForm, csrfField, field } from '../view/form.js';
import { ago, span } from '../view/format.js';
import { html, type SafeHtml } from '../view/html.js';
import { page } from '../view/layout.js';
import { emptyState, table } from '../view/piece.js';

const pageSize = 50;
const accesses = ['default', 'allowed', 'blocked'] as const satisfies readonly Access[];

export const showPeople: AdminHandler<'people'> = async (context) => {
  const { words, deps, signedIn } = context;
  const kind = context.query('kind') === 'chat' ? 'chat' : 'user';
  const text = cutText(context.query('text').trim(), 100);
  const offset = Math.max(0, Math.min(100_000, Number.parseInt(context.query('offset'), 10) || 0));
  const rows = await deps.people.list(kind, { text, offset, limit: pageSize + 1 });
  const mayChange = signedIn !== null && atLeast(signedIn.role, 'administrator');
  const tab = (value: 'user' | 'chat', name: string) =>
    html`<a href="/people?kind=${value}"${value === kind && html` aria-current="page"`}>${name}</a>`;
  return {
    kind: 'page',
    page: page(context, {
      title: words.people.title,
      active: 'people',
      body: html`<div class="stack">
${mayChange && html`<p class="hint">${words.people.allowHint}</p>`}
<nav class="tabs" aria-label="${words.people.title}">${tab('user', words.people.users)}${tab('chat', words.people.chats)}</nav>
${
  rows.length === 0 && text === ''
    ? emptyState({ title: words.people.none, hint: words.people.noneHint })
    : html`
<form class="card inline" method="get" action="/people" role="search"><input type="hidden" name="kind" value="${kind}">
${field({ name: 'text', label: words.people.search, type: 'search', value: text, maxlength: 100 })}<button>${words.button.search}</button></form>
<section class="card">${peopleTable(context, rows.slice(0, pageSize), mayChange)}</section>
${rows.length > pageSize && html`<nav class="pager" aria-label="${words.button.next}"><a class="button" href="/people?kind=${kind}&amp;text=${encodeURIComponent(text)}&amp;offset=${offset + pageSize}">${words.button.next}</a></nav>`}`
}</div>`,
    }),
  };
};

const peopleTable = (context: PageContext, rows: readonly PersonRow[], mayChange: boolean): SafeHtml => {
  const { words, locale } = context;
  const filter = (row: PersonRow) => (row.kind === 'user' ? `owner=tg:${row.id}` : `chat=${row.id}`);
  return table<PersonRow>(
    words.people.title,
    [
      {
        title: words.people.name,
        cell: (row) => html`<a class="title-cell" href="/tasks?${filter(row)}">${row.name}</a>`,
      },
      { title: words.people.tasks, numeric: true, cell: ({ tasks }) => tasks },
      {
        title: words.people.used,
        numeric: true,
        minor: true,
        cell: ({ secondsToday }) => span(secondsToday * 1000, words),
      },
      {
        title: words.people.lastSeen,
        numeric: true,
        minor: true,
        cell: ({ lastSeen }) => ago(lastSeen, words, locale),
      },
      { title: words.people.access, cell: ({ access }) => words.people[access] },
      ...(mayChange
        ? [
            { title: words.people.limit, cell: (row: PersonRow) => row.kind === 'user' && limitForm(context, row) },
            { title: words.people.access, silent: true, cell: (row: PersonRow) => accessButtons(context, row) },
          ]
        : []),
    ],
    rows,
  );
};

const actionOf = ({ kind, id }: PersonRow): string => `/people/${kind}/${encodeURIComponent(id)}`;

const limitForm = (context: PageContext, row: PersonRow): SafeHtml => {
  const { words } = context;
  return html`<form class="inline" method="post" action="${actionOf(row)}">${csrfField(context)}<input type="number" name="minutes" min="0" max="100000" value="${row.minutes ?? ''}" aria-label="${words.people.limit}: ${row.name}"><button aria-label="${words.button.save}: ${row.name}">${words.button.save}</button></form>`;
};

const accessButtons = (context: PageContext, row: PersonRow): SafeHtml => {
  const { words } = context;
  const button = (access: Access, text: string) =>
    access !== row.access &&
    buttonForm(context, {
      action: actionOf(row),
      text,
      fields: { access },
      label: `${text}: ${row.name}`,
      ...(access === 'blocked' ? { kind: 'danger' } : {}),
    });
  return html`<div class="inline">${button('allowed', words.people.allow)}${button('blocked', words.people.block)}${button('default', words.people.reset)}</div>`;
};

export const changePerson: AdminHandler<'audit' | 'people'> = async (context) => {
  const { people } = context.deps;
  const kind = context.param('kind');
  const id = context.param('id');
  if ((kind !== 'user' && kind !== 'chat') || !/^-?\d{1,20}$/.test(id)) throw new HttpError(404);
  const before = await people.find(kind, id);
  if (before === null) throw new HttpError(404);
  const access = accesses.find((each) => each === context.field('access'));
  const minutes = context.field('minutes');
  if (access === undefined && !/^\d{0,6}$/.test(minutes)) throw new HttpError(400);
  const after = access === undefined ? { minutes: minutes === '' ? null : Number(minutes) } : { access };
  await people.change(kind, id, after);
  await writeDown(context, {
    action: 'person.change',
    target: `${kind}:${id}`,
    before: { access: before.access, minutes: before.minutes },
    after,
  });
  return backTo(`/people?kind=${kind}`, 'people.saved');
};
