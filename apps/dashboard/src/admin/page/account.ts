import type { SessionEntry } from '@whisper-bot/store';
import { backTo } from '../../web/answer.js';
import { HttpError } from '../../web/http-error.js';
import { rememberDevice, signOut } from '../../web/session/session.js';
import { writeDown } from '../audit.js';
import type { AdminContext, AdminHandler } from '../page-context.js';
import { passwordFault } from '../sign-in/password.js';
import { buttonForm, csrfField, field } from '../view/form.js';
import { ago, moment } from '../view/format.js';
import { html } from '../view/html.js';
import { page } from '../view/layout.js';
import { card, facts, table } from '../view/piece.js';

export const showAccount: AdminHandler<'options' | 'sessions'> = (context) => render(context);

const render = async (
  context: AdminContext<'options' | 'sessions'>,
  errors: { current?: string; fresh?: string } = {},
): ReturnType<AdminHandler<'options' | 'sessions'>> => {
  const { words, deps, locale, signedIn } = context;
  if (signedIn === null) throw new HttpError(401);
  const say = words.account;
  const sessions = await deps.sessions.list(signedIn.id);
  return {
    kind: 'page',
    status: Object.keys(errors).length === 0 ? 200 : 400,
    page: page(context, {
      title: say.title,
      body: html`<div class="split">
<div class="stack">
${card(
  say.sessions,
  html`<p class="quiet">${say.sessionsLead}</p>${table<SessionEntry>(
    say.sessions,
    [
      {
        title: say.browser,
        cell: ({ id, agent }) =>
          html`${browserOf(agent) || words.time.none}${id === signedIn.session && html` <span class="quiet">(${say.here})</span>`}`,
      },
      { title: say.from, cell: ({ address }) => address },
      { title: say.started, numeric: true, minor: true, cell: ({ startedAt }) => moment(startedAt, locale, words) },
      { title: say.seen, numeric: true, cell: ({ seenAt }) => ago(seenAt, words, locale) },
    ],
    sessions,
  )}<p>${buttonForm(context, { action: '/account/sign-out-everywhere', text: say.everywhere, kind: 'danger' })}</p>`,
)}
</div>
<div class="stack">
${card(
  signedIn.name,
  facts([
    [say.role, html`${words.role[signedIn.role]}: ${words.roleMeans[signedIn.role]}`],
    ...(signedIn.issuer === null ? [] : [[say.through, new URL(signedIn.issuer).host] as const]),
  ]),
)}
${
  hasPassword(context) &&
  card(
    say.change,
    html`<form class="form" method="post" action="/account/password">${csrfField(context)}
${field({ name: 'current', label: say.current, type: 'password', required: true, autocomplete: 'current-password', error: errors.current })}
${field({ name: 'fresh', label: say.fresh, type: 'password', required: true, minlength: 12, autocomplete: 'new-password', error: errors.fresh })}
${field({ name: 'again', label: say.again, type: 'password', required: true, autocomplete: 'new-password' })}
<button class="primary">${say.change}</button></form>`,
  )
}
</div></div>`,
    }),
  };
};

/** Whether there is a password of one's own to change. */
const hasPassword = ({ signedIn, deps }: AdminContext<'options'>): boolean =>
  signedIn !== null && signedIn.issuer === null && deps.options.passwordSignIn;

/** The browser's name out of its long one; the last word that names one wins, as those that copy others stand last. */
const browserOf = (agent: string): string => {
  const found = [...agent.matchAll(/(Firefox|Edg|OPR|Chrome|Safari|Chromium|HeadlessChrome|curl)\/(\d+)/g)].map(
    ([, name = '', version = '']) => `${name} ${version}`,
  );
  return (
    found.find((each) => /Edg|OPR|Firefox/.test(each)) ??
    found.find((each) => /Chrom/.test(each)) ??
    found[0] ??
    agent.slice(0, 40)
  );
};

export const changePassword: AdminHandler<'accounts' | 'attempts' | 'audit' | 'options' | 'sessions'> = async (
  context,
) => {
  const { words, deps, signedIn } = context;
  if (signedIn === null) throw new HttpError(401);
  if (!hasPassword(context)) throw new HttpError(403, words.account.noPassword);
  const allowed = await deps.attempts.allow(`password:${signedIn.id}`, { attempts: 8, seconds: 900 });
  if (!allowed) throw new HttpError(429);
  if ((await deps.accounts.verify(signedIn.name, context.field('current').slice(0, 1000))) === null) {
    return render(context, { current: words.account.wrong });
  }
  const fault = passwordFault(context.field('fresh'), context.field('again'), words);
  if (fault !== null) return render(context, { fresh: fault });
  await deps.accounts.setPassword(signedIn.id, context.field('fresh'), signedIn.session);
  // The new password has made every device unknown, this one included.
  await rememberDevice(context, signedIn);
  await writeDown(context, { action: 'account.password', target: signedIn.name });
  return backTo('/account', 'account.changed');
};

export const signOutEverywhere: AdminHandler<'audit' | 'sessions'> = async (context) => {
  await writeDown(context, { action: 'sign-out.everywhere', target: context.signedIn?.name ?? '' });
  await signOut(context, true);
  return { kind: 'redirect', to: '/sign-in' };
};
