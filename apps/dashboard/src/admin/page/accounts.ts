import type { Account } from '@whisper-bot/store';
import { backTo } from '../../web/answer.js';
import { HttpError } from '../../web/http-error.js';
import { isRole, roles } from '../../web/session/account.js';
import { writeDown } from '../audit.js';
import type { AdminContext, AdminHandler } from '../page-context.js';
import { nameFault, passwordFault } from '../sign-in/password.js';
import { buttonForm, csrfField, field, select } from '../view/form.js';
import { ago, moment } from '../view/format.js';
import { html } from '../view/html.js';
import { page } from '../view/layout.js';
import { card, table } from '../view/piece.js';

export const showAccounts: AdminHandler<'accounts' | 'options'> = (context) => render(context);

const render = async (
  context: AdminContext<'accounts' | 'options'>,
  errors: { name?: string; password?: string } = {},
): ReturnType<AdminHandler<'accounts' | 'options'>> => {
  const { words, deps, locale, signedIn } = context;
  const say = words.accounts;
  const rows = await deps.accounts.list();
  return {
    kind: 'page',
    status: Object.keys(errors).length === 0 ? 200 : 400,
    page: page(context, {
      title: say.title,
      active: 'accounts',
      body: html`<div class="stack">
<section class="card">${table<Account>(
        say.title,
        [
          {
            title: say.name,
            cell: ({ id, name }) =>
              html`<span class="title-cell">${name}</span>${id === signedIn?.id && html` <span class="quiet">(${say.you})</span>`}`,
          },
          {
            title: say.role,
            cell: ({ id, name, role, issuer }) =>
              issuer !== null
                ? html`${words.role[role]} <span class="quiet">(${say.byProvider(new URL(issuer).host)})</span>`
                : html`<form class="inline" method="post" action="/accounts/${id}">${csrfField(context)}<select name="role" aria-label="${say.role}: ${name}">${roles.map((each) => html`<option value="${each}"${each === role && html` selected`}>${words.role[each]}</option>`)}</select><button aria-label="${words.button.save}: ${name}">${words.button.save}</button></form>`,
          },
          { title: say.state, minor: true, cell: ({ disabled }) => (disabled ? say.disabled : say.active) },
          { title: say.created, numeric: true, minor: true, cell: ({ createdAt }) => moment(createdAt, locale, words) },
          { title: say.lastSeen, numeric: true, minor: true, cell: ({ lastSignIn }) => ago(lastSignIn, words, locale) },
          {
            title: say.disable,
            silent: true,
            numeric: true,
            cell: ({ id, name, disabled }) => {
              const text = disabled ? say.enable : say.disable;
              return buttonForm(context, {
                action: `/accounts/${id}`,
                text,
                kind: disabled ? 'plain' : 'danger',
                fields: { disabled: disabled ? 'no' : 'yes' },
                label: `${text}: ${name}`,
              });
            },
          },
        ],
        rows,
      )}</section>
${
  deps.options.passwordSignIn &&
  card(
    say.add,
    html`<form class="form" method="post" action="/accounts">${csrfField(context)}
<div class="fields">
${field({ name: 'name', label: say.name, value: context.field('name'), required: true, maxlength: 60, autocomplete: 'off', error: errors.name })}
${select({ name: 'role', label: say.role, value: context.field('role') || 'viewer', options: roles.map((each) => [each, words.role[each]]) })}
${field({ name: 'password', label: words.signIn.password, type: 'password', required: true, minlength: 12, autocomplete: 'new-password', error: errors.password })}
${field({ name: 'again', label: words.setup.passwordAgain, type: 'password', required: true, autocomplete: 'new-password' })}
</div>
<p class="hint">${roles.map((each) => `${words.role[each]}: ${words.roleMeans[each]}`).join(' · ')}</p>
<button class="primary">${say.add}</button></form>`,
  )
}
</div>`,
    }),
  };
};

export const addAccount: AdminHandler<'accounts' | 'audit' | 'options'> = async (context) => {
  const { words, deps } = context;
  if (!deps.options.passwordSignIn) throw new HttpError(403, words.signIn.noPasswords);
  const name = context.field('name').trim();
  const role = context.field('role');
  const password = context.field('password');
  if (!isRole(role)) throw new HttpError(400);
  const nameError = nameFault(name, words);
  const passwordError = passwordFault(password, context.field('again'), words);
  if (nameError !== null || passwordError !== null) {
    return render(context, {
      ...(nameError && { name: nameError }),
      ...(passwordError && { password: passwordError }),
    });
  }
  const account = await deps.accounts.create({ name, password, role });
  if (account === null) return render(context, { name: words.password.taken });
  await writeDown(context, { action: 'account.create', target: name, after: { role } });
  return backTo('/accounts', 'accounts.added');
};

/** Another role, or no way in any more. */
export const changeAccount: AdminHandler<'accounts' | 'audit'> = async (context) => {
  const { accounts } = context.deps;
  const id = context.param('id');
  const before = (await accounts.list()).find((account) => account.id === id);
  if (before === undefined) throw new HttpError(404);
  const role = context.field('role');
  const disabled = context.field('disabled');
  if (!isRole(role) && disabled !== 'yes' && disabled !== 'no') throw new HttpError(400);
  // The next sign-in would put back what the provider says.
  if (isRole(role) && before.issuer !== null) return backTo('/accounts', 'accounts.roleOfProvider', { bad: 1 });
  const change = isRole(role) ? { role } : { disabled: disabled === 'yes' };
  if (!(await accounts.change(id, change))) return backTo('/accounts', 'accounts.lastAdministrator', { bad: 1 });
  await writeDown(context, {
    action: 'account.change',
    target: before.name,
    before: { role: before.role, disabled: before.disabled },
    after: change,
  });
  return backTo('/accounts', 'accounts.saved');
};
