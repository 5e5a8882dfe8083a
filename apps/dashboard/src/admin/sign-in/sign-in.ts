import { cutText } from '@whisper-bot/task';
import { ownPath } from '../../web/answer.js';
import { HttpError } from '../../web/http-error.js';
import type { Answer } from '../../web/request-context.js';
import { networkOf } from '../../web/session/network.js';
import { addressOf, knownDevice, rememberDevice, signIn, signOut } from '../../web/session/session.js';
import { writeDown } from '../audit.js';
import type { AdminContext, AdminHandler } from '../page-context.js';
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
const isAllowed = async (context: AdminContext<'attempts'>, name: string, device: string | null): Promise<boolean> => {
  const { attempts } = context.deps;
  if (device !== null) return attempts.allow(`sign-in:device:${device}`, bounds.device);
  const address = networkOf(addressOf(context));
  return (
    (await attempts.allow(`sign-in:address:${address}`, bounds.address)) &&
    (await attempts.allow(`sign-in:name:${name}:${address}`, bounds.nameFromAddress)) &&
    attempts.allow(`sign-in:name:${name}`, bounds.name)
  );
};

export const showSignIn: AdminHandler<'options' | 'provider'> = async (context) =>
  context.signedIn === null ? form(context) : { kind: 'redirect', to: '/' };

const form = (context: AdminContext<'options' | 'provider'>, error?: string, status = 200): Answer => {
  const { deps } = context;
  const words = context.words.signIn;
  const problem = Object.hasOwn(words.problems, context.query('problem'))
    ? words.problems[context.query('problem') as keyof typeof words.problems]
    : undefined;
  const said = error ?? problem;
  const back = ownPath(context.query('back') || context.field('back'));
  return {
    kind: 'page',
    status,
    page: barePage(context, {
      title: words.title,
      body: html`
<h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
${said !== undefined && html`<p class="notice bad" role="alert">${said}</p>`}
${
  deps.provider !== null &&
  html`<p class="provider"><a class="button${!deps.options.passwordSignIn && ' primary'}" href="/sign-in/provider?back=${encodeURIComponent(back)}">${deps.provider.label ?? words.sso}</a></p>`
}
${
  deps.options.passwordSignIn &&
  html`<form class="form" method="post" action="/sign-in">
  ${csrfField(context)}
  <input type="hidden" name="back" value="${back}">
  ${field({ name: 'name', label: words.name, value: context.field('name'), autocomplete: 'username', required: true, autofocus: true, maxlength: 60 })}
  ${field({ name: 'password', label: words.password, type: 'password', autocomplete: 'current-password', required: true })}
  <button class="primary">${words.submit}</button>
</form>
<p class="hint">${words.noAccount}</p>`
}`,
    }),
  };
};

export const takeSignIn: AdminHandler<'accounts' | 'attempts' | 'audit' | 'options' | 'provider' | 'sessions'> = async (
  context,
) => {
  if (!context.deps.options.passwordSignIn) throw new HttpError(403, context.words.signIn.noPasswords);
  const { accounts, attempts } = context.deps;
  const name = cutText(context.field('name'), 60);
  const device = await knownDevice(context, name);
  if (!(await isAllowed(context, name.toLowerCase(), device))) return form(context, context.words.signIn.tooMany, 429);
  const account = await accounts.verify(name, context.field('password').slice(0, 1000));
  if (account === null) {
    await writeDown(context, { action: 'sign-in.refused', target: name, actor: '' });
    return form(context, context.words.signIn.wrong, 401);
  }
  const address = networkOf(addressOf(context));
  await attempts.clear(device === null ? `sign-in:name:${name.toLowerCase()}:${address}` : `sign-in:device:${device}`);
  await signIn(context, account);
  if (device === null) await rememberDevice(context, account);
  await writeDown(context, { action: 'sign-in', target: account.name, actor: account.name });
  return { kind: 'redirect', to: ownPath(context.field('back')) };
};

export const takeSignOut: AdminHandler<'sessions'> = async (context) => {
  await signOut(context);
  return { kind: 'redirect', to: '/sign-in' };
};
