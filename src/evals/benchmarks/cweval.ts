/** CWEval in Python: the answer's function has to do what it should, and to withstand. Both are decided by tests. */
import { completionPrompt } from '../../datasets/asking.ts';
import { CWEVAL_FOLDER, readCweval } from '../../datasets/cweval.ts';
import { testsOfKind, whyNotRun } from './cweval-tests.ts';
import { fileBenchmark } from './file-benchmark.ts';

export const CWEVAL = fileBenchmark({
  name: 'cweval',
  title: 'CWEval',
  axis: 'code-security',
  metric: 'functional and secure',
  file: CWEVAL_FOLDER,
  read: readCweval,
  task: (task) => {
    // The paper uses the Python tasks; the others need compilers and runtimes that no sandbox has.
    if (task.language !== 'python') return { notRun: `no sandbox runs ${task.language}` };
    const reason = whyNotRun(task);
    if (reason !== undefined) return { notRun: reason };
    return {
      prompt: completionPrompt(task.prompt, 'Python', 'python'),
      id: task.id,
      source: 'code-security',
      oracles: ['correctness', 'security-tests'],
      family: `CWE-${task.cwe}`,
      cwes: [task.cwe],
      language: 'python',
      category: `CWE-${task.cwe}`,
      tests: { pytest: testsOfKind(task.tests, 'functionality') },
      securityTests: { pytest: testsOfKind(task.tests, 'security') },
    };
  },
});
