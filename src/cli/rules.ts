/** `purpcode rules`: the weaknesses that the project knows, and what finds them. */
import { Command } from 'commander';
import { ConfigError } from '../errors.ts';
import { RUFF_RULES } from '../oracles/code-security/ruff-rules.ts';
import type { Severity } from '../oracles/verdict.ts';
import { type CweEntry, type CweTable, loadCweTable } from '../rules/cwe.ts';

/** An analyser rule that detects a weakness. */
interface Detector {
  readonly analyser: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly help: string;
  /** The weakness is the first, most telling one that the rule is mapped to. */
  readonly primary: boolean;
}

export function rulesCommand(): Command {
  const rules = new Command('rules').description(
    'weaknesses of the CWE list and the analyser rules that find them',
  );
  rules
    .command('list')
    .description('weaknesses that an analyser rule finds')
    .option('--all', 'every weakness of the list')
    .option('--json', 'for machines')
    .action((options: { all?: boolean; json?: boolean }) => {
      const rows = listedWeaknesses(loadCweTable(), options.all ?? false);
      if (options.json) console.log(JSON.stringify(rows, undefined, 2));
      else for (const row of rows) console.log(listLine(row));
    });
  rules
    .command('show')
    .description('one weakness: what it is and what finds it')
    .argument('<id>', 'such as CWE-89')
    .option('--json', 'for machines')
    .action((id: string, options: { json?: boolean }) => {
      const table = loadCweTable();
      const weakness = weaknessOf(findCwe(table, id));
      console.log(options.json ? JSON.stringify(weakness, undefined, 2) : describe(weakness, table.version));
    });
  return rules;
}

/** A weakness of the table with what detects it. */
type Weakness = CweEntry & { readonly analyserRules: readonly Detector[] };

function listedWeaknesses(table: CweTable, all: boolean): Weakness[] {
  const weaknesses = table.entries.map(weaknessOf);
  return all ? weaknesses : weaknesses.filter((weakness) => weakness.analyserRules.length > 0);
}

/** @throws ConfigError if `id` is not CWE-<number> or 89, or not in the table. */
function findCwe(table: CweTable, id: string): CweEntry {
  const number = /^(?:cwe-?)?(\d+)$/i.exec(id.trim())?.[1];
  if (number === undefined)
    throw new ConfigError(`"${id}" is not the id of a weakness`, { hint: 'write it like CWE-89' });
  const entry = table.get(Number(number));
  if (entry === undefined)
    throw new ConfigError(`CWE-${number} is not in the CWE list ${table.version}`, {
      hint: 'purpcode rules list --all names every weakness (categories and views are not weaknesses)',
    });
  return entry;
}

function weaknessOf(entry: CweEntry): Weakness {
  const analyserRules = Object.entries(RUFF_RULES)
    .filter(([, { cwes }]) => cwes.includes(entry.id))
    .map(([rule, { cwes, severity, help }]) => ({
      analyser: 'ruff',
      rule,
      severity,
      help,
      primary: cwes[0] === entry.id,
    }))
    .sort((a, b) => Number(b.primary) - Number(a.primary));
  return { ...entry, analyserRules };
}

function listLine({ id, name, analyserRules, deprecated }: Weakness): string {
  const codes = analyserRules.map(({ rule }) => rule).join(' ');
  const parts = [`CWE-${id}`.padEnd(9), deprecated ? `${name} (deprecated)` : name];
  return codes === '' ? parts.join(' ') : `${parts.join(' ')}  [${codes}]`;
}

function describe(weakness: Weakness, version: string): string {
  const { id, name, abstraction, status, mapping, description, analyserRules } = weakness;
  const advice = weakness.discouraged ? `${mapping} by MITRE: choose a more precise entry` : mapping;
  return [
    `CWE-${id}: ${name}`,
    `${abstraction}, ${status}; mapping to it: ${advice}`,
    '',
    description,
    '',
    analyserRules.length === 0 ? 'No analyser rule of ours finds it.' : 'Found by:',
    ...analyserRules.map(
      ({ analyser, rule, severity, help }) => `  ${analyser} ${rule} (${severity}): ${help}`,
    ),
    '',
    `https://cwe.mitre.org/data/definitions/${id}.html (CWE ${version})`,
  ].join('\n');
}
