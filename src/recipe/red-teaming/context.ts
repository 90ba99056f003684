/** What the stages of red-teaming with language models share. Opened once, closed once. */
import { randomBytes } from 'node:crypto';
import { CompletionJournal } from '../../models/completion-journal.ts';
import { type Role, withoutKeys } from '../../models/config.ts';
import { type Models, openModels } from '../../models/open-models.ts';
import type { Analyser } from '../../oracles/code-security/analyser.ts';
import { unionOf } from '../../oracles/code-security/union.ts';
import { type OraclesConfig, oraclesSchema } from '../../oracles/config.ts';
import { type OracleSet, openOracles } from '../../oracles/oracles.ts';
import { type EvaluationSets, evaluationSetsFrom } from '../../redteam/hygiene/evaluation-sets.ts';
import { type SimilarityOptions, similarityFor } from '../../redteam/hygiene/minhash.ts';
import { openRuleLibrary } from '../../redteam/rule-library/analyser-rules.ts';
import { type CweTable, loadCweTable } from '../../rules/cwe.ts';
import { readCweTable } from '../../rules/cwe-xml.ts';
import type { RuleLibrary } from '../../rules/rule-library.ts';
import type { Progress } from '../../runs/progress.ts';
import type { RunDirectory } from '../../runs/run-directory.ts';
import type { RedTeaming } from './schema.ts';

/** Permutations of SPEC "Hygiene". */
const PERMUTATIONS = 250;

export interface RedTeamContext {
  readonly settings: RedTeaming;
  readonly run: RunDirectory;
  readonly progress: Progress;
  readonly models: Models;
  readonly oracles: OracleSet;
  /** The ensemble as one. */
  readonly analyser: Analyser;
  readonly cwes: CweTable;
  readonly library: RuleLibrary;
  readonly evaluation: EvaluationSets;
  readonly similarity: SimilarityOptions;
  /** Makes boundaries unguessable; kept with the run, so that equal requests stay equal over restarts. */
  readonly secret: string;
  /** Requests of a role in flight at once. */
  concurrency(role: Role): number;
  close(): Promise<void>;
}

/** For an estimate: nobody will be asked, so no key is needed. Everything else is the same. */
export function toEstimate(settings: RedTeaming): RedTeaming {
  const { budget, seed, ...roles } = settings.models;
  const keyless = Object.fromEntries(
    Object.entries(roles).flatMap(([role, config]) =>
      config === undefined ? [] : [[role, withoutKeys(config)]],
    ),
  );
  const { judge } = settings.oracles;
  const judges = typeof judge === 'string' ? judge : { ...judge, models: judge.models.map(withoutKeys) };
  return {
    ...settings,
    models: { budget, seed, ...keyless },
    oracles: { ...settings.oracles, judge: judges },
  };
}

/**
 * Nothing is asked by it. @param settings that were checked (check.ts).
 * @throws PurpcodeError for what cannot work: a key or a tool that is not there, a rule that is malformed.
 */
export async function openRedTeaming(
  settings: RedTeaming,
  run: RunDirectory,
  progress: Progress,
): Promise<RedTeamContext> {
  const oraclesConfig = withJudge(settings);
  const cwes = settings.cwes === undefined ? loadCweTable() : await readCweTable(settings.cwes);
  const library = openRuleLibrary(cwes, oraclesConfig.rules);
  const evaluation = evaluationSetsFrom(settings.data, settings.hygiene.against);
  const similarity = similarityFor({ threshold: settings.hygiene.threshold, permutations: PERMUTATIONS });
  const secret = await run.journal.unit('redteam', 'secret', async () => randomBytes(32).toString('hex'));
  const journal = new CompletionJournal(run.file('journal.sqlite'));
  const models = openModels(settings.models, { journal, warn: (message) => progress.say(message) });
  try {
    const oracles = await openOracles(oraclesConfig, { ...models.shared, secret });
    const close = async () => {
      await oracles.close();
      models.close();
      journal.close();
    };
    return {
      settings,
      run,
      progress,
      models,
      oracles,
      analyser: unionOf(oracles.analysers),
      cwes,
      library,
      evaluation,
      similarity,
      secret,
      concurrency: (role) => settings.models[role]?.concurrency ?? 1,
      close,
    };
  } catch (error) {
    models.close();
    journal.close();
    throw error;
  }
}

/** The role `judge`, where the oracles' settings name none. */
function withJudge({ oracles, models }: RedTeaming): OraclesConfig {
  if (models.judge === undefined || oracles.judge !== 'none') return oracles;
  return oraclesSchema.parse({ ...oracles, judge: { models: [models.judge] } });
}
