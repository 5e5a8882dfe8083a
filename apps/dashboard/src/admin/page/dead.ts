import type { DeadLetter } from '@whisper-bot/pipeline';
import { backTo } from '../../web/answer.js';
import { atLeast } from '../../web/session/account.js';
import { writeDown } from '../audit.js';
import type { AdminHandler } from '../page-context.js';
import { buttonForm } from '../view/form.js';
import { ago } from '../view/format.js';
import { html } from '../view/html.js';
import { page } from '../view/layout.js';
import { card, emptyState, table } from '../view/piece.js';

/** Dead letters of one group that are shown; retrying takes all. */
const shown = 20;

/** Dead letters with one cause: the same code in the same stage. */
const groupByCause = (entries: readonly DeadLetter[]): [key: string, entries: DeadLetter[]][] => {
  const groups = new Map<string, DeadLetter[]>();
  for (const entry of entries) {
    const key = `${entry.stage}/${entry.code}`;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups].sort(([, a], [, b]) => b.length - a.length);
};

export const showDead: AdminHandler<'pipeline'> = async (context) => {
  const { words, deps, signedIn, locale } = context;
  const groups = groupByCause(await deps.pipeline.deadLetters());
  const mayRetry = signedIn !== null && atLeast(signedIn.role, 'operator');
  return {
    kind: 'page',
    page: page(context, {
      title: words.dead.title,
      active: 'dead',
      body:
        groups.length === 0
          ? emptyState({ title: words.dead.none, hint: words.dead.noneHint })
          : html`
<p class="lead">${words.dead.lead}</p>
<div class="stack">${groups.map(([key, entries]) => {
              const [first] = entries;
              if (first === undefined) return null;
              return card(
                html`${words.stage[first.stage]}: ${words.errors[first.code]}`,
                table<DeadLetter>(
                  `${words.stage[first.stage]}: ${first.code}`,
                  [
                    {
                      title: 'Id',
                      cell: ({ taskId }) => html`<a class="mono" href="/tasks/${taskId}">${taskId.slice(0, 8)}</a>`,
                    },
                    { title: words.task.cause, cell: ({ cause }) => html`<span class="mono">${cause}</span>` },
                    { title: words.task.attempts, numeric: true, minor: true, cell: ({ attempts }) => attempts },
                    { title: words.dead.failedAt, numeric: true, cell: ({ failedAt }) => ago(failedAt, words, locale) },
                  ],
                  entries.slice(0, shown),
                ),
                {
                  aside: html`<span class="inline"><span class="quiet">${words.dead.count(entries.length)}</span>${
                    mayRetry &&
                    buttonForm(context, {
                      action: '/dead/retry',
                      text: words.dead.retryGroup(entries.length),
                      kind: 'primary',
                      fields: { group: key },
                    })
                  }</span>`,
                },
              );
            })}</div>`,
    }),
  };
};

/** Retries every dead letter of a group. */
export const retryDead: AdminHandler<'audit' | 'pipeline'> = async (context) => {
  const { pipeline } = context.deps;
  const key = context.field('group');
  const group = groupByCause(await pipeline.deadLetters()).find(([each]) => each === key);
  const tasks = [...new Set(group?.[1].map(({ taskId }) => taskId) ?? [])];
  let count = 0;
  for (const id of tasks) if (await pipeline.retry(id)) count += 1;
  if (count > 0) await writeDown(context, { action: 'dead.retry', target: key, after: { tasks: count } });
  return backTo('/dead', 'dead.retried', { count });
};
