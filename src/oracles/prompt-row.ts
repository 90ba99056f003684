/** What a row of prompts of one's own (src/datasets/generic-jsonl.ts) says of its verification. */
import { missingField, ORACLE_NAMES, type OracleName, SOURCE_OF, type Source, type Task } from './task.ts';

type Given = Pick<Task, 'tests' | 'securityTests' | 'signature' | 'choice'>;

interface CheckedRow extends Given {
  readonly oracles: readonly OracleName[];
  readonly source: Source;
}

export function isOracleName(name: string): name is OracleName {
  return ORACLE_NAMES.some((known) => known === name);
}

/** The fields of a task that a row gives, or why it can be none. */
export function checkPromptRow(
  oracles: readonly string[],
  { tests, securityTests, signature, choice }: { readonly [K in keyof Given]: Given[K] | undefined },
): CheckedRow | string {
  const unknown = oracles.filter((name) => !isOracleName(name));
  if (unknown.length > 0)
    return `no oracle is called ${unknown.join(', ')}; there are ${ORACLE_NAMES.join(', ')}`;
  const known = oracles.filter(isOracleName);
  const lacking = known.find((name) => missingField(name, { tests, securityTests, choice }) !== undefined);
  if (lacking !== undefined)
    return `the oracle ${lacking} needs the field ${missingField(lacking, { tests, securityTests, choice })}`;
  return {
    oracles: known,
    source: SOURCE_OF[known[0]!],
    ...(tests && { tests }),
    ...(securityTests && { securityTests }),
    ...(signature && { signature }),
    ...(choice && { choice }),
  };
}
