/** `purpcode rules`: the weaknesses and analyser rules that the project knows, and the hints made of them. */
import { Command } from 'commander';
import { ConfigError } from '../errors.ts';
import { analyserRules } from '../redteam/rule-library/analyser-rules.ts';
import { type CweEntry, type CweTable, loadCweTable } from '../rules/cwe.ts';
import type { Rule } from '../rules/rule.ts';
import { type AnalyserRule, buildRuleLibrary, detectorsOf, type RuleLibrary } from '../rules/rule-library.ts';
import { type Detector, hintsText, listText, ruleText, type Weakness, weaknessText } from './rules-text.ts';

interface ListOptions {
  readonly cwe?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

interface ShowOptions {
  readonly cwe?: string;
  readonly json?: boolean;
  readonly hint?: boolean;
}

export function rulesCommand(): Command {
  const rules = new Command('rules').description(
    'weaknesses of the CWE list, the analyser rules that find them, and the hints made of both',
  );
  rules
    .command('list')
    .description('weaknesses that an analyser rule finds')
    .option('--all', 'every weakness of the list')
    .option('--cwe <file>', "MITRE's list as XML (.xml, .xml.gz) instead of the shipped table")
    .option('--json', 'for machines')
    .action(async (options: ListOptions) => {
      const known = analyserRules();
      const weaknesses = (await tableFrom(options.cwe)).entries.map((entry) => weaknessOf(entry, known));
      const rows = options.all ? weaknesses : weaknesses.filter(({ analyserRules: own }) => own.length > 0);
      console.log(options.json ? JSON.stringify(rows, undefined, 2) : listText(rows, known));
    });
  rules
    .command('show')
    .description('one weakness or analyser rule: what it says, what finds it, the policy and its examples')
    .argument('<id>', 'such as CWE-89, S608 or ruff/S608')
    .option('--cwe <file>', "MITRE's list as XML (.xml, .xml.gz): all that it says of the weakness")
    .option('--hint', 'the hint of rule learning and the text that Rule2Code works from')
    .option('--json', 'for machines')
    .action(async (id: string, options: ShowOptions) => {
      console.log(shown(id, await tableFrom(options.cwe), options));
    });
  return rules;
}

async function tableFrom(file: string | undefined): Promise<CweTable> {
  if (file === undefined) return loadCweTable();
  const { readCweTable } = await import('../rules/cwe-xml.ts');
  return readCweTable(file);
}

function shown(id: string, table: CweTable, { json = false, hint = false }: ShowOptions): string {
  const known = analyserRules();
  const library = buildRuleLibrary({ cwes: table, analyserRules: known });
  const weakness = numberOf(id) === undefined ? undefined : weaknessOf(findCwe(table, id), known);
  if (weakness === undefined) {
    const rule = findAnalyserRule(known, id);
    const own = library.get(`${rule.analyser}/${rule.id}`)!;
    if (json) return JSON.stringify(rule, undefined, 2);
    return hint ? hintsText(own) : ruleText(rule, table);
  }
  const rule = library.get(`CWE-${weakness.id}`);
  if (hint) return hintsText(ruleOf(weakness, library));
  return json ? JSON.stringify(weakness, undefined, 2) : weaknessText(weakness, rule, table.version);
}

/** @throws ConfigError for an entry that makes no rule. */
function ruleOf(weakness: CweEntry, library: RuleLibrary): Rule {
  const rule = library.get(`CWE-${weakness.id}`);
  if (rule !== undefined) return rule;
  throw new ConfigError(
    `CWE-${weakness.id} makes no rule: it is ${weakness.deprecated ? 'deprecated' : `${weakness.mapping.toLowerCase()} by MITRE`}`,
    { hint: 'choose a more precise entry' },
  );
}

function numberOf(id: string): number | undefined {
  const number = /^(?:cwe-?)?(\d+)$/i.exec(id.trim())?.[1];
  return number === undefined ? undefined : Number(number);
}

/** @throws ConfigError if it is not in the table. */
function findCwe(table: CweTable, id: string): CweEntry {
  const number = numberOf(id)!;
  const entry = table.get(number);
  if (entry === undefined)
    throw new ConfigError(`CWE-${number} is not in the CWE list ${table.version}`, {
      hint: 'purpcode rules list --all names every weakness (categories and views are not weaknesses)',
    });
  return entry;
}

/** @throws ConfigError if no embedded analyser has it. */
function findAnalyserRule(known: readonly AnalyserRule[], id: string): AnalyserRule {
  const wanted = id.trim().toLowerCase();
  const rule = known.find((own) =>
    [own.id, `${own.analyser}/${own.id}`].some((name) => name.toLowerCase() === wanted),
  );
  if (rule !== undefined) return rule;
  throw new ConfigError(`"${id}" is not the id of a weakness or of a rule of an embedded analyser`, {
    hint: 'write it like CWE-89, S608 or py-sql-injection; purpcode rules list names them',
  });
}

function weaknessOf(entry: CweEntry, known: readonly AnalyserRule[]): Weakness {
  const detectors = detectorsOf(entry.id, known).map(
    ({ id, ...rule }): Detector => ({ rule: id, ...rule, primary: rule.cwes[0] === entry.id }),
  );
  return { ...entry, analyserRules: detectors };
}
