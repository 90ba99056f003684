/** The shipped table of weaknesses: MITRE's CWE list reduced to what prompts, reports and commands need. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ConfigError, IoError, messageOf } from '../errors.ts';
import type { CweCatalog, CweWeakness } from './cwe-catalog.ts';

const rowSchema = z.strictObject({
  id: z.int().positive(),
  name: z.string(),
  /** One paragraph. */
  description: z.string(),
  /** Pillar, Class, Base, Variant or Compound. */
  abstraction: z.string(),
  /** Stable, Draft, Incomplete or Deprecated. */
  status: z.string(),
  /** Allowed, Allowed-with-Review, Discouraged or Prohibited. */
  mapping: z.string(),
});

const fileSchema = z.strictObject({
  /** Copyright and licence of the list; MITRE's terms ask that every copy carries them. */
  notice: z.string(),
  version: z.string(),
  date: z.string(),
  weaknesses: z.array(rowSchema),
});

export type CweTableFile = z.infer<typeof fileSchema>;

export interface CweEntry extends z.infer<typeof rowSchema> {
  /** No longer a weakness of its own; never used to build prompts. */
  readonly deprecated: boolean;
  /** MITRE advises against mapping vulnerabilities to it (too general, or a category in disguise). */
  readonly discouraged: boolean;
  /** All that the list says of it; absent in the shipped table. */
  readonly full?: CweWeakness;
}

/** The weaknesses by number. */
export interface CweTable {
  readonly version: string;
  readonly notice: string;
  /** In ascending order of number. */
  readonly entries: readonly CweEntry[];
  get(cwe: number): CweEntry | undefined;
}

/** Reproduced as https://cwe.mitre.org/about/termsofuse.html asks. */
function noticeFor(catalog: CweCatalog): string {
  return (
    `Derived from the CWE list version ${catalog.version} (https://cwe.mitre.org). ` +
    `Copyright © 2006–${catalog.date.slice(0, 4)}, The MITRE Corporation. ` +
    'CWE and the CWE logo are trademarks of The MITRE Corporation. ' +
    'The MITRE Corporation hereby grants you a non-exclusive, royalty-free license to use CWE for research, ' +
    'development, and commercial purposes. Any copy you make for such purposes is authorized on the ' +
    "condition that you reproduce MITRE's copyright designation and this license in any such copy. " +
    'The information is provided on an "as is" basis without warranty of any kind.'
  );
}

/** Descriptions, names and mapping advice only: the shipped asset. */
export function compactCweTable(catalog: CweCatalog): CweTableFile {
  return {
    notice: noticeFor(catalog),
    version: catalog.version,
    date: catalog.date,
    weaknesses: catalog.weaknesses
      .map(({ id, name, description, abstraction, status, mapping }) => ({
        id,
        name,
        description: description.replaceAll('\n', ' '),
        abstraction,
        status,
        mapping: mapping.usage,
      }))
      .sort((a, b) => a.id - b.id),
  };
}

let shipped: CweTable | undefined;

/**
 * The table that comes with the package, read once.
 * @throws IoError or ConfigError if the asset is missing or damaged (a broken installation).
 */
export function loadCweTable(): CweTable {
  shipped ??= readTable(findAsset('cwe.json'));
  return shipped;
}

function readTable(path: string): CweTable {
  let file: CweTableFile;
  try {
    file = fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new ConfigError(`the table of weaknesses ${path} is damaged: ${messageOf(cause)}`, {
      cause,
      hint: 'install purpcode again, or run scripts/build-cwe-table.ts',
    });
  }
  return tableOf(file);
}

/** @param weaknesses the list that the table was made from, if it is at hand. */
export function tableOf(file: CweTableFile, weaknesses: readonly CweWeakness[] = []): CweTable {
  const full = new Map(weaknesses.map((weakness) => [weakness.id, weakness]));
  const entries = file.weaknesses.map((row): CweEntry => {
    const details = full.get(row.id);
    return {
      ...row,
      deprecated: row.status === 'Deprecated' || row.status === 'Obsolete',
      discouraged: row.mapping === 'Discouraged' || row.mapping === 'Prohibited',
      ...(details !== undefined && { full: details }),
    };
  });
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  return { version: file.version, notice: file.notice, entries, get: (cwe) => byId.get(cwe) };
}

/** Looks for `assets/` in the folders above this module: the depth differs between source and built package. */
function findAsset(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let depth = 0; depth < 4; depth++) {
    const path = join(folder, 'assets', name);
    if (existsSync(path)) return path;
    folder = dirname(folder);
  }
  throw new IoError(`assets/${name} is missing from this installation`, { hint: 'install purpcode again' });
}
