import { expect, test } from 'vitest';
import { html, markup } from './html.js';

test('whatever is interpolated is text, also in attributes', () => {
  const hostile = `"><script>alert('&')</script>`;
  expect(markup(html`<p title="${hostile}">${hostile}</p>`)).toBe(
    '<p title="&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;">&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;</p>',
  );
});

test('templates nest, lists are joined, what is absent leaves nothing', () => {
  expect(markup(html`<ul>${[1, '<'].map((item) => html`<li>${item}</li>`)}${null}${false}${undefined}${0}</ul>`)).toBe(
    '<ul><li>1</li><li>&lt;</li>0</ul>',
  );
});

test('an object that looks like safe HTML is not taken for it', () => {
  const forged = JSON.parse('{"safe":"<b>"}') as never;
  expect(() => markup(html`${forged}`)).toThrow();
});
