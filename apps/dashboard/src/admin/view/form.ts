import { maskSecret } from '../../web/session/csrf.js';
import type { PageContext } from '../page-context.js';
import { html, type SafeHtml } from './html.js';

/** The session's secret, in every form that changes something. */
export const csrfField = (context: PageContext): SafeHtml =>
  html`<input type="hidden" name="csrf" value="${context.signedIn === null ? '' : maskSecret(context.signedIn.csrf)}">`;

export interface ButtonFormOptions {
  action: string;
  text: string;
  /** Looks of the button. */
  kind?: 'plain' | 'primary' | 'danger' | 'link';
  fields?: Record<string, string>;
  /** What a screen reader says where the text alone is not enough. */
  label?: string;
}

/** A button that posts; works without scripts. */
export const buttonForm = (
  context: PageContext,
  { action, text, kind = 'plain', fields = {}, label }: ButtonFormOptions,
) => html`
<form class="button-form" method="post" action="${action}">${csrfField(context)}${Object.entries(fields).map(
  ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
)}<button class="${kind}"${label !== undefined && html` aria-label="${label}"`}>${text}</button></form>`;

export interface FieldOptions {
  name: string;
  /** Where a page has several of one name; default the name. */
  id?: string;
  label: string;
  value?: string;
  type?: 'text' | 'password' | 'number' | 'date' | 'search';
  hint?: string;
  required?: boolean;
  autocomplete?: string;
  minlength?: number;
  maxlength?: number;
  min?: number;
  max?: number;
  placeholder?: string;
  /** The error of the last attempt. */
  error?: string | undefined;
  autofocus?: boolean;
}

const attribute = (name: string, value: string | number | undefined) =>
  value !== undefined && html` ${name}="${value}"`;

/** A labelled text field with its hint and error. */
export const field = (options: FieldOptions): SafeHtml => {
  const { name, id = name, label, value, type = 'text', hint, error, required, autofocus } = options;
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return html`
<div class="field">
  <label for="${id}">${label}</label>
  <input id="${id}" name="${name}" type="${type}"${attribute('value', value)}${attribute('autocomplete', options.autocomplete)}${attribute('minlength', options.minlength)}${attribute('maxlength', options.maxlength)}${attribute('min', options.min)}${attribute('max', options.max)}${attribute('placeholder', options.placeholder)}${required && html` required`}${autofocus && html` autofocus`}${described !== '' && html` aria-describedby="${described}"`}${error && html` aria-invalid="true"`}>
  ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
  ${error && html`<p class="error" id="${id}-error">${error}</p>`}
</div>`;
};

export interface SelectOptions {
  name: string;
  id?: string;
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  hint?: string;
}

/** A labelled choice. */
export const select = ({ name, id = name, label, value, options, hint }: SelectOptions): SafeHtml => html`
<div class="field">
  <label for="${id}">${label}</label>
  <select id="${id}" name="${name}"${hint && html` aria-describedby="${id}-hint"`}>${options.map(
    ([key, text]) => html`<option value="${key}"${key === value && html` selected`}>${text}</option>`,
  )}</select>
  ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
</div>`;

/** A labelled box to tick. */
export const checkbox = ({ name, label, checked }: { name: string; label: string; checked: boolean }): SafeHtml => html`
<label class="check"><input type="checkbox" name="${name}" value="yes"${checked && html` checked`}> ${label}</label>`;
