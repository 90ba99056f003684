/** What is looked at before anything is opened, asked or paid: roles that somebody plays, inputs, names of rules. */
import { dataPath } from '../../datasets/data-file.ts';
import { ConfigError } from '../../errors.ts';
import type { Role } from '../../models/config.ts';
import { checkChatModel } from '../../models/create-chat-model.ts';
import { benchmarksOf } from '../../redteam/corpus/benchmarks.ts';
import { publicFiles } from '../../redteam/corpus/open-sources.ts';
import { analyserRules } from '../../redteam/rule-library/analyser-rules.ts';
import { loadCweTable } from '../../rules/cwe.ts';
import { exists } from '../../runs/files.ts';
import type { RedTeaming } from './schema.ts';
import { screeningRole } from './screening.ts';
import { requestFiles } from './sources.ts';

/** @throws ConfigError naming the setting. */
export function checkSettings(settings: RedTeaming): void {
  checkRoles(settings);
  checkBenchmarks(settings);
  checkRules(settings);
  checkFiles(settings);
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

interface NeededFile {
  readonly setting: string;
  readonly path: string;
  /** For `purpcode data get`, where it has it. */
  readonly dataSet?: string;
}

/** All at once: who mends one after the other starts as often as there are files. */
function checkFiles(settings: RedTeaming): void {
  const missing = neededFiles(settings).filter(({ path }) => !exists(path));
  if (missing.length === 0) return;
  const named = missing.map(({ setting, path }) => `${setting}: there is no ${path}`);
  const dataSets = [...new Set(missing.flatMap(({ dataSet = [] }) => dataSet))];
  const [get, own] = [dataSets.length > 0, missing.some(({ dataSet }) => dataSet === undefined)];
  const hints = [
    ...(get
      ? [`\`purpcode data get ${dataSets.join(' ')} --data ${settings.data}\` downloads what is public`]
      : []),
    ...(own ? ['paths are relative to the folder that the command runs in'] : []),
  ];
  throw new ConfigError(named.join('; '), { hint: `${hints.join('; ')}; or leave it out of the settings` });
}

function neededFiles(settings: RedTeaming): NeededFile[] {
  const { benign, corpus, cwes, data, malicious } = settings;
  const own = (setting: string, paths: readonly string[]) => paths.map((path) => ({ setting, path }));
  const { advisories, commits } = corpus.osv ?? {};
  return [
    ...publicFiles(corpus).map((file) => ({
      setting: 'corpus',
      path: dataPath(data, file),
      dataSet: dataSetOf(file.path),
    })),
    ...own('corpus.osv', advisories === undefined ? [] : [advisories]),
    ...own('corpus.osv', typeof commits === 'object' ? [commits.clones] : []),
    ...own('corpus.files', corpus.files),
    ...requestFiles(settings).map(({ format, path }, index) => ({
      setting: 'malicious.sources',
      path,
      ...(malicious.sources[index]!.path === undefined && { dataSet: format }),
    })),
    ...own(
      'benign.questions',
      benign.questions.map(({ path }) => path),
    ),
    ...own(
      'benign.coding',
      benign.coding.map(({ path }) => path),
    ),
    ...own('benign.files', benign.files),
    ...own('cwes', cwes === undefined ? [] : [cwes]),
  ];
}

function dataSetOf(path: string): string {
  return path.split('/')[0]!;
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
