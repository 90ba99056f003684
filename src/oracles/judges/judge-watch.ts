/** A judge that cannot be asked says undecided, which is no result: whatever is paid for beside it is for nothing. */
import { ModelError } from '../../errors.ts';
import type { Ledger } from '../../models/ledger.ts';
import { JUDGE_NOT_ASKED } from './llm-judge.ts';

/** Answers one after the other that no judge could be asked about, with none between them that one was, that are enough. */
const MAX_UNASKED = 8;

export interface Watched {
  /** Whether the verdict is a judge's to give. Others say nothing of it. */
  readonly judged: boolean;
  /** Why it is undecided, if it is. */
  readonly cause?: string | null | undefined;
}

/**
 * The same rule for all that judges are asked for: a call that fails now and then leaves an answer undecided; a judge
 * that is gone, or that nobody was ever let in to, ends the work.
 * @param about.answers what they are called. @param about.settings where the judge is named, for the hint.
 * @returns to be told every batch, in order; it throws the ModelError of a budget that is reached, or of such a judge.
 */
export function judgeWatch(
  ledger: Pick<Ledger, 'refused' | 'report'>,
  about: { readonly answers: string; readonly settings: string },
): (batch: readonly Watched[]) => void {
  let [unasked, inARow] = [0, 0];
  return (batch) => {
    if (ledger.refused !== undefined) throw ledger.refused;
    let [last, isGone]: [string | undefined, boolean] = [undefined, false];
    for (const { judged, cause } of batch) {
      if (!judged) continue;
      if (!cause?.includes(JUDGE_NOT_ASKED)) {
        inARow = 0;
        continue;
      }
      last = cause;
      unasked++;
      // What is refused for this one answer, by a content filter for instance, may be taken for the next.
      if (cause.includes(`${JUDGE_NOT_ASKED}: `)) isGone ||= ++inARow >= MAX_UNASKED;
    }
    const { calls = 0, cacheHits = 0 } = ledger.report().roles.judge ?? {};
    const isNew = calls + cacheHits === 0;
    if (last === undefined || !(isGone || (isNew && unasked >= MAX_UNASKED))) return;
    throw unreachable(isNew ? String(unasked) : `${MAX_UNASKED} in a row of the`, last, about);
  };
}

function unreachable(
  count: string,
  cause: string,
  { answers, settings }: { readonly answers: string; readonly settings: string },
): ModelError {
  return new ModelError(`no judge could be asked about ${count} ${answers}: ${cause}`, {
    hint: `mend the judge in ${settings} and run the same command again: ${answers} are kept`,
  });
}
