import { cutText } from '@whisper-bot/task';
import { writeDown } from '../auth/audit.js';
import { addressOf, signIn, signOut } from '../auth/session.js';
import { ownPath } from '../http/answer.js';
import { type Answer, type Handler, HttpError, type Visit } from '../http/visit.js';
import { csrfField, field } from '../view/form.js';
import { html } from '../view/html.js';
import { barePage } from '../view/layout.js';

/** By address more than by name: one address may be a whole office, one name is one person. */
const bounds = { name: { attempts: 8, seconds: 900 }, address: { attempts: 30, seconds: 900 } };

export const showSignIn: Handler = async (visit) =>
  visit.person === null ? form(visit) : { kind: 'redirect', to: '/' };

const form = (visit: Visit, error?: string, status = 200): Answer => {
  const { desk } = visit;
  const words = visit.words.signIn;
  const problem = Object.hasOwn(words.problems, visit.query('problem'))
    ? words.problems[visit.query('problem') as keyof typeof words.problems]
    : undefined;
  const said = error ?? problem;
  const back = ownPath(visit.query('back') || visit.field('back'));
  return {
    kind: 'page',
    status,
    page: barePage(visit, {
      title: words.title,
      body: html`
<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
${said !== undefined && html`<p class="notice bad" role="alert">${said}</p>`}
${
  desk.provider !== null &&
  html`<p class="provider"><a class="button${!desk.options.passwordSignIn && ' primary'}" href="/sign-in/provider?back=${encodeURIComponent(back)}">${desk.provider.label ?? words.sso}</a></p>`
}
${
  desk.options.passwordSignIn &&
  html`<form class="form" method="post" action="/sign-in">
  ${csrfField(visit)}
  <input type="hidden" name="back" value="${back}">
  ${field({ name: 'name', label: words.name, value: visit.field('name'), autocomplete: 'username', required: true, autofocus: true, maxlength: 60 })}
  ${field({ name: 'password', label: words.password, type: 'password', autocomplete: 'current-password', required: true })}
  <button class="primary">${words.submit}</button>
</form>
<p class="hint">${words.noAccount}</p>`
}`,
    }),
  };
};

export const takeSignIn: Handler = async (visit) => {
  if (!visit.desk.options.passwordSignIn) throw new HttpError(403, visit.words.signIn.noPasswords);
  const { accounts, attempts } = visit.desk.store;
  const name = cutText(visit.field('name'), 60);
  const nameKey = `sign-in:name:${name.toLowerCase()}`;
  const addressKey = `sign-in:address:${addressOf(visit)}`;
  const allowed = await Promise.all([attempts.allow(nameKey, bounds.name), attempts.allow(addressKey, bounds.address)]);
  if (allowed.includes(false)) return form(visit, visit.words.signIn.tooMany, 429);
  const account = await accounts.verify(name, visit.field('password').slice(0, 1000));
  if (account === null) {
    await writeDown(visit, { action: 'sign-in.refused', target: name, actor: '' });
    return form(visit, visit.words.signIn.wrong, 401);
  }
  await attempts.clear(nameKey);
  await signIn(visit, account);
  await writeDown(visit, { action: 'sign-in', target: account.name, actor: account.name });
  return { kind: 'redirect', to: ownPath(visit.field('back')) };
};

export const takeSignOut: Handler = async (visit) => {
  await signOut(visit);
  return { kind: 'redirect', to: '/sign-in' };
};
