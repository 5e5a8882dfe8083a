import { automaticModel, type InstalledModel, type PublishedModel } from '@whisper-bot/speech';
import { languagesIn } from '@whisper-bot/text';
import { backTo } from '../../web/answer.js';
import { HttpError } from '../../web/http-error.js';
import { atLeast } from '../../web/session/account.js';
import { writeDown } from '../audit.js';
import { type Parts, streamParts } from '../live/stream.js';
import type { AdminContext, AdminHandler, PageContext } from '../page-context.js';
import { buttonForm } from '../view/form.js';
import { bytes } from '../view/format.js';
import { html, type SafeHtml } from '../view/html.js';
import { page } from '../view/layout.js';
import { card, emptyState, progressBar, table } from '../view/piece.js';

export const showModels: AdminHandler<'models' | 'settings'> = async (context) => {
  const { words, deps } = context;
  const say = words.models;
  const [parts, installed] = await Promise.all([renderParts(context), deps.models.installed()]);
  const names = new Set(installed.map(({ name }) => name));
  const isMissing = ({ name }: PublishedModel) => !names.has(name);
  const recommended = deps.models.recommended().filter(isMissing);
  const others = deps.models.published().filter((model) => isMissing(model) && !recommended.includes(model));
  return {
    kind: 'page',
    page: page(context, {
      title: say.title,
      active: 'models',
      body: html`<div class="stack" data-live="/live/models">
<div id="part-downloads" aria-live="polite">${parts['part-downloads']}</div>
${card(say.installed, html`<div id="part-installed">${parts['part-installed']}</div>`)}
${mayChange(context) && recommended.length > 0 && card(say.recommended, html`<p class="quiet">${say.recommendedHint}</p>${offer(context, say.recommended, recommended)}`)}
${mayChange(context) && card(say.available, html`<details><summary>${say.all} (${others.length})</summary>${offer(context, say.available, others)}</details>`)}
</div>`,
    }),
  };
};

/** Models that can be downloaded, each with a button. */
const offer = (context: PageContext, caption: string, models: readonly PublishedModel[]): SafeHtml => {
  const { words, locale } = context;
  const say = words.models;
  return table(
    caption,
    [
      { title: say.name, cell: ({ name }) => html`<span class="mono">${name}</span>` },
      { title: say.languages, cell: (model) => languagesOf(model, context) },
      {
        title: say.size,
        numeric: true,
        cell: (model) => (model.kind === 'recognizer' && model.bytes !== null ? bytes(model.bytes, locale) : ''),
      },
      { title: say.licence, cell: (model) => (model.kind === 'recognizer' ? model.licence : 'MIT') },
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
    models,
  );
};

/** Names of a few languages, codes of many. */
const languagesOf = (model: PublishedModel | InstalledModel, { words, locale }: PageContext): string => {
  const languages = 'languages' in model ? (model.languages ?? []) : [];
  return languages.length === 0 ? words.models.allLanguages : languagesIn(locale, languages);
};

export const liveModels: AdminHandler<'closing' | 'logger' | 'models' | 'settings'> = (context) =>
  streamParts(context, { interval: 1500, render: () => renderParts(context) });

const mayChange = ({ signedIn }: PageContext): boolean => signedIn !== null && atLeast(signedIn.role, 'administrator');

const renderParts = async (context: AdminContext<'models' | 'settings'>): Promise<Parts> => {
  const { words, deps, locale } = context;
  const say = words.models;
  const installed = await deps.models.installed();
  const downloads = deps.models.downloads();
  const chosen = deps.settings.get('model');
  const isDefault = (name: string): boolean => name === chosen || name.startsWith(`${chosen}-q`);
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
        : html`${table<InstalledModel>(
            say.installed,
            [
              { title: say.name, cell: ({ name }) => html`<span class="mono">${name}</span>` },
              { title: say.kind, cell: ({ kind }) => say[kind] },
              { title: say.languages, cell: (model) => languagesOf(model, context) },
              { title: say.size, numeric: true, cell: (model) => bytes(model.bytes, locale) },
              { title: say.default, numeric: true, cell: ({ name }) => defaultCell(context, name, isDefault(name)) },
              {
                title: say.remove,
                silent: true,
                numeric: true,
                cell: (model) =>
                  mayChange(context) &&
                  deps.models.isAdded(model) &&
                  buttonForm(context, {
                    action: `/models/${model.name}/remove`,
                    text: say.remove,
                    kind: 'danger',
                    label: `${say.remove}: ${model.name}`,
                  }),
              },
            ],
            installed,
          )}<p class="quiet">${say.autoHint} ${defaultCell(context, automaticModel, chosen === automaticModel)}</p>`,
  };
};

/** The badge of the default model, or the button that makes it the default. */
const defaultCell = (context: PageContext, name: string, isDefault: boolean): SafeHtml | false => {
  const say = context.words.models;
  if (isDefault) return html`<span class="badge done">${say.default}</span>`;
  const text = name === automaticModel ? say.auto : say.makeDefault;
  return (
    mayChange(context) && buttonForm(context, { action: `/models/${name}/default`, text, label: `${text}: ${name}` })
  );
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
  const { deps, signedIn } = context;
  const name = context.param('name');
  if (name !== automaticModel && !(await deps.models.installed()).some((model) => model.name === name))
    throw new HttpError(404);
  const before = deps.settings.get('model');
  await deps.settings.set('model', name, signedIn?.name ?? '');
  await writeDown(context, { action: 'setting.change', target: 'model', before, after: name });
  return backTo('/models', 'models.saved');
};

export const removeModelNow: AdminHandler<'audit' | 'models' | 'settings'> = async (context) => {
  const { deps } = context;
  const name = context.param('name');
  const chosen = deps.settings.get('model');
  if (name === chosen || name.startsWith(`${chosen}-q`)) return backTo('/models', 'models.inUse');
  const model = (await deps.models.installed()).find((one) => one.name === name);
  if (model === undefined || !deps.models.isAdded(model)) throw new HttpError(404);
  await deps.models.remove(name);
  await writeDown(context, { action: 'model.remove', target: name });
  return backTo('/models', 'models.removed');
};
