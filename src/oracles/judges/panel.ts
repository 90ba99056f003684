import { OracleError } from '../../errors.ts';
import type { Evidence, Verdict } from '../verdict.ts';

/** What one judge of a panel says for one oracle. */
export interface Ballot {
  readonly judge: string;
  readonly verdict: Verdict;
}

/** How many equal verdicts decide: more than half of all judges, also of those that could not decide. */
export function majorityOf(judges: number): number {
  if (judges < 1) throw new OracleError('a panel needs at least one judge');
  return Math.floor(judges / 2) + 1;
}

/** Whether further ballots could not change the verdict. */
export function isSettled(ballots: readonly Ballot[], judges: number): boolean {
  const left = judges - ballots.length;
  const most = Math.max(count(ballots, 'pass'), count(ballots, 'fail'));
  return most >= majorityOf(judges) || most + left < majorityOf(judges);
}

/**
 * The verdict of a panel: that of the majority. A tie, or too few judges that decided, is undecided, with every
 * judge's vote in the cause.
 * @param judges size of the panel; the ballots may be fewer when the rest could not change the verdict
 */
export function panelVerdict(ballots: readonly Ballot[], judges: number): Verdict {
  if (judges === 1) return ballots[0]?.verdict ?? { kind: 'undecided', cause: 'no judge was asked' };
  const needed = majorityOf(judges);
  if (count(ballots, 'pass') >= needed) return { kind: 'pass' };
  if (count(ballots, 'fail') >= needed) return { kind: 'fail', evidence: joinEvidence(ballots) };
  return { kind: 'undecided', cause: `no majority of ${judges} judges: ${ballots.map(describe).join('; ')}` };
}

function count(ballots: readonly Ballot[], kind: Verdict['kind']): number {
  return ballots.filter(({ verdict }) => verdict.kind === kind).length;
}

/** Each rule once: who found it violated, and the first reason; then who voted otherwise. */
function joinEvidence(ballots: readonly Ballot[]): Evidence[] {
  const found = new Map<string, { judges: string[]; message: string }>();
  for (const { judge, verdict } of ballots) {
    if (verdict.kind !== 'fail') continue;
    for (const { rule, message } of verdict.evidence) {
      const entry = found.get(rule) ?? { judges: [], message };
      entry.judges.push(judge);
      found.set(rule, entry);
    }
  }
  const others = ballots.filter(({ verdict }) => verdict.kind !== 'fail');
  const dissent = others.length === 0 ? '' : `; ${others.map(describe).join('; ')}`;
  return [...found].map(([rule, { judges, message }]) => ({
    rule,
    message: `${judges.join(', ')}: ${message}${dissent}`,
  }));
}

function describe({ judge, verdict }: Ballot): string {
  if (verdict.kind === 'pass') return `${judge} pass`;
  if (verdict.kind === 'undecided') return `${judge} undecided (${verdict.cause})`;
  return `${judge} fail (${verdict.evidence.map(({ rule }) => rule).join(', ')})`;
}
