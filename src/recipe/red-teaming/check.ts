/** What is looked at before anything is opened, asked or paid: roles that somebody plays, inputs, names of rules. */
import { ConfigError } from '../../errors.ts';
import type { Role } from '../../models/config.ts';
import { checkChatModel } from '../../models/create-chat-model.ts';
import { benchmarksOf } from '../../redteam/corpus/benchmarks.ts';
import { analyserRules } from '../../redteam/rule-library/analyser-rules.ts';
import { loadCweTable } from '../../rules/cwe.ts';
import { exists } from '../../runs/files.ts';
import type { RedTeaming } from './schema.ts';
import { screeningRole } from './screening.ts';
import { requestFiles } from './sources.ts';

/** @throws ConfigError naming the setting. */
export function checkSettings(settings: RedTeaming): void {
  checkRoles(settings);
  requestFiles(settings);
  checkFiles(settings);
  checkRules(settings);
  checkBenchmarks(settings);
}

/** A comparison of texts does not find a prompt that was written from a benchmark's code. */
function checkBenchmarks({ corpus, hygiene }: RedTeaming): void {
  for (const source of corpus.benchmarks) {
    const held = benchmarksOf(source).filter((name) => hygiene.against.includes(name));
    if (held.length === 0) continue;
    throw new ConfigError(
      `corpus.benchmarks: the code of ${source} is in the evaluation set ${held.join(', ')}`,
      {
        hint: `leave ${held.join(', ')} out of hygiene.against, and measure no model that learns from this corpus by it; or leave ${source} out of corpus.benchmarks`,
      },
    );
  }
}

function checkFiles({ benign, corpus, cwes }: RedTeaming): void {
  const files: readonly (readonly [setting: string, path: string])[] = [
    ...benign.questions.map(({ path }) => ['benign.questions', path] as const),
    ...benign.coding.map(({ path }) => ['benign.coding', path] as const),
    ...benign.files.map((path) => ['benign.files', path] as const),
    ...corpus.files.map((path) => ['corpus.files', path] as const),
    ...(cwes === undefined ? [] : [['cwes', cwes] as const]),
  ];
  const missing = files.find(([, path]) => !exists(path));
  if (missing === undefined) return;
  throw new ConfigError(`${missing[0]}: there is no ${missing[1]}`, {
    hint: 'paths are relative to the folder that the command runs in',
  });
}

function checkRules({ ruleToCode, oracles }: RedTeaming): void {
  if (ruleToCode.only === undefined) return;
  const known = new Set([
    ...loadCweTable().entries.map(({ id }) => `CWE-${id}`),
    ...analyserRules(oracles.rules).map(({ analyser, id }) => `${analyser}/${id}`),
  ]);
  const unknown = ruleToCode.only.find((id) => !known.has(id));
  if (unknown === undefined) return;
  throw new ConfigError(`ruleToCode.only: there is no rule ${unknown}`, {
    hint: 'rules are named as CWE-89 or ruff/S608; `purpcode rules list` has them',
  });
}

/**
 * Everyone who will be asked is there, before anyone is paid. @param settings that `checkSettings` let pass.
 * @throws ModelError
 */
export async function checkReachable(settings: RedTeaming): Promise<void> {
  const { models, oracles } = settings;
  const needed = Object.entries(neededRoles(settings)).filter(([, needs]) => needs.length > 0);
  const screening = screeningRole(settings);
  const roles = new Set([...needed.map(([role]) => role), ...(screening === undefined ? [] : [screening])]);
  const asked = [...roles].flatMap((role) => {
    const own = models[role as Role];
    const configs = role === 'judge' && typeof oracles.judge !== 'string' ? oracles.judge.models : [own];
    return configs.flatMap((config) => (config === undefined ? [] : [{ role, config }]));
  });
  await Promise.all(asked.map(({ role, config }) => checkChatModel(config, role)));
}

/** @throws ConfigError naming the settings that need a role which nobody plays. */
function checkRoles(settings: RedTeaming): void {
  const { models, oracles } = settings;
  const missing = Object.entries(neededRoles(settings)).filter(
    ([role, needs]) =>
      needs.length > 0 &&
      models[role as Role] === undefined &&
      !(role === 'judge' && oracles.judge !== 'none'),
  );
  if (missing.length === 0) return;
  const lines = missing.map(([role, needs]) => `${role} (for ${needs.join(', ')})`);
  throw new ConfigError(`no model plays the role ${lines.join(', ')}`, {
    hint: 'set models.<role> (docs/guides/models.md), or turn off what needs it: docs/guides/red-teaming.md',
  });
}

/** neededRoles(settings).synthesizer: the settings that need it. */
function neededRoles({ corpus, ruleToCode, malicious, benign, jailbreaks }: RedTeaming) {
  const { search, multiTurn } = jailbreaks;
  const given = (entries: Readonly<Record<string, boolean>>) =>
    Object.keys(entries).filter((name) => entries[name]);
  const searches = search.codeSecurity + search.malicious > 0;
  const leads = multiTurn.codeSecurity + multiTurn.malicious > 0;
  return {
    synthesizer: given({
      prompts: true,
      'corpus.translate': corpus.translate,
      'ruleToCode.rules': ruleToCode.rules > 0,
      'benign.overrefusal': benign.overrefusal.weaknesses > 0,
    }),
    classifier: given({
      'malicious.classifier': malicious.classifier === 'model' && malicious.sources.length > 0,
      'benign.overrefusal': benign.overrefusal.weaknesses > 0,
    }),
    attacker: given({ 'jailbreaks.multiTurn': leads }),
    target: given({ 'jailbreaks.search': searches, 'jailbreaks.multiTurn': leads }),
    judge: given({
      'jailbreaks.search.malicious': search.malicious > 0,
      'jailbreaks.multiTurn.malicious': multiTurn.malicious > 0,
    }),
  } satisfies Partial<Record<Role, string[]>>;
}
