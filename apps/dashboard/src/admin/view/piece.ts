import type { TaskState } from '@whisper-bot/task';
import type { Words } from '../locale/locale.js';
import { type Content, html, type SafeHtml } from './html.js';

/** What stands where there is nothing: what it would be, and what to do. */
export const emptyState = ({
  title,
  hint,
  action,
}: {
  title: string;
  hint: string;
  action?: SafeHtml;
}): SafeHtml => html`
<div class="empty"><p class="empty-title">${title}</p><p>${hint}</p>${action}</div>`;

/** A box with a heading. */
export const card = (
  title: Content,
  body: Content,
  more: { id?: string; wide?: boolean; aside?: Content } = {},
): SafeHtml => html`
<section class="card${more.wide && ' wide'}"${more.id !== undefined && html` id="${more.id}"`}>
  <header><h2>${title}</h2>${more.aside}</header>
  ${body}
</section>`;

/** A task's state, by word and colour. */
export const badge = (state: TaskState, words: Words): SafeHtml =>
  html`<span class="badge ${state}">${words.state[state]}</span>`;

/** A row of label and value pairs. */
export const facts = (pairs: readonly (readonly [string, Content])[]): SafeHtml => html`
<dl class="facts">${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

export interface Column<Row> {
  title: string;
  /** Numbers are right-aligned. */
  numeric?: boolean;
  /** Left out on narrow screens. */
  minor?: boolean;
  /** The heading is only for screen readers. */
  silent?: boolean;
  cell: (row: Row) => Content;
}

/**
 * A table that scrolls by itself where it is too wide, and says what it is; on a phone each row is a small list. The roles
 * stay what they are where the style makes blocks of it.
 */
export const table = <Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): SafeHtml => html`
<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table role="table">
  <thead role="rowgroup"><tr role="row">${columns.map(
    (column) =>
      html`<th role="columnheader" scope="col" class="${classOf(column)}">${column.silent ? html`<span class="hidden">${column.title}</span>` : column.title}</th>`,
  )}</tr></thead>
  <tbody role="rowgroup">${rows.map(
    (row) => html`
    <tr role="row">${columns.map((column) => html`<td role="cell" class="${classOf(column)}" data-title="${column.silent ? '' : column.title}"><div>${column.cell(row)}</div></td>`)}</tr>`,
  )}
  </tbody>
</table></div>`;

const classOf = ({ numeric, minor }: Column<never>): string =>
  [numeric && 'numeric', minor && 'minor'].filter(Boolean).join(' ');

/** A bar that fills; `percent` 0–100. */
export const progressBar = (percent: number, label: string): SafeHtml =>
  html`<progress max="100" value="${Math.round(percent)}" aria-label="${label}">${Math.round(percent)} %</progress>`;
