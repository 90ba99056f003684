/** A judge that cannot be asked says undecided, which is no result: what an attack costs beside it would be for nothing. */
import { ModelError } from '../../errors.ts';
import type { Ledger } from '../../models/ledger.ts';
import { JUDGE_NOT_ASKED } from '../../oracles/judges/llm-judge.ts';
import type { AttackVerdict } from './attack-oracle.ts';

/** Answers that no judge could be asked about, before the first that one was, that end an attack. */
const MAX_UNASKED = 8;

/**
 * For `createAttackOracle`. @param settings where the judge is named, for the hint.
 * @returns it throws the ModelError of a budget that is reached, or of a judge that nobody reaches.
 */
export function judgeWatch(
  ledger: Pick<Ledger, 'refused' | 'report'>,
  settings: string,
): (verdicts: readonly AttackVerdict[]) => void {
  let unasked = 0;
  return (verdicts) => {
    if (ledger.refused !== undefined) throw ledger.refused;
    const causes = verdicts.flatMap((verdict) =>
      verdict.kind === 'undecided' && verdict.cause.includes(JUDGE_NOT_ASKED) ? [verdict.cause] : [],
    );
    unasked += causes.length;
    const { calls = 0, cacheHits = 0 } = ledger.report().roles.judge ?? {};
    if (calls + cacheHits > 0 || unasked < MAX_UNASKED || causes.length === 0) return;
    throw new ModelError(`no judge could be asked about ${unasked} answers: ${causes[0]}`, {
      hint: `mend the judge in ${settings} and run the same command again: answers are kept`,
    });
  };
}
