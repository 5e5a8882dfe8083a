import { cutText } from '@whisper-bot/task';
import { writeDown } from '../auth/audit.js';
import { networkOf } from '../auth/network.js';
import { addressOf, knownDevice, rememberDevice, signIn, signOut } from '../auth/session.js';
import { ownPath } from '../http/answer.js';
import { type Answer, type Handler, HttpError, type Visit } from '../http/visit.js';
import { csrfField, field } from '../view/form.js';
import { html } from '../view/html.js';
import { barePage } from '../view/layout.js';

/**
 * One address may be a whole office, one name tried from it is one person. From many addresses a name can be tried more often,
 * but not without end. A browser that has signed in to the account before has a count of its own: strangers cannot lock its
 * owner out.
 */
const bounds = {
  device: { attempts: 8, seconds: 900 },
  address: { attempts: 30, seconds: 900 },
  nameFromAddress: { attempts: 8, seconds: 900 },
  name: { attempts: 200, seconds: 900 },
};

/** Whether one more try is allowed. One bound after the other: what the first refuses adds nothing to the next. */
const isAllowed = async (visit: Visit, name: string, device: string | null): Promise<boolean> => {
  const { attempts } = visit.desk.store;
  if (device !== null) return attempts.allow(`sign-in:device:${device}`, bounds.device);
  const address = networkOf(addressOf(visit));
  return (
    (await attempts.allow(`sign-in:address:${address}`, bounds.address)) &&
    (await attempts.allow(`sign-in:name:${name}:${address}`, bounds.nameFromAddress)) &&
    attempts.allow(`sign-in:name:${name}`, bounds.name)
  );
};

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
  const device = await knownDevice(visit, name);
  if (!(await isAllowed(visit, name.toLowerCase(), device))) return form(visit, visit.words.signIn.tooMany, 429);
  const account = await accounts.verify(name, visit.field('password').slice(0, 1000));
  if (account === null) {
    await writeDown(visit, { action: 'sign-in.refused', target: name, actor: '' });
    return form(visit, visit.words.signIn.wrong, 401);
  }
  const address = networkOf(addressOf(visit));
  await attempts.clear(device === null ? `sign-in:name:${name.toLowerCase()}:${address}` : `sign-in:device:${device}`);
  await signIn(visit, account);
  if (device === null) await rememberDevice(visit, account);
  await writeDown(visit, { action: 'sign-in', target: account.name, actor: account.name });
  return { kind: 'redirect', to: ownPath(visit.field('back')) };
};

export const takeSignOut: Handler = async (visit) => {
  await signOut(visit);
  return { kind: 'redirect', to: '/sign-in' };
};
