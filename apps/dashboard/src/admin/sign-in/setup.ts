import { HttpError } from '../../web/http-error.js';
import type { Answer } from '../../web/request-context.js';
import { rememberDevice, signIn } from '../../web/session/session.js';
import { writeDown } from '../audit.js';
import type { AdminHandler, PageContext } from '../page-context.js';
import { field } from '../view/form.js';
import { html } from '../view/html.js';
import { barePage } from '../view/layout.js';
import { nameFault, passwordFault } from './password.js';

/** The first administrator, by the one-time link. */
export const showSetup: AdminHandler<'setup'> = async (context) => {
  if (!(await context.deps.setup.fits(context.query('token')))) throw new HttpError(403, context.words.setup.gone);
  return form(context, context.query('token'));
};

const form = (context: PageContext, token: string, errors: { name?: string; password?: string } = {}): Answer => {
  const { setup, signIn: words } = context.words;
  return {
    kind: 'page',
    status: Object.keys(errors).length === 0 ? 200 : 400,
    page: barePage(context, {
      title: setup.title,
      body: html`
<h1>${setup.title}</h1>
<p class="lead">${setup.lead}</p>
<form class="form" method="post" action="/setup">
  <input type="hidden" name="token" value="${token}">
  ${field({ name: 'name', label: words.name, value: context.field('name'), autocomplete: 'username', required: true, autofocus: true, maxlength: 60, error: errors.name })}
  ${field({ name: 'password', label: words.password, type: 'password', autocomplete: 'new-password', required: true, minlength: 12, error: errors.password })}
  ${field({ name: 'again', label: setup.passwordAgain, type: 'password', autocomplete: 'new-password', required: true })}
  <button class="primary">${setup.submit}</button>
</form>`,
    }),
  };
};

export const takeSetup: AdminHandler<'accounts' | 'audit' | 'sessions' | 'setup'> = async (context) => {
  const { deps, words } = context;
  const token = context.field('token');
  if (!(await deps.setup.fits(token))) throw new HttpError(403, words.setup.gone);
  const name = context.field('name').trim();
  const password = context.field('password');
  const nameError = nameFault(name, words);
  const passwordError = passwordFault(password, context.field('again'), words);
  if (nameError !== null || passwordError !== null) {
    return form(context, token, {
      ...(nameError === null ? {} : { name: nameError }),
      ...(passwordError === null ? {} : { password: passwordError }),
    });
  }
  // Two at once must not both become administrators: the record takes one first account.
  const account = await deps.accounts.createFirst({ name, password });
  if (account === null) throw new HttpError(403, words.setup.gone);
  deps.setup.spend();
  await writeDown(context, { action: 'account.create', target: name, actor: name, after: { role: 'administrator' } });
  await signIn(context, account);
  await rememberDevice(context, account);
  return { kind: 'redirect', to: '/' };
};
