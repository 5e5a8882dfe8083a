import type { Access, PersonRow } from '@whisper-bot/store';
import { cutText } from '@whisper-bot/task';
import { writeDown } from '../auth/audit.js';
import { atLeast } from '../auth/person.js';
import { backTo } from '../http/answer.js';
import { type Handler, HttpError, type Visit } from '../http/visit.js';
import { buttonForm, csrfField, field } from '../view/form.js';
import { ago, span } from '../view/format.js';
import { html, type SafeHtml } from '../view/html.js';
import { page } from '../view/layout.js';
import { emptyState, table } from '../view/piece.js';

const pageSize = 50;
const accesses = ['default', 'allowed', 'blocked'] as const satisfies readonly Access[];

export const showPeople: Handler = async (visit) => {
  const { words, desk, person } = visit;
  const kind = visit.query('kind') === 'chat' ? 'chat' : 'user';
  const text = cutText(visit.query('text').trim(), 100);
  const offset = Math.max(0, Math.min(100_000, Number.parseInt(visit.query('offset'), 10) || 0));
  const rows = await desk.store.people.list(kind, { text, offset, limit: pageSize + 1 });
  const mayChange = person !== null && atLeast(person.role, 'administrator');
  const tab = (value: 'user' | 'chat', name: string) =>
    html`<a href="/people?kind=${value}"${value === kind && html` aria-current="page"`}>${name}</a>`;
  return {
    kind: 'page',
    page: page(visit, {
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
<section class="card">${peopleTable(visit, rows.slice(0, pageSize), mayChange)}</section>
${rows.length > pageSize && html`<nav class="pager" aria-label="${words.button.next}"><a class="button" href="/people?kind=${kind}&amp;text=${encodeURIComponent(text)}&amp;offset=${offset + pageSize}">${words.button.next}</a></nav>`}`
}</div>`,
    }),
  };
};

const peopleTable = (visit: Visit, rows: readonly PersonRow[], mayChange: boolean): SafeHtml => {
  const { words, locale } = visit;
  const filter = (row: PersonRow) => (row.kind === 'user' ? `owner=tg:${row.id}` : `chat=${row.id}`);
  return table<PersonRow>(
    words.people.title,
    [
      {
        title: words.people.name,
        cell: (row) => html`<a class="title-cell" href="/tasks?${filter(row)}">${row.name}</a>`,
      },
      { title: words.people.tasks, figure: true, cell: ({ tasks }) => tasks },
      {
        title: words.people.used,
        figure: true,
        minor: true,
        cell: ({ secondsToday }) => span(secondsToday * 1000, words),
      },
      { title: words.people.lastSeen, figure: true, minor: true, cell: ({ lastSeen }) => ago(lastSeen, words, locale) },
      { title: words.people.access, cell: ({ access }) => words.people[access] },
      ...(mayChange
        ? [
            { title: words.people.limit, cell: (row: PersonRow) => row.kind === 'user' && limitForm(visit, row) },
            { title: words.people.access, silent: true, cell: (row: PersonRow) => accessButtons(visit, row) },
          ]
        : []),
    ],
    rows,
  );
};

const actionOf = ({ kind, id }: PersonRow): string => `/people/${kind}/${encodeURIComponent(id)}`;

const limitForm = (visit: Visit, row: PersonRow): SafeHtml => {
  const { words } = visit;
  return html`<form class="inline" method="post" action="${actionOf(row)}">${csrfField(visit)}<input type="number" name="minutes" min="0" max="100000" value="${row.minutes ?? ''}" aria-label="${words.people.limit}: ${row.name}"><button aria-label="${words.button.save}: ${row.name}">${words.button.save}</button></form>`;
};

const accessButtons = (visit: Visit, row: PersonRow): SafeHtml => {
  const { words } = visit;
  const button = (access: Access, text: string) =>
    access !== row.access &&
    buttonForm(visit, {
      action: actionOf(row),
      text,
      fields: { access },
      label: `${text}: ${row.name}`,
      ...(access === 'blocked' ? { kind: 'danger' } : {}),
    });
  return html`<div class="inline">${button('allowed', words.people.allow)}${button('blocked', words.people.block)}${button('default', words.people.reset)}</div>`;
};

export const changePerson: Handler = async (visit) => {
  const { people } = visit.desk.store;
  const kind = visit.param('kind');
  const id = visit.param('id');
  if ((kind !== 'user' && kind !== 'chat') || !/^-?\d{1,20}$/.test(id)) throw new HttpError(404);
  const before = await people.find(kind, id);
  if (before === null) throw new HttpError(404);
  const access = accesses.find((each) => each === visit.field('access'));
  const minutes = visit.field('minutes');
  if (access === undefined && !/^\d{0,6}$/.test(minutes)) throw new HttpError(400);
  const after = access === undefined ? { minutes: minutes === '' ? null : Number(minutes) } : { access };
  await people.change(kind, id, after);
  await writeDown(visit, {
    action: 'person.change',
    target: `${kind}:${id}`,
    before: { access: before.access, minutes: before.minutes },
    after,
  });
  return backTo(`/people?kind=${kind}`, 'people.saved');
};
