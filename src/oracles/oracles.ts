/** The embedded oracles, together: Ruff, the Pyodide sandbox, and the rule-based judge of the nano world. */

import type { Analyser } from './code-security/analyser.ts';
import { createCodeSecurityOracle } from './code-security/oracle.ts';
import { createRuffAnalyser } from './code-security/ruff.ts';
import { createCorrectnessOracle } from './correctness/oracle.ts';
import { createPyodideSandbox } from './correctness/pyodide-sandbox.ts';
import { createRuleBasedJudge } from './judges/rule-based.ts';
import { createOnTaskOracle } from './on-task.ts';
import type { Oracle } from './oracle.ts';

export interface OracleSet {
  /** By name, as the reward model takes them. */
  readonly oracles: Readonly<Record<string, Oracle>>;
  /** Finds weaknesses; also certifies red-teaming's seeds. */
  readonly analyser: Analyser;
  close(): Promise<void>;
}

/** Opens the oracles; the sandbox starts with its first program. */
export function openOracles(): OracleSet {
  const analyser = createRuffAnalyser();
  const sandbox = createPyodideSandbox();
  const judge = createRuleBasedJudge();
  return {
    oracles: {
      'code-security': createCodeSecurityOracle({ analysers: [analyser] }),
      'on-task': createOnTaskOracle(),
      correctness: createCorrectnessOracle(sandbox),
      'malicious-assistance': judge.maliciousAssistance,
      overrefusal: judge.overrefusal,
    },
    analyser,
    close: () => sandbox.close(),
  };
}
