/**
 * The frame of every page: one file that needs nothing else, no script, no network. Its policy (CSP level 3) allows
 * inline styles and nothing more, so that markup which got past escaping would still do nothing.
 */
import { type Html, html, styleElement } from './html.ts';

export function htmlPage(page: {
  readonly title: string;
  readonly styles: string;
  readonly body: Html;
}): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${page.title}</title>
${styleElement(page.styles)}
</head>
<body>
${page.body}
</body>
</html>
`.toString();
}

/** A link to each section that is there. */
export function navigation(
  sections: readonly (readonly [id: string, name: string, ...rest: unknown[]])[],
): Html {
  return html`<nav aria-label="Sections"><ul>${sections.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>`;
}
