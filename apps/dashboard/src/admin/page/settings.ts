import { automaticModel } from '@whisper-bot/speech';
import { isSwitch, parseSetting, type SettingKey, settingKeys } from '../../domain/setting.js';
import { backTo } from '../../web/answer.js';
import { HttpError } from '../../web/http-error.js';
import { writeDown } from '../audit.js';
import type { AdminContext, AdminHandler, PageContext } from '../page-context.js';
import { buttonForm, csrfField, field, select } from '../view/form.js';
import { html, type SafeHtml } from '../view/html.js';
import { page } from '../view/layout.js';
import { card, table } from '../view/piece.js';

export const showSettings: AdminHandler<'models' | 'options' | 'settings'> = async (context) => {
  const { words, deps } = context;
  const say = words.settings;
  const models = [automaticModel, ...(await deps.models.installed()).map(({ name }) => name)];
  return {
    kind: 'page',
    page: page(context, {
      title: say.title,
      active: 'settings',
      body: html`
<p class="lead">${say.lead}</p>
<div class="stack">
<section class="card"><div class="stack">${settingKeys.map((key) => control(context, key, models))}</div></section>
${card(
  say.environment,
  html`<details><summary>${say.environmentAll}</summary>${table(
    say.environment,
    [
      { title: say.variable, cell: ([name]) => html`<code>${name}</code>` },
      { title: say.value, cell: ([, value]) => html`<span class="mono">${value || '–'}</span>` },
    ],
    deps.options.environment,
  )}</details>`,
)}
</div>`,
    }),
  };
};

const control = (context: AdminContext<'settings'>, key: SettingKey, models: readonly string[]): SafeHtml => {
  const { words, deps } = context;
  const say = words.settings;
  const value = deps.settings.get(key);
  const text = say.names[key];
  const hint = say.hints[key];
  return html`<div class="setting"><form class="form" method="post" action="/settings/${key}">${csrfField(context)}
${
  key === 'model'
    ? select({
        name: 'value',
        label: text,
        value: String(value),
        hint,
        options: [...new Set([String(value), ...models])].map((name) => [name, name]),
        id: key,
      })
    : isSwitch(key)
      ? select({
          name: 'value',
          label: text,
          value: value === true ? 'yes' : 'no',
          hint,
          options: [
            ['no', say.off],
            ['yes', say.on],
          ],
          id: key,
        })
      : field({
          name: 'value',
          label: text,
          value: String(value),
          type: 'number',
          min: 1,
          max: 100_000,
          hint,
          required: true,
          id: key,
        })
}
<div class="buttons"><button aria-label="${words.button.save}: ${text}">${words.button.save}</button></div></form>
${!deps.settings.isDefault(key) && buttonForm(context, { action: `/settings/${key}/reset`, text: say.reset, kind: 'link', label: `${say.reset}: ${text}` })}</div>`;
};

const keyOf = (context: PageContext): SettingKey => {
  const key = settingKeys.find((each) => each === context.param('name'));
  if (key === undefined) throw new HttpError(404);
  return key;
};

export const changeSetting: AdminHandler<'audit' | 'settings'> = async (context) => {
  const { settings } = context.deps;
  const key = keyOf(context);
  const value = parseSetting(key, context.field('value'));
  if (value === undefined) return backTo('/settings', 'settings.bad', { bad: 1 });
  const before = settings.get(key);
  await settings.set(key, value as never, context.signedIn?.name ?? '');
  await writeDown(context, { action: 'setting.change', target: key, before, after: value });
  return backTo('/settings', 'settings.saved');
};

export const resetSetting: AdminHandler<'audit' | 'settings'> = async (context) => {
  const { settings } = context.deps;
  const key = keyOf(context);
  const before = settings.get(key);
  await settings.set(key, undefined, context.signedIn?.name ?? '');
  await writeDown(context, { action: 'setting.reset', target: key, before });
  return backTo('/settings', 'settings.saved');
};
