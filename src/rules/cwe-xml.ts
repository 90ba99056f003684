/**
 * Reader of MITRE's CWE list in its XML form (schema 7.x), plain or gzipped: https://cwe.mitre.org/data/downloads.html
 */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { ConfigError, IoError, messageOf } from '../errors.ts';
import { attributeOf, childrenOf, codeOf, proseOf, tagOf, type XmlNode } from './xhtml-text.ts';

export interface CweCatalog {
  /** Of the list, e.g. `4.15`. */
  readonly version: string;
  /** ISO date of that version. */
  readonly date: string;
  readonly weaknesses: readonly CweWeakness[];
}

export interface CweWeakness {
  readonly id: number;
  readonly name: string;
  /** Pillar, Class, Base, Variant or Compound. */
  readonly abstraction: string;
  /** Stable, Draft, Incomplete, Deprecated ... */
  readonly status: string;
  readonly description: string;
  readonly extendedDescription?: string;
  readonly examples: readonly CweExample[];
  readonly consequences: readonly CweConsequence[];
  readonly mapping: CweMapping;
  /** CWE numbers this weakness is a child of, in the research view (1000). */
  readonly parents: readonly number[];
}

/** A demonstrative example: prose and code in the order of the original. */
export interface CweExample {
  readonly parts: readonly (
    | { readonly kind: 'text'; readonly text: string }
    | {
        readonly kind: 'code';
        /** Bad, Good, Attack, Informative, Mitigation or Result. */
        readonly nature: string;
        readonly language?: string;
        readonly code: string;
      }
  )[];
}

export interface CweConsequence {
  readonly scopes: readonly string[];
  readonly impacts: readonly string[];
  readonly likelihood?: string;
  readonly note?: string;
}

/** MITRE's advice on mapping a real vulnerability to this entry. */
export interface CweMapping {
  /** Allowed, Allowed-with-Review, Discouraged or Prohibited; empty if the list does not say. */
  readonly usage: string;
  readonly rationale?: string;
  readonly comments?: string;
}

/**
 * Reads a CWE list file (`.xml` or `.xml.gz`, told apart by content).
 * @throws IoError if it cannot be read, ConfigError (with the file and the reason) if it is no CWE list.
 */
export async function readCweXml(file: string): Promise<CweCatalog> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new IoError(`cannot read the CWE list ${file}: ${messageOf(cause)}`, {
      cause,
      hint: 'download it from https://cwe.mitre.org/data/downloads.html',
    });
  }
  return parseCweXml(decompressed(bytes, file), file);
}

/** @param file named in errors. */
export function parseCweXml(xml: string, file: string): CweCatalog {
  const valid = XMLValidator.validate(xml);
  if (valid !== true)
    throw damaged(file, `${valid.err.msg} (line ${valid.err.line}, column ${valid.err.col})`);
  const root = parsedRoot(xml, file);
  const section = childrenOf(root).find((node) => tagOf(node) === 'Weaknesses');
  if (section === undefined) throw damaged(file, 'it has no <Weaknesses>');
  const weaknesses = childrenOf(section)
    .filter((node) => tagOf(node) === 'Weakness')
    .map((node) => weaknessOf(node, file));
  if (weaknesses.length === 0) throw damaged(file, 'it lists no weakness');
  return {
    version: attributeOf(root, 'Version') ?? '',
    date: attributeOf(root, 'Date') ?? '',
    weaknesses,
  };
}

function decompressed(bytes: Buffer, file: string): string {
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(gzipped ? gunzipSync(bytes) : bytes);
  } catch (cause) {
    throw damaged(
      file,
      gzipped ? `it does not decompress: ${messageOf(cause)}` : 'it is not UTF-8 text',
      cause,
    );
  }
}

function parsedRoot(xml: string, file: string): XmlNode {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    trimValues: false,
    parseTagValue: false,
    // Numeric character references are decoded only together with the named entities of HTML.
    htmlEntities: true,
  });
  let nodes: readonly XmlNode[];
  try {
    nodes = parser.parse(xml) as readonly XmlNode[];
  } catch (cause) {
    throw damaged(file, messageOf(cause), cause);
  }
  const root = nodes.find((node) => tagOf(node) === 'Weakness_Catalog');
  if (root === undefined) throw damaged(file, 'its root is not <Weakness_Catalog>');
  return root;
}

function weaknessOf(node: XmlNode, file: string): CweWeakness {
  const idText = attributeOf(node, 'ID') ?? '';
  if (!/^[1-9]\d*$/.test(idText)) throw damaged(file, `a <Weakness> has the ID "${idText}"`);
  const id = Number(idText);
  const name = attributeOf(node, 'Name') ?? '';
  const description = text(node, 'Description');
  if (name === '' || description === undefined)
    throw damaged(file, `CWE-${id} has no ${name === '' ? 'Name' : 'Description'}`);
  const extendedDescription = text(node, 'Extended_Description');
  return {
    id,
    name,
    abstraction: attributeOf(node, 'Abstraction') ?? '',
    status: attributeOf(node, 'Status') ?? '',
    description,
    ...(extendedDescription !== undefined && { extendedDescription }),
    examples: listOf(node, 'Demonstrative_Examples', 'Demonstrative_Example').map(exampleOf),
    consequences: listOf(node, 'Common_Consequences', 'Consequence').map(consequenceOf),
    mapping: mappingOf(node),
    parents: parentsOf(node),
  };
}

function exampleOf(node: XmlNode): CweExample {
  const parts = childrenOf(node).flatMap((part): CweExample['parts'] => {
    const tag = tagOf(part);
    if (tag === 'Intro_Text' || tag === 'Body_Text')
      return [{ kind: 'text', text: proseOf(childrenOf(part)) }];
    if (tag !== 'Example_Code') return [];
    const language = attributeOf(part, 'Language');
    const code = codeOf(childrenOf(part));
    const nature = attributeOf(part, 'Nature') ?? '';
    return [{ kind: 'code', nature, ...(language !== undefined && { language }), code }];
  });
  return { parts };
}

function consequenceOf(node: XmlNode): CweConsequence {
  const likelihood = text(node, 'Likelihood');
  const note = text(node, 'Note');
  return {
    scopes: texts(node, 'Scope'),
    impacts: texts(node, 'Impact'),
    ...(likelihood !== undefined && { likelihood }),
    ...(note !== undefined && { note }),
  };
}

function mappingOf(weakness: XmlNode): CweMapping {
  const notes = childrenOf(weakness).find((child) => tagOf(child) === 'Mapping_Notes');
  if (notes === undefined) return { usage: '' };
  const rationale = text(notes, 'Rationale');
  const comments = text(notes, 'Comments');
  return {
    usage: text(notes, 'Usage') ?? '',
    ...(rationale !== undefined && { rationale }),
    ...(comments !== undefined && { comments }),
  };
}

function parentsOf(weakness: XmlNode): number[] {
  return listOf(weakness, 'Related_Weaknesses', 'Related_Weakness')
    .filter((node) => attributeOf(node, 'Nature') === 'ChildOf' && attributeOf(node, 'View_ID') === '1000')
    .map((node) => Number(attributeOf(node, 'CWE_ID')));
}

function listOf(node: XmlNode, list: string, item: string): XmlNode[] {
  return childrenOf(node)
    .filter((child) => tagOf(child) === list)
    .flatMap((child) => childrenOf(child).filter((inner) => tagOf(inner) === item));
}

function texts(node: XmlNode, tag: string): string[] {
  return childrenOf(node)
    .filter((child) => tagOf(child) === tag)
    .map((child) => proseOf(childrenOf(child)));
}

function text(node: XmlNode, tag: string): string | undefined {
  return texts(node, tag)[0];
}

function damaged(file: string, reason: string, cause?: unknown): ConfigError {
  return new ConfigError(`${file} is not a CWE list that can be read: ${reason}`, {
    cause,
    hint: 'download the list again from https://cwe.mitre.org/data/downloads.html',
  });
}
