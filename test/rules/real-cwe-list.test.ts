/**
 * The reader on the real CWE list, where there is a copy: PURPCODE_DATA names a data folder with `cwe/cwec_*.xml.gz`.
 * The other side of the comparison is a walk over the tags by a regular expression: no code of ours, no XML library.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { CweWeakness } from '../../src/rules/cwe-catalog.ts';
import { readCweXml } from '../../src/rules/cwe-xml.ts';

const folder = join(process.env.PURPCODE_DATA ?? '', 'cwe');
const file = existsSync(folder)
  ? readdirSync(folder).find((name) => /^cwec_.*\.xml(?:\.gz)?$/.test(name))
  : undefined;
const path = join(folder, file ?? '');
const missing =
  process.env.PURPCODE_DATA === undefined
    ? 'PURPCODE_DATA names no data folder'
    : file === undefined && `${folder} holds no CWE list`;

/** Said of the entry, not of the weakness; the reader leaves it out on purpose. */
const LEFT_OUT = /^(?:Content_History|References|Taxonomy_Mappings|Related_Attack_Patterns)\b|\/References\b/;

/** Texts of the elements by their path below the weakness, in order; of marked attributes by path@name. */
type Texts = Map<string, string[]>;

function walk(xml: string): { attributes: string; texts: Texts }[] {
  const weaknesses: { attributes: string; texts: Texts }[] = [];
  let path: string[] = [];
  const [start, end] = [xml.indexOf('<Weaknesses>') + '<Weaknesses>'.length, xml.indexOf('</Weaknesses>')];
  for (const [, close, tag, attributes = '', empty, text] of xml
    .slice(start, end)
    .matchAll(/<(\/?)([\w:]+)((?:\s[^<>]*?)?)(\/?)>|([^<]+)/g)) {
    const texts = weaknesses.at(-1)?.texts;
    if (text !== undefined) append(texts, path, text);
    else if (tag === 'xhtml:img') append(texts, path, /alt="([^"]*)"/.exec(attributes)?.[1] ?? '');
    else if (tag === 'Weakness' && close === '') {
      weaknesses.push({ attributes, texts: new Map() });
      path = [];
    } else if (tag!.startsWith('xhtml:') || weaknesses.length === 0) continue;
    else if (close === '/') path.pop();
    else {
      path.push(tag!);
      const key = path.join('/');
      texts!.set(key, [...(texts!.get(key) ?? []), '']);
      for (const [, name, value] of attributes.matchAll(/([\w:]+)="([^"]*)"/g)) {
        const at = `${key}@${name}`;
        texts!.set(at, [...(texts!.get(at) ?? []), value!]);
      }
      if (empty === '/') path.pop();
    }
  }
  return weaknesses;
}

function append(texts: Texts | undefined, path: readonly string[], text: string): void {
  const list = texts?.get(path.join('/'));
  if (list === undefined) assert.match(text, /^\s*$/, `text outside of an element: ${text}`);
  else list[list.length - 1] += text;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Without white space and without the marks that stand for markup (dash, bar, caret). */
function bare(text: string): string {
  return text.replace(/[\s|^-]+/g, '');
}

function decoded(text: string): string {
  return text.replace(
    /&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      return decimal === undefined ? (ENTITIES[name ?? ''] ?? whole) : String.fromCodePoint(Number(decimal));
    },
  );
}

/** What the reader has under the same paths. */
function ours(w: CweWeakness): Record<string, readonly (string | undefined)[]> {
  const parts = w.examples.flatMap((example) => example.parts);
  const code = parts.filter((part) => part.kind === 'code');
  return {
    Description: [w.description],
    Extended_Description: [w.extendedDescription],
    'Background_Details/Background_Detail': w.background,
    'Alternate_Terms/Alternate_Term/Term': w.alternateTerms.map(({ term }) => term),
    'Alternate_Terms/Alternate_Term/Description': w.alternateTerms.map(({ description }) => description),
    'Modes_Of_Introduction/Introduction/Phase': w.introductions.map(({ phase }) => phase),
    'Modes_Of_Introduction/Introduction/Note': w.introductions.map(({ note }) => note),
    Likelihood_Of_Exploit: [w.likelihoodOfExploit],
    'Common_Consequences/Consequence/Scope': w.consequences.flatMap(({ scopes }) => scopes),
    'Common_Consequences/Consequence/Impact': w.consequences.flatMap(({ impacts }) => impacts),
    'Common_Consequences/Consequence/Likelihood': w.consequences.map(({ likelihood }) => likelihood),
    'Common_Consequences/Consequence/Note': w.consequences.map(({ note }) => note),
    'Potential_Mitigations/Mitigation/Phase': w.mitigations.flatMap(({ phases }) => phases),
    'Potential_Mitigations/Mitigation/Strategy': w.mitigations.map(({ strategy }) => strategy),
    'Potential_Mitigations/Mitigation/Description': w.mitigations.map(({ description }) => description),
    'Potential_Mitigations/Mitigation/Effectiveness': w.mitigations.map((m) => m.effectiveness),
    'Potential_Mitigations/Mitigation/Effectiveness_Notes': w.mitigations.map((m) => m.effectivenessNotes),
    'Detection_Methods/Detection_Method/Method': w.detections.map(({ method }) => method),
    'Detection_Methods/Detection_Method/Description': w.detections.map(({ description }) => description),
    'Detection_Methods/Detection_Method/Effectiveness': w.detections.map((d) => d.effectiveness),
    'Detection_Methods/Detection_Method/Effectiveness_Notes': w.detections.map((d) => d.effectivenessNotes),
    'Demonstrative_Examples/Demonstrative_Example/Intro_Text+Body_Text': parts.flatMap((part) =>
      part.kind === 'text' ? [part.text] : [],
    ),
    'Demonstrative_Examples/Demonstrative_Example/Example_Code': code.map((part) => part.code),
    'Demonstrative_Examples/Demonstrative_Example/Example_Code@Nature': code.map((part) => part.nature),
    'Demonstrative_Examples/Demonstrative_Example/Example_Code@Language': code.map((part) => part.language),
    'Observed_Examples/Observed_Example/Reference': w.observed.map(({ reference }) => reference),
    'Observed_Examples/Observed_Example/Description': w.observed.map(({ description }) => description),
    'Observed_Examples/Observed_Example/Link': w.observed.map(({ link }) => link),
    'Weakness_Ordinalities/Weakness_Ordinality/Ordinality': w.ordinalities.map((o) => o.ordinality),
    'Weakness_Ordinalities/Weakness_Ordinality/Description': w.ordinalities.map((o) => o.description),
    'Affected_Resources/Affected_Resource': w.affectedResources,
    'Functional_Areas/Functional_Area': w.functionalAreas,
    'Notes/Note': w.notes.map(({ text }) => text),
    'Notes/Note@Type': w.notes.map(({ kind }) => kind),
    'Mapping_Notes/Usage': [w.mapping.usage],
    'Mapping_Notes/Rationale': [w.mapping.rationale],
    'Mapping_Notes/Comments': [w.mapping.comments],
    'Mapping_Notes/Reasons/Reason@Type': w.mapping.reasons,
    'Mapping_Notes/Suggestions/Suggestion@CWE_ID': w.mapping.suggestions.map(({ cwe }) => String(cwe)),
    'Mapping_Notes/Suggestions/Suggestion@Comment': w.mapping.suggestions.map(({ comment }) => comment),
  };
}

describe('the real CWE list', { skip: missing }, () => {
  let weaknesses: readonly CweWeakness[] = [];
  let raw: readonly { attributes: string; texts: Texts }[] = [];
  before(async () => {
    weaknesses = (await readCweXml(path)).weaknesses;
    const bytes = readFileSync(path);
    raw = walk((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
  });

  it('has at least 900 weaknesses, as many as the XML', () => {
    assert.ok(weaknesses.length >= 900, String(weaknesses.length));
    assert.equal(weaknesses.length, raw.length);
  });

  it('loses no text of any entry, field by field', () => {
    let fields = 0;
    for (const [at, weakness] of weaknesses.entries()) {
      const { attributes, texts } = raw[at]!;
      assert.match(attributes, new RegExp(`\\bID="${weakness.id}"`));
      assert.ok(decoded(attributes).includes(`Name="${weakness.name}"`), weakness.name);
      const intro = texts.get('Demonstrative_Examples/Demonstrative_Example/Intro_Text');
      const read = ours(weakness);
      for (const [field, values] of Object.entries(read)) {
        const expected = field.endsWith('+Body_Text') ? undefined : (texts.get(field) ?? []);
        const present = values.filter((value) => value !== undefined).map(bare);
        if (expected === undefined) {
          const body = texts.get('Demonstrative_Examples/Demonstrative_Example/Body_Text') ?? [];
          const all = [...(intro ?? []), ...body].map((text) => bare(decoded(text)));
          assert.deepEqual([...present].sort(), all.sort(), `CWE-${weakness.id} ${field}`);
        } else {
          assert.deepEqual(
            present,
            expected.map((text) => bare(decoded(text))),
            `CWE-${weakness.id} ${field}`,
          );
        }
        fields += present.length;
      }
      for (const [key, values] of texts) {
        const isRead = key in read || /\/(?:Intro|Body)_Text$/.test(key);
        if (isRead || LEFT_OUT.test(key) || key.includes('@')) continue;
        assert.equal(bare(values.join('')), '', `nobody reads ${key} of CWE-${weakness.id}`);
      }
    }
    assert.ok(fields > 20 * weaknesses.length, String(fields));
  });
});
