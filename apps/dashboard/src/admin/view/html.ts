const brand = Symbol('safe');

/** Text that is HTML: only `html` makes it. */
export interface SafeHtml {
  readonly [brand]: string;
}

/** What may stand in a template: text is escaped, lists are joined, nothing is written for what is absent. */
export type Content = SafeHtml | string | number | null | undefined | false | readonly Content[];

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Everything interpolated is escaped, in text and in quoted attributes; the template's own text is not. */
export const html = (strings: TemplateStringsArray, ...values: Content[]): SafeHtml => ({
  [brand]: strings.reduce((text, string, index) => text + write(values[index - 1]) + string),
});

/** The markup itself, for the response. */
export const markup = (safe: SafeHtml): string => safe[brand];

const write = (content: Content): string => {
  if (content === null || content === undefined || content === false) return '';
  if (typeof content === 'string') return content.replace(/[&<>"']/g, (letter) => escapes[letter] ?? '');
  if (typeof content === 'number') return String(content);
  return brand in content ? content[brand] : content.map(write).join('');
};
