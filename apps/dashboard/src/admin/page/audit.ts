import type { AuditEntry } from '@whisper-bot/store';
import type { AdminHandler } from '../page-context.js';
import { moment } from '../view/format.js';
import { html } from '../view/html.js';
import { page } from '../view/layout.js';
import { emptyState, table } from '../view/piece.js';

const pageSize = 100;

export const showAudit: AdminHandler<'audit'> = async (context) => {
  const { words, deps, locale } = context;
  const say = words.audit;
  const before = /^\d{1,18}$/.test(context.query('before')) ? context.query('before') : undefined;
  const rows = await deps.audit.list({ limit: pageSize, ...(before === undefined ? {} : { before }) });
  const last = rows.length === pageSize ? rows.at(-1) : undefined;
  const json = (value: unknown) => value !== null && value !== undefined && html`<code>${JSON.stringify(value)}</code>`;
  return {
    kind: 'page',
    page: page(context, {
      title: say.title,
      active: 'audit',
      body: html`
<p class="lead">${say.lead}</p>
${
  rows.length === 0
    ? emptyState({ title: say.none, hint: say.noneHint })
    : html`<section class="card">${table<AuditEntry>(
        say.title,
        [
          { title: say.at, cell: ({ at }) => moment(at, locale, words) },
          { title: say.who, cell: ({ actor }) => actor || words.time.none },
          { title: say.what, cell: ({ action }) => html`<code>${action}</code>` },
          { title: say.target, cell: ({ target }) => html`<span class="mono">${target}</span>` },
          { title: say.before, minor: true, cell: (entry) => json(entry.before) },
          { title: say.after, minor: true, cell: (entry) => json(entry.after) },
          { title: say.from, minor: true, cell: ({ address }) => address },
        ],
        rows,
      )}</section>
<nav class="pager" aria-label="${say.title}">
${before !== undefined && html`<a class="button" href="/audit">${words.button.first}</a>`}
${last !== undefined && html`<a class="button" rel="next" href="/audit?before=${last.id}">${words.button.next}</a>`}</nav>`
}`,
    }),
  };
};
