/**
 * Reader of MITRE's CWE list in its XML form (schema 7.x), plain or gzipped: https://cwe.mitre.org/data/downloads.html
 */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { ConfigError, IoError, messageOf } from '../errors.ts';
import { type CweTable, compactCweTable, tableOf } from './cwe.ts';
import type { CweCatalog } from './cwe-catalog.ts';
import { weaknessOf } from './cwe-weakness.ts';
import { attributeOf, childrenOf, tagOf, type XmlNode } from './xhtml-text.ts';

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

/** The table of a CWE list file, each entry with all that the list says of it. @throws as `readCweXml`. */
export async function readCweTable(file: string): Promise<CweTable> {
  const catalog = await readCweXml(file);
  return tableOf(compactCweTable(catalog), catalog.weaknesses);
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
    .map((node) => weaknessOf(node, (reason) => damaged(file, reason)));
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

function damaged(file: string, reason: string, cause?: unknown): ConfigError {
  return new ConfigError(`${file} is not a CWE list that can be read: ${reason}`, {
    cause,
    hint: 'download the list again from https://cwe.mitre.org/data/downloads.html',
  });
}
