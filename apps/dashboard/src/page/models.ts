import { writeDown } from '../auth/audit.js';
import { atLeast } from '../auth/person.js';
import type { ShelfModel } from '../desk/model.js';
import { backTo } from '../http/answer.js';
import { type Handler, HttpError, type Visit } from '../http/visit.js';
import { type Parts, streamParts } from '../live/stream.js';
import { buttonForm } from '../view/form.js';
import { bytes } from '../view/format.js';
import { html } from '../view/html.js';
import { page } from '../view/layout.js';
import { card, emptyState, progressBar, table } from '../view/piece.js';

export const showModels: Handler = async (visit) => {
  const { words, desk } = visit;
  const say = words.models;
  const [parts, installed] = await Promise.all([renderParts(visit), desk.models.installed()]);
  const names = new Set(installed.map(({ name }) => name));
  const available = desk.models.published().filter(({ name }) => !names.has(name));
  return {
    kind: 'page',
    page: page(visit, {
      title: say.title,
      active: 'models',
      body: html`<div class="stack" data-live="/live/models">
<div id="part-downloads" aria-live="polite">${parts['part-downloads']}</div>
${card(say.installed, html`<div id="part-installed">${parts['part-installed']}</div>`)}
${
  mayChange(visit) &&
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
          figure: true,
          cell: ({ name }) =>
            buttonForm(visit, {
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

export const liveModels: Handler = (visit) => streamParts(visit, { interval: 1500, render: () => renderParts(visit) });

const mayChange = ({ person }: Visit): boolean => person !== null && atLeast(person.role, 'administrator');

const renderParts = async (visit: Visit): Promise<Parts> => {
  const { words, desk, locale } = visit;
  const say = words.models;
  const installed = await desk.models.installed();
  const downloads = desk.models.downloads();
  const chosen = desk.settings.get('model');
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
${mayChange(visit) && buttonForm(visit, { action: `/models/${name}/stop`, text: say.cancel, label: `${say.cancel}: ${name}` })}</li>`,
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
              { title: say.size, figure: true, cell: (model) => bytes(model.bytes, locale) },
              {
                title: say.default,
                figure: true,
                cell: (model) =>
                  model.kind !== 'whisper'
                    ? ''
                    : isDefault(model)
                      ? html`<span class="badge done">${say.default}</span>`
                      : mayChange(visit) &&
                        buttonForm(visit, {
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

export const downloadModelNow: Handler = async (visit) => {
  const name = visit.param('name');
  if (!visit.desk.models.start(name)) throw new HttpError(409);
  await writeDown(visit, { action: 'model.download', target: name });
  return backTo('/models', 'models.started');
};

export const stopModel: Handler = async (visit) => {
  const name = visit.param('name');
  if (!visit.desk.models.stop(name)) throw new HttpError(404);
  await writeDown(visit, { action: 'model.stop', target: name });
  return backTo('/models');
};

export const makeModelDefault: Handler = async (visit) => {
  const { desk, person } = visit;
  const name = visit.param('name');
  if (!(await desk.models.installed()).some((model) => model.name === name && model.kind === 'whisper'))
    throw new HttpError(404);
  const before = desk.settings.get('model');
  await desk.settings.set('model', name, person?.name ?? '');
  await writeDown(visit, { action: 'setting.change', target: 'model', before, after: name });
  return backTo('/models', 'models.saved');
};
