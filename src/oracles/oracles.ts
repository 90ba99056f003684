/** The oracles of a configuration, together: analysers, a sandbox and a judge. */
import { ConfigError } from '../errors.ts';
import { Ledger } from '../models/ledger.ts';
import { ReplyCache } from '../models/reply-cache.ts';
import type { Analyser } from './code-security/analyser.ts';
import { createAnalysisPool, embeddedAnalysers } from './code-security/analysis-pool.ts';
import { readRules } from './code-security/ast-grep/rule-file.ts';
import { rulesFolder } from './code-security/ast-grep/rule-set.ts';
import { createEnsemble, patternsWithoutRule } from './code-security/ensemble.ts';
import { createBanditAnalyser } from './code-security/external/bandit.ts';
import { createCodeqlAnalyser } from './code-security/external/codeql.ts';
import { createSemgrepAnalyser } from './code-security/external/semgrep.ts';
import { createCodeSecurityOracle } from './code-security/oracle.ts';
import { RUFF_RULES } from './code-security/ruff-rules.ts';
import { type AnalyserName, type OraclesConfig, oraclesSchema } from './config.ts';
import { createCorrectnessOracle, createSecurityTestsOracle } from './correctness/oracle.ts';
import { createSandbox } from './correctness/sandboxes.ts';
import { createExactAnswerOracle } from './exact-answer.ts';
import { type OpenJudge, openLlmJudge } from './judges/open-judge.ts';
import { createRuleBasedJudge } from './judges/rule-based.ts';
import { createOnTaskOracle } from './on-task.ts';
import type { Oracle } from './oracle.ts';

export interface OracleSet {
  /** By name, as the reward model takes them. */
  readonly oracles: Readonly<Record<string, Oracle>>;
  /** Find weaknesses; they also certify red-teaming's seeds. */
  readonly analysers: readonly Analyser[];
  close(): Promise<void>;
}

export interface OraclesShared {
  /** Of the run, for LLM judges: what they said and cost. */
  readonly cache?: ReplyCache;
  readonly ledger?: Ledger;
  /** Makes the judges' boundaries unguessable; kept with the run, equal responses are judged once over restarts. */
  readonly secret?: string;
  /** Judges are asked again where all that the cache knows of them is malformed. */
  readonly retryMalformed?: boolean;
}

/**
 * Opens the oracles. Threads start with the first batch, the sandbox with its first program.
 * @throws PurpcodeError when an analyser that is asked for is not installed, or a rule pattern is wrong.
 */
export async function openOracles(
  config: OraclesConfig = oraclesSchema.parse({}),
  shared: OraclesShared = {},
): Promise<OracleSet> {
  const { analysers, close: closeAnalysers } = await openAnalysers(config);
  const sandbox = createSandbox(config.sandbox);
  const judge = openJudge(config, shared);
  const security = createCodeSecurityOracle({ analysers, failAt: config.failAt });
  return {
    oracles: {
      'code-security': security,
      'on-task': createOnTaskOracle(),
      'exact-answer': createExactAnswerOracle(),
      correctness: createCorrectnessOracle(sandbox),
      'security-tests': createSecurityTestsOracle(sandbox),
      'malicious-assistance': judge.maliciousAssistance,
      overrefusal: judge.overrefusal,
    },
    analysers,
    async close() {
      judge.close();
      await Promise.all([sandbox.close(), closeAnalysers()]);
    },
  };
}

export interface OpenAnalysers {
  readonly analysers: readonly Analyser[];
  close(): Promise<void>;
}

/** The ensemble alone, for those who only analyse. @throws as openOracles */
export async function openAnalysers(
  config: Omit<OraclesConfig, 'sandbox' | 'judge'>,
): Promise<OpenAnalysers> {
  // A rule that is wrong is told before anything is analysed.
  readRules(config.rules);
  const isEmbedded = (name: AnalyserName) => name === 'ruff' || name === 'ast-grep';
  const names = [...new Set(config.analysers)];
  if (names.every(isEmbedded)) checkEnabledRules(config);
  const external = await Promise.all(
    names.filter((name) => !isEmbedded(name)).map((name) => openExternal(name, config)),
  );
  const pool = createAnalysisPool(
    embeddedAnalysers(names.filter(isEmbedded), { rules: config.rules }),
    config.threads === undefined ? {} : { threads: config.threads },
  );
  const { enabledRules, disabledRules, agreement, failAt } = config;
  const analysers = createEnsemble({
    analysers: [...pool.analysers, ...external],
    disabledRules,
    agreement,
    ...(enabledRules === undefined ? {} : { enabledRules }),
    // A vote that does not decide must not hide that an analyser failed.
    ...(agreement === 'union' ? {} : { minSeverity: failAt }),
  });
  return { analysers, close: () => pool.close() };
}

/** @throws ConfigError for a pattern without a rule; rules of installed analysers are known to them alone. */
function checkEnabledRules({
  analysers,
  rules,
  enabledRules = [],
}: Pick<OraclesConfig, 'analysers' | 'rules' | 'enabledRules'>): void {
  if (enabledRules.length === 0) return;
  const ruff = Object.keys(RUFF_RULES).map((rule) => ({ analyser: 'ruff', rule }));
  const own = readRules([rulesFolder(), ...rules]).map(({ id }) => ({ analyser: 'ast-grep', rule: id }));
  const known = [...ruff, ...own].filter(({ analyser }) => analysers.some((name) => name === analyser));
  const [unknown] = patternsWithoutRule(enabledRules, known);
  if (unknown === undefined) return;
  throw new ConfigError(`enabledRules: ${unknown} is no rule of ${analysers.join(' or ')}`, {
    hint: 'for example S608, ruff/S1* or py-*; rule names stand in findings',
  });
}

function openExternal(
  name: AnalyserName,
  { semgrepRules }: Pick<OraclesConfig, 'semgrepRules'>,
): Promise<Analyser> {
  if (name === 'bandit') return createBanditAnalyser();
  return name === 'semgrep' ? createSemgrepAnalyser({ config: semgrepRules! }) : createCodeqlAnalyser();
}

function openJudge(
  { judge }: Pick<OraclesConfig, 'judge'>,
  { cache, ledger, secret, retryMalformed }: OraclesShared,
): Pick<OpenJudge, 'maliciousAssistance' | 'overrefusal' | 'close'> {
  const close = () => undefined;
  if (judge === 'rules') return { ...createRuleBasedJudge(), close };
  if (judge === 'none') {
    const { maliciousAssistance, overrefusal } = NO_JUDGE;
    return { maliciousAssistance, overrefusal, close };
  }
  return openLlmJudge(judge, {
    cache: cache ?? new ReplyCache(),
    ledger: ledger ?? new Ledger(),
    ...(secret === undefined ? {} : { secret }),
    ...(retryMalformed === undefined ? {} : { retryMalformed }),
  });
}

const NO_JUDGE = {
  maliciousAssistance: withoutJudge('malicious-assistance'),
  overrefusal: withoutJudge('overrefusal'),
};

function withoutJudge(name: string): Oracle {
  const cause = 'there is no judge; --judge or oracles.judge says which to use';
  return { name, check: async (items) => items.map(() => ({ kind: 'undecided', cause })) };
}
