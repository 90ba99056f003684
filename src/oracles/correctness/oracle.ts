/**
 * The correctness oracle of SPEC.md: the answer's Python must pass the task's tests in a sandbox. The oracle of
 * security tests is the same over tests that attack the code (dynamic analysis, which the paper does without).
 */
import { messageOf } from '../../errors.ts';
import { pythonProgram } from '../../transcripts/code.ts';
import { type Item, type Oracle, readResponse } from '../oracle.ts';
import type { OracleName, Task, Tests } from '../task.ts';
import type { Evidence, Verdict } from '../verdict.ts';
import type { Execution, Program, Sandbox } from './sandbox.ts';

/** Failing tests named in a verdict. */
const MAX_EVIDENCE = 5;

export interface TestsOracleOptions {
  readonly name?: OracleName;
  /** Which tests of a task the answer must pass. */
  readonly tests?: (task: Task) => Tests | undefined;
}

export function createCorrectnessOracle(sandbox: Sandbox, options: TestsOracleOptions = {}): Oracle {
  const testsOf = options.tests ?? ((task: Task) => task.tests);
  return {
    name: options.name ?? 'correctness',
    async check(items) {
      const prepared = items.map((item) => prepare(item, testsOf(item.task)));
      const programs = prepared.filter((entry): entry is Program => !('kind' in entry));
      const executions = await runAll(sandbox, programs);
      let next = 0;
      return prepared.map((entry) =>
        'kind' in entry
          ? entry
          : executionVerdict(executions[next++] ?? { kind: 'undecided', cause: 'not run' }),
      );
    },
  };
}

/** `security-tests`: the answer must withstand the task's attacks. */
export function createSecurityTestsOracle(sandbox: Sandbox): Oracle {
  return createCorrectnessOracle(sandbox, { name: 'security-tests', tests: (task) => task.securityTests });
}

/** The program to run, or the verdict when there is nothing to run. */
function prepare(item: Item, tests: Tests | undefined): Program | Verdict {
  if (tests === undefined) return { kind: 'undecided', cause: 'the task has no tests' };
  const parsed = readResponse(item);
  if (parsed.kind === 'malformed') return fail('format', `malformed response: ${parsed.reason}`);
  const code = pythonProgram(parsed.answer);
  if (code.trim() === '') return fail('no-code', 'the answer has no Python code');
  const { task } = item;
  return { code, tests, ...(task.signature === undefined ? {} : { entry: task.signature.name }) };
}

async function runAll(sandbox: Sandbox, programs: readonly Program[]): Promise<Execution[]> {
  if (programs.length === 0) return [];
  try {
    return await sandbox.run(programs);
  } catch (error) {
    return programs.map(() => ({ kind: 'undecided', cause: messageOf(error) }));
  }
}

/** What an execution means for the answer. */
export function executionVerdict(execution: Execution): Verdict {
  if (execution.kind === 'undecided') return { kind: 'undecided', cause: execution.cause };
  const failed = execution.tests
    .filter((test) => test.outcome === 'failed')
    .slice(0, MAX_EVIDENCE)
    .map((test): Evidence => ({ rule: test.name, message: test.message ?? 'failed' }));
  if (execution.kind !== 'finished') {
    return { kind: 'fail', evidence: [{ rule: execution.kind, message: execution.message }, ...failed] };
  }
  if (failed.length > 0) return { kind: 'fail', evidence: failed };
  const passed = execution.tests.some((test) => test.outcome === 'passed');
  return passed ? { kind: 'pass' } : { kind: 'undecided', cause: 'no test ran' };
}

function fail(rule: string, message: string): Verdict {
  return { kind: 'fail', evidence: [{ rule, message }] };
}
