/** Escapes what Telegram's HTML mode would read as markup (core.telegram.org/bots/api#html-style). */
export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Bold text from anything. */
export const bold = (text: string): string => `<b>${escapeHtml(text)}</b>`;

/** What a reader sees of such HTML. */
export const plainText = (html: string): string =>
  html
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
