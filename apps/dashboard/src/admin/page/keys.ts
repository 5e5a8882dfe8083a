import { type KeyLimits, type KeyRow, keyLimitsSchema } from '@whisper-bot/store';
import { cutText } from '@whisper-bot/task';
import { backTo } from '../../web/answer.js';
import { HttpError } from '../../web/http-error.js';
import { writeDown } from '../audit.js';
import type { Words } from '../locale/locale.js';
import type { AdminContext, AdminHandler } from '../page-context.js';
import { buttonForm, csrfField, field } from '../view/form.js';
import { ago, moment } from '../view/format.js';
import { html } from '../view/html.js';
import { page } from '../view/layout.js';
import { card, emptyState, table } from '../view/piece.js';

export const showKeys: AdminHandler<'keys'> = (context) => render(context);

/** `made` is the new key, shown this once. */
const render = async (context: AdminContext<'keys'>, made?: string): ReturnType<AdminHandler<'keys'>> => {
  const { words, deps, locale } = context;
  const say = words.keys;
  const rows = await deps.keys.list();
  return {
    kind: 'page',
    page: page(context, {
      title: say.title,
      active: 'keys',
      body: html`
<p class="lead">${say.lead}</p>
<div class="stack">
${made !== undefined && card(say.made, html`<code class="secret">${made}</code>`)}
<section class="card">${
        rows.length === 0
          ? emptyState({ title: say.none, hint: say.noneHint })
          : table<KeyRow>(
              say.title,
              [
                { title: say.name, cell: ({ name }) => html`<span class="title-cell">${name}</span>` },
                { title: say.begins, minor: true, cell: ({ begins }) => html`<code>${begins}…</code>` },
                {
                  title: say.created,
                  numeric: true,
                  minor: true,
                  cell: ({ createdAt }) => moment(createdAt, locale, words),
                },
                {
                  title: say.lastUsed,
                  numeric: true,
                  cell: ({ lastUsed }) => (lastUsed === null ? say.never : ago(lastUsed, words, locale)),
                },
                { title: say.limits, minor: true, cell: ({ limits }) => limitText(limits, say) },
                { title: say.state, cell: ({ revoked }) => (revoked ? say.revoked : say.active) },
                {
                  title: say.revoke,
                  silent: true,
                  numeric: true,
                  cell: ({ id, name, revoked }) =>
                    !revoked &&
                    buttonForm(context, {
                      action: `/keys/${id}/revoke`,
                      text: say.revoke,
                      kind: 'danger',
                      label: `${say.revoke}: ${name}`,
                    }),
                },
              ],
              rows,
            )
      }</section>
${card(
  say.make,
  html`<form class="form" method="post" action="/keys">${csrfField(context)}
<div class="fields">${field({ name: 'name', label: say.name, required: true, maxlength: 100 })}
${limitFields.map(({ name, word }) => field({ name, label: say[word], type: 'number', min: 1, max: 999_999, hint: say.limitHint }))}</div>
<button class="primary">${say.make}</button></form>`,
)}
</div>`,
    }),
  };
};

/** The limits of a key, as their fields are named and called. */
const limitFields = [
  { limit: 'requestsPerMinute', name: 'requests', word: 'limit' },
  { limit: 'concurrentTasks', name: 'concurrent', word: 'concurrent' },
  { limit: 'minutesPerDay', name: 'minutes', word: 'minutes' },
] as const satisfies { limit: keyof KeyLimits; name: string; word: keyof Words['keys'] }[];

const limitText = (limits: KeyLimits, say: Words['keys']): string =>
  limitFields
    .filter(({ limit }) => limits[limit] !== undefined)
    .map(({ limit, word }) => `${say[word]}: ${limits[limit]}`)
    .join(' · ') || say.unlimited;

export const makeKey: AdminHandler<'audit' | 'keys'> = async (context) => {
  const name = cutText(context.field('name').trim(), 100);
  const given = limitFields.map((each) => [each.limit, context.field(each.name)] as const);
  if (name === '' || given.some(([, text]) => !/^\d{0,6}$/.test(text))) throw new HttpError(400);
  const limits = keyLimitsSchema.parse(
    Object.fromEntries(
      given.filter(([, text]) => text !== '').map(([limit, text]) => [limit, Math.max(1, Number(text))]),
    ),
  );
  const { id, key } = await context.deps.keys.create(name, context.signedIn?.name ?? '', limits);
  await writeDown(context, { action: 'key.create', target: id, after: { name, limits } });
  return render(context, key);
};

export const revokeKey: AdminHandler<'audit' | 'keys'> = async (context) => {
  const id = context.param('id');
  if (!(await context.deps.keys.list()).some((row) => row.id === id)) throw new HttpError(404);
  await context.deps.keys.revoke(id);
  await writeDown(context, { action: 'key.revoke', target: id });
  return backTo('/keys', 'keys.revokedNow');
};
