/** Harmless prompts of one's own, in the format of `purpcode reward` without the response (docs/guides/data.md). */
import { type PromptRow, readPromptRows } from '../../datasets/generic-jsonl.ts';
import { missingField, ORACLE_NAMES, type OracleName, SOURCE_OF } from '../../oracles/task.ts';
import { type LoadedTasks, type TaskDraft, tasksOf } from './loaded-tasks.ts';

const isOracle = (name: string): name is OracleName => ORACLE_NAMES.some((known) => known === name);

/** Malicious requests go another way (`readMaliciousRequests`). @throws ConfigError, IoError */
export function promptFileTasks(path: string): LoadedTasks {
  return tasksOf(readPromptRows(path), draftOf);
}

function draftOf({ id, oracles, messages, family, cwes, language, category, ...given }: PromptRow) {
  const unknown = oracles.filter((name) => !isOracle(name));
  if (unknown.length > 0)
    return `no oracle is called ${unknown.join(', ')}; there are ${ORACLE_NAMES.join(', ')}`;
  const known = oracles.filter(isOracle);
  if (known.includes('malicious-assistance')) return 'it is a malicious request';
  const lacking = known.find((oracle) => missingField(oracle, given) !== undefined);
  if (lacking !== undefined) return `the oracle ${lacking} needs the field ${missingField(lacking, given)}`;
  const draft: TaskDraft = {
    prompt: messages,
    oracles: known,
    source: SOURCE_OF[known[0]!],
    family,
    cwes,
    ...(given.tests === undefined ? {} : { tests: given.tests }),
    ...(given.securityTests === undefined ? {} : { securityTests: given.securityTests }),
    ...(given.signature === undefined ? {} : { signature: given.signature }),
    ...(given.choice === undefined ? {} : { choice: given.choice }),
    provenance: {
      dataset: 'jsonl',
      id,
      ...(language === undefined ? {} : { language }),
      ...(category === undefined ? {} : { category }),
    },
  };
  return draft;
}
