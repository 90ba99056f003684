/** Security advisories in the OSV schema 1.x (https://ossf.github.io/osv-schema/). */
import { statSync } from 'node:fs';
import { z } from 'zod';
import { cweNumbersIn } from './cwe-number.ts';
import type { DataFile } from './data-file.ts';
import {
  describeFault,
  type Row,
  type RowProblem,
  type Rows,
  readJsonFolder,
  readJsonLines,
  readJsonRows,
} from './rows.ts';

export const OSV_FOLDER: DataFile = {
  path: 'osv',
  folder: true,
  licence: 'by source: CC-BY-4.0 (GitHub, PyPA), others at osv.dev',
  attribution: 'osv.dev; archives of its folders by ecosystem are at https://google.github.io/osv.dev/data/',
};

const event = z.object({ introduced: z.string().optional(), fixed: z.string().optional() });
const affectedPackage = z.object({
  package: z.object({ ecosystem: z.string(), name: z.string() }).optional(),
  ranges: z
    .array(z.object({ type: z.string(), repo: z.string().optional(), events: z.array(event).default([]) }))
    .default([]),
  database_specific: z.unknown().optional(),
});

/** A commit that mends the weakness: its parent has the weakness still. */
export interface FixCommit {
  /** Of the repository, without `.git`: https://github.com/owner/name. */
  readonly repository: string;
  readonly commit: string;
  readonly url: string;
}

const advisoryRow = z
  .object({
    id: z.string().min(1),
    modified: z.string().optional(),
    published: z.string().optional(),
    withdrawn: z.string().optional(),
    aliases: z.array(z.string()).nullish(),
    summary: z.string().nullish(),
    details: z.string().nullish(),
    severity: z.array(z.object({ type: z.string(), score: z.string() })).nullish(),
    affected: z.array(affectedPackage).nullish(),
    references: z.array(z.object({ type: z.string(), url: z.string() })).nullish(),
    database_specific: z.unknown().optional(),
  })
  .transform((row) => {
    const affected = row.affected ?? [];
    const references = row.references ?? [];
    return {
      id: row.id,
      aliases: row.aliases ?? [],
      summary: row.summary ?? '',
      details: row.details ?? '',
      severity: row.severity ?? [],
      withdrawn: row.withdrawn !== undefined,
      packages: affected.flatMap((entry) => (entry.package === undefined ? [] : [entry.package])),
      cwes: [...new Set([row, ...affected].flatMap(({ database_specific }) => cwesOf(database_specific)))],
      references,
      fixes: distinctFixes([
        ...references.flatMap(({ type, url }) => (type === 'FIX' || type === 'WEB' ? commitOf(url) : [])),
        ...affected.flatMap(({ ranges }) => ranges.flatMap(rangeFixes)),
      ]),
    };
  });
export type Advisory = z.infer<typeof advisoryRow>;

/** `cwe_ids` (GitHub) or `cwes: [{ cweId }]` (npm, Go). */
function cwesOf(specific: unknown): number[] {
  const parsed = z
    .object({ cwe_ids: z.unknown().optional(), cwes: z.unknown().optional() })
    .safeParse(specific);
  if (!parsed.success) return [];
  return cweNumbersIn(JSON.stringify([parsed.data.cwe_ids ?? [], parsed.data.cwes ?? []]));
}

const COMMIT_URL = /^(https:\/\/[^\s?#]+?)(?:\.git)?\/(?:-\/)?commits?\/([0-9a-f]{7,40})(?:[.?#/].*)?$/;

function commitOf(url: string): FixCommit[] {
  const match = COMMIT_URL.exec(url);
  if (match === null) return [];
  return [{ repository: match[1]!.replace(/\/pull\/\d+$/, ''), commit: match[2]!, url }];
}

function rangeFixes({ type, repo, events }: z.infer<typeof affectedPackage>['ranges'][number]): FixCommit[] {
  if (type !== 'GIT' || repo === undefined) return [];
  const repository = repo.replace(/\.git$/, '').replace(/\/$/, '');
  return events.flatMap(({ fixed }) =>
    fixed === undefined ? [] : [{ repository, commit: fixed, url: `${repository}/commit/${fixed}` }],
  );
}

function distinctFixes(fixes: readonly FixCommit[]): FixCommit[] {
  return [...new Map(fixes.map((fix) => [`${fix.repository}@${fix.commit}`, fix])).values()];
}

const FORMAT = {
  name: 'OSV advisories',
  expected: 'objects of the OSV schema: { id, summary, details, affected, references, database_specific }',
  schema: advisoryRow,
};

/** One advisory that does not come from a file. @param place names it in messages. */
export function checkAdvisory(place: string, value: unknown): Row<Advisory> | RowProblem {
  const parsed = advisoryRow.safeParse(value);
  return parsed.success ? { place, value: parsed.data } : { place, reason: describeFault(parsed.error) };
}

/** One advisory, a list of them, JSON lines, or a folder of `.json` files. @throws ConfigError, IoError */
export function readAdvisories(path: string): Rows<Advisory> {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return readJsonFolder(path, FORMAT);
  if (/\.jsonl(\.gz)?$/.test(path)) return readJsonLines(path, FORMAT);
  return readJsonRows(path, FORMAT, (document) => (Array.isArray(document) ? document : [document]));
}
