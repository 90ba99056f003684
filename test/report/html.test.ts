import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeHtml, Html, html, styleElement, visibleText } from '../../src/report/html.ts';

test('text and attribute values are escaped, markup of the template is not', () => {
  const hostile = `</script><img src=x onerror="alert('1')">&\``;
  assert.equal(
    html`<p title="${hostile}">${hostile}</p>`.toString(),
    '<p title="&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;&#96;">' +
      '&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;&#96;</p>',
  );
  assert.equal(escapeHtml('a & b'), 'a &amp; b');
});

test('markup nests without being escaped again; lists join; nothing renders as nothing', () => {
  const items = ['<', 2].map((item) => html`<li>${item}</li>`);
  assert.equal(
    html`<ul>${items}${null}${undefined}${false}</ul>${0}`.toString(),
    '<ul><li>&lt;</li><li>2</li></ul>0',
  );
});

test('a value where escaping does not protect is refused', () => {
  const value = 'x onerror=alert(1)';
  assert.throws(() => html`<p title=${value}>`, TypeError);
  assert.throws(() => html`<p ${value}>`, TypeError);
  assert.throws(() => html`<${value}>`, TypeError);
  assert.throws(() => html`<p class="a" ${value}>`, TypeError);
  assert.throws(() => html`<script>${value}</script>`, TypeError);
  assert.throws(() => html`<style>b{color:${value}}</style>`, TypeError);
  assert.throws(() => styleElement('</style><script>'), TypeError);
  assert.equal(html`<style>b{}</style>${'<b>'}`.toString(), '<style>b{}</style>&lt;b&gt;');
});

test('nobody else can call a string markup', () => {
  const forge = Html as unknown as new (token: symbol, markup: string) => Html;
  assert.throws(() => new forge(Symbol('html'), '<script>'), TypeError);
  const lookalike = { toString: () => '<script>' } as unknown as Html;
  assert.equal(html`${lookalike}`.toString(), '');
});

test('characters that hide something are spelt out', () => {
  const mark = (code: string) => `<span class="invisible" title="invisible character">U+${code}</span>`;
  assert.equal(
    visibleText('a\u202Eb\u200B\0<').toString(),
    `a${mark('202E')}b${mark('200B')}${mark('0000')}&lt;`,
  );
  assert.equal(visibleText('tab\tand ünïcode').toString(), 'tab\tand ünïcode');
});
