/**
 * HTML that escapes by default. What a model wrote is hostile (SPEC "Oracles"): the only way from a value to
 * markup is the `html` template, which escapes everything it is given; only its own literal parts are markup.
 */
import { stripInvisible } from '../transcripts/format.ts';

const MADE_HERE = Symbol('html');

/** Finished markup; only this module can make it. */
export class Html {
  readonly #markup: string;

  constructor(token: typeof MADE_HERE, markup: string) {
    if (token !== MADE_HERE) throw new TypeError('markup is made by the html template only');
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

/** `false`, `null` and `undefined` render as nothing, lists without separators. */
export type Renderable = Html | string | number | false | null | undefined | readonly Renderable[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => ENTITIES[character]!);
}

function render(value: Renderable): string {
  if (value instanceof Html) return value.toString();
  if (Array.isArray(value)) return value.map((part: Renderable) => render(part)).join('');
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return '';
}

/**
 * Markup with values in text or in quoted attributes.
 * @throws TypeError for a value where escaping does not protect: in an unquoted attribute, a tag's name, or a
 * script or style element.
 */
export function html(literals: TemplateStringsArray, ...values: readonly Renderable[]): Html {
  let before = '';
  let markup = '';
  for (const [index, literal] of literals.entries()) {
    before += literal;
    markup += literal;
    if (index === values.length) break;
    assertEscapable(before);
    markup += render(values[index]);
    before += '\0';
  }
  return new Html(MADE_HERE, markup);
}

function assertEscapable(before: string): void {
  const tag = before.slice(before.lastIndexOf('<'));
  const inTag = tag.startsWith('<') && !tag.includes('>');
  if (inTag && (tag.split('"').length - 1) % 2 === 0) {
    throw new TypeError(`a value needs text or a double-quoted attribute around it: ${tag}`);
  }
  const element = /<(script|style)\b[^>]*>(?:(?!<\/\1).)*$/is.exec(before);
  if (element !== null) throw new TypeError(`no value may stand in a ${element[1]} element`);
}

/** A style element. `css` is ours, never text of a model. */
export function styleElement(css: string): Html {
  if (css.includes('</')) throw new TypeError('a style sheet cannot close its element');
  return new Html(MADE_HERE, `<style>${css}</style>`);
}

/**
 * Hostile text for people to read: characters that show nothing, or turn the direction of writing, are spelt out,
 * so that what is seen is what was written.
 */
export function visibleText(text: string): Html {
  if (stripInvisible(text) === text) return html`${text}`;
  const parts = [...text].map((character): Renderable => {
    if (stripInvisible(character) !== '') return character;
    const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    return html`<span class="invisible" title="invisible character">U+${code}</span>`;
  });
  return html`${parts}`;
}
