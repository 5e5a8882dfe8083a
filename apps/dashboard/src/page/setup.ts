import { writeDown } from '../auth/audit.js';
import { nameFault, passwordFault } from '../auth/password.js';
import { rememberDevice, signIn } from '../auth/session.js';
import { type Answer, type Handler, HttpError, type Visit } from '../http/visit.js';
import { field } from '../view/form.js';
import { html } from '../view/html.js';
import { barePage } from '../view/layout.js';

/** The first administrator, by the one-time link. */
export const showSetup: Handler = async (visit) => {
  if (!(await visit.desk.setup.fits(visit.query('token')))) throw new HttpError(403, visit.words.setup.gone);
  return form(visit, visit.query('token'));
};

const form = (visit: Visit, token: string, errors: { name?: string; password?: string } = {}): Answer => {
  const { setup, signIn: words } = visit.words;
  return {
    kind: 'page',
    status: Object.keys(errors).length === 0 ? 200 : 400,
    page: barePage(visit, {
      title: setup.title,
      body: html`
<h1>${setup.title}</h1>
<p class="lead">${setup.lead}</p>
<form class="form" method="post" action="/setup">
  <input type="hidden" name="token" value="${token}">
  ${field({ name: 'name', label: words.name, value: visit.field('name'), autocomplete: 'username', required: true, autofocus: true, maxlength: 60, error: errors.name })}
  ${field({ name: 'password', label: words.password, type: 'password', autocomplete: 'new-password', required: true, minlength: 12, error: errors.password })}
  ${field({ name: 'again', label: setup.passwordAgain, type: 'password', autocomplete: 'new-password', required: true })}
  <button class="primary">${setup.submit}</button>
</form>`,
    }),
  };
};

export const takeSetup: Handler = async (visit) => {
  const { desk, words } = visit;
  const token = visit.field('token');
  if (!(await desk.setup.fits(token))) throw new HttpError(403, words.setup.gone);
  const name = visit.field('name').trim();
  const password = visit.field('password');
  const nameError = nameFault(name, words);
  const passwordError = passwordFault(password, visit.field('again'), words);
  if (nameError !== null || passwordError !== null) {
    return form(visit, token, {
      ...(nameError === null ? {} : { name: nameError }),
      ...(passwordError === null ? {} : { password: passwordError }),
    });
  }
  // Two at once must not both become administrators: the record takes one first account.
  const account = await desk.store.accounts.createFirst({ name, password });
  if (account === null) throw new HttpError(403, words.setup.gone);
  desk.setup.spend();
  await writeDown(visit, { action: 'account.create', target: name, actor: name, after: { role: 'administrator' } });
  await signIn(visit, account);
  await rememberDevice(visit, account);
  return { kind: 'redirect', to: '/' };
};
