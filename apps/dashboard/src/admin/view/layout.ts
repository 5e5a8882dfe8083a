import { locales } from '@whisper-bot/text';
import { atLeast, type Role } from '../../web/session/account.js';
import type { PageContext } from '../page-context.js';
import { csrfField } from './form.js';
import { html, markup, type SafeHtml } from './html.js';
import { type IconName, icon } from './icon.js';

export interface PageOptions {
  title: string;
  /** The entry of the menu that is lit. */
  active?: IconName;
  body: SafeHtml;
  /** Beside the heading: buttons that belong to the whole page. */
  actions?: SafeHtml;
  /** Above the heading: where this page belongs. */
  parent?: { href: string; text: string };
  /** Small modules of static/, without extension. */
  scripts?: readonly string[];
}

interface Entry {
  icon: IconName;
  href: string;
  role: Role;
}

const entry = (name: IconName, href: string, role: Role = 'viewer'): Entry => ({ icon: name, href, role });
const groups = {
  work: [
    entry('overview', '/'),
    entry('tasks', '/tasks'),
    entry('upload', '/upload', 'operator'),
    entry('dead', '/dead'),
  ],
  insight: [entry('analytics', '/analytics'), entry('queues', '/board/'), entry('audit', '/audit', 'operator')],
  manage: [
    entry('people', '/people'),
    entry('models', '/models'),
    entry('keys', '/keys', 'administrator'),
    entry('accounts', '/accounts', 'administrator'),
    entry('settings', '/settings', 'administrator'),
  ],
} as const;

/** A whole page for a signed-in user: menu, heading, content. */
export const page = (context: PageContext, options: PageOptions): string =>
  document(
    context,
    options,
    html`
<div class="frame">
  ${menu(context, options.active)}
  <main id="content" tabindex="-1">
    <header class="heading">
      <div>
        ${options.parent && html`<a class="parent" href="${options.parent.href}">${options.parent.text}</a>`}
        <h1>${options.title}</h1>
      </div>
      ${options.actions && html`<div class="actions">${options.actions}</div>`}
    </header>
    ${notice(context)}
    ${options.body}
  </main>
</div>`,
  );

/** A page outside the menu: signing in, errors of strangers. */
export const barePage = (context: PageContext, options: Pick<PageOptions, 'title' | 'body'>): string =>
  document(
    context,
    options,
    html`<main id="content" class="bare" tabindex="-1"><p class="brand">${context.words.product}</p>${options.body}${preferences(context)}</main>`,
  );

const document = (
  context: PageContext,
  { title, scripts = [] }: Pick<PageOptions, 'title' | 'scripts'>,
  body: SafeHtml,
): string =>
  markup(html`<!doctype html>
<html lang="${context.locale}" data-theme="${context.theme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="same-origin">
<title>${title} · ${context.words.product}</title>
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/dashboard.css">
${['page', ...scripts].map((name) => html`<script type="module" src="/static/${name}.js"></script>`)}
</head>
<body>
<a class="skip" href="#content">${context.words.nav.skip}</a>
${body}
</body>
</html>`);

const menu = (context: PageContext, active: IconName | undefined): SafeHtml => {
  const { words, signedIn } = context;
  const mine = (Object.keys(groups) as (keyof typeof groups)[]).map((name) => ({
    name,
    entries: groups[name].filter(({ role }) => signedIn !== null && atLeast(signedIn.role, role)),
  }));
  return html`
  <header class="side">
    <a class="brand" href="/">${words.product}</a>
    <input type="checkbox" id="menu-open" class="menu-open" aria-label="${words.nav.menu}">
    <label for="menu-open" class="menu-button" aria-hidden="true">${words.nav.menu}</label>
    <nav aria-label="${words.nav.main}">
      ${mine
        .filter(({ entries }) => entries.length > 0)
        .map(
          ({ name, entries }) => html`
      <p class="group">${words.nav[name]}</p>
      <ul>${entries.map(
        (each) => html`
        <li><a href="${each.href}"${each.icon === active && current}>${icon(each.icon)}${words.nav[each.icon as 'tasks']}</a></li>`,
      )}
      </ul>`,
        )}
      <div class="who">
        ${
          signedIn &&
          html`<a href="/account"${active === undefined && context.request.path === '/account' && current}>${signedIn.name}</a>
        <span class="quiet">${words.role[signedIn.role]}</span>
        <form method="post" action="/sign-out">${csrfField(context)}<button class="link">${words.nav.signOut}</button></form>`
        }
        ${preferences(context)}
      </div>
    </nav>
  </header>`;
};

const current = html` aria-current="page"`;

const preferences = (context: PageContext): SafeHtml => {
  const { nav } = context.words;
  const option = (value: string, text: string, chosen: boolean) =>
    html`<option value="${value}"${chosen && html` selected`}>${text}</option>`;
  const names = { en: 'English', ru: 'Русский' };
  return html`
  <form class="preferences" method="post" action="/preferences" data-autosubmit>
    ${csrfField(context)}
    <input type="hidden" name="back" value="${context.request.originalUrl}">
    <label><span class="hidden">${nav.theme}</span>
      <select name="theme">${(['auto', 'light', 'dark'] as const).map((each) => option(each, nav[each], context.theme === each))}</select></label>
    <label><span class="hidden">${nav.language}</span>
      <select name="locale">${locales.map((each) => option(each, names[each], context.locale === each))}</select></label>
    <button class="link">${nav.apply}</button>
  </form>`;
};

/** What the last action did, from the address it redirected to. */
const notice = (context: PageContext): SafeHtml | null => {
  const [section = '', name = ''] = context.query('said').split('.');
  const words = context.words as unknown as Record<string, Record<string, unknown>>;
  const said = Object.hasOwn(words, section) ? words[section]?.[name] : undefined;
  const text = typeof said === 'function' ? String(said(Number(context.query('count')) || 0)) : said;
  if (typeof text !== 'string') return null;
  const bad = context.query('bad') !== '';
  return html`<p class="notice${bad && ' bad'}" role="${bad ? 'alert' : 'status'}">${text}</p>`;
};
