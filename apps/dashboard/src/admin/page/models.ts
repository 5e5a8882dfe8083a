import type { ShelfModel } from '../../domain/model.js';
import { backTo } from '../../web/answer.js';
import { HttpError } from '../../web/http-error.js';
import { atLeast } from '../../web/session/account.js';
import { writeDown } from '../audit.js';
import { type Parts, streamParts } from '../live/stream.js';
import type { AdminContext, AdminHandler, PageContext } from '../page-context.js';
import { buttonForm } from '../view/form.js';
import { bytes } from '../view/format.js';
import { html } from '../view/html.js';
import { page } from '../view/layout.js';
import { card, emptyState, progressBar, table } from '../view/piece.js';

export const showModels: AdminHandler<'models' | 'settings'> = async (context) => {
  const { words, deps } = context;
  const say = words.models;
  const [parts, installed] = await Promise.all([renderParts(context), deps.models.installed()]);
  const names = new Set(installed.map(({ name }) => name));
  const available = deps.models.published().filter(({ name }) => !names.has(name));
  return {
    kind: 'page',
    page: page(context, {
      title: say.title,
      active: 'models',
      body: html`<div class="stack" data-live="/live/models">
<div id="part-downloads" aria-live="polite">${parts['part-downloads']}</div>
${card(say.installed, html`<div id="part-installed">${parts['part-installed']}</div>`)}
${
  mayChange(context) &&
  card(
    say.available,
    html`<details><summary>${say.all} (${available.length})</summary>${table(
      say.available,
      [
        { title: say.name, cell: ({ name }) => html`<span class="mono">${name}</span>` },
        { title: say.kind, cell: ({ kind }) => say[kind] },
        {
          title: say.download,
          silent: true,
          numeric: true,
          cell: ({ name }) =>
            buttonForm(context, {
              action: `/models/${name}/download`,
              text: say.download,
              label: `${say.download}: ${name}`,
            }),
        },
      ],
      available,
    )}</details>`,
  )
}
</div>`,
    }),
  };
};

export const liveModels: AdminHandler<'closing' | 'logger' | 'models' | 'settings'> = (context) =>
  streamParts(context, { interval: 1500, render: () => renderParts(context) });

const mayChange = ({ person }: PageContext): boolean => person !== null && atLeast(person.role, 'administrator');

const renderParts = async (context: AdminContext<'models' | 'settings'>): Promise<Parts> => {
  const { words, deps, locale } = context;
  const say = words.models;
  const installed = await deps.models.installed();
  const downloads = deps.models.downloads();
  const chosen = deps.settings.get('model');
  const isDefault = ({ name }: ShelfModel): boolean => name === chosen || name.startsWith(`${chosen}-q`);
  return {
    'part-downloads':
      downloads.length === 0
        ? html``
        : card(
            say.downloading,
            html`<ul class="run-list" role="list">${downloads.map(
              ({ name, received, total, failure }) => html`<li><span class="mono">${name}</span>
<span class="quiet small">${failure === null ? `${bytes(received, locale)} / ${bytes(total, locale)}` : say.failed}</span>
${failure === null ? progressBar(total === 0 ? 0 : (100 * received) / total, name) : html`<p class="error">${failure}</p>`}
${mayChange(context) && buttonForm(context, { action: `/models/${name}/stop`, text: say.cancel, label: `${say.cancel}: ${name}` })}</li>`,
            )}</ul>`,
          ),
    'part-installed':
      installed.length === 0
        ? emptyState({ title: say.none, hint: say.noneHint })
        : table<ShelfModel>(
            say.installed,
            [
              { title: say.name, cell: ({ name }) => html`<span class="mono">${name}</span>` },
              { title: say.kind, cell: ({ kind }) => say[kind] },
              { title: say.size, numeric: true, cell: (model) => bytes(model.bytes, locale) },
              {
                title: say.default,
                numeric: true,
                cell: (model) =>
                  model.kind !== 'whisper'
                    ? ''
                    : isDefault(model)
                      ? html`<span class="badge done">${say.default}</span>`
                      : mayChange(context) &&
                        buttonForm(context, {
                          action: `/models/${model.name}/default`,
                          text: say.makeDefault,
                          label: `${say.makeDefault}: ${model.name}`,
                        }),
              },
            ],
            installed,
          ),
  };
};

export const downloadModelNow: AdminHandler<'audit' | 'models'> = async (context) => {
  const name = context.param('name');
  if (!context.deps.models.start(name)) throw new HttpError(409);
  await writeDown(context, { action: 'model.download', target: name });
  return backTo('/models', 'models.started');
};

export const stopModel: AdminHandler<'audit' | 'models'> = async (context) => {
  const name = context.param('name');
  if (!context.deps.models.stop(name)) throw new HttpError(404);
  await writeDown(context, { action: 'model.stop', target: name });
  return backTo('/models');
};

export const makeModelDefault: AdminHandler<'audit' | 'models' | 'settings'> = async (context) => {
  const { deps, person } = context;
  const name = context.param('name');
  if (!(await deps.models.installed()).some((model) => model.name === name && model.kind === 'whisper'))
    throw new HttpError(404);
  const before = deps.settings.get('model');
  await deps.settings.set('model', name, person?.name ?? '');
  await writeDown(context, { action: 'setting.change', target: 'model', before, after: name });
  return backTo('/models', 'models.saved');
};
