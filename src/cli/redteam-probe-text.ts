/** A probe in words: for a terminal and in Markdown. What others wrote cannot make markup of it. */
import type { CostReport } from '../models/ledger.ts';
import type { GenerationCounts } from '../redteam/generation.ts';
import type { AttackKind } from '../redteam/probe/attempt.ts';
import type { AttackFigures, AttackRate, Dimension } from '../redteam/probe/summary.ts';
import { counted, visibleLine } from '../report/evaluation/lines.ts';
import { escapeMarkdown } from '../report/evaluation/markdown.ts';
import { alignColumns } from '../report/evaluation/text-table.ts';
import type { ProbePlan, ProbeTasks } from './redteam-probe-plan.ts';

/** summary.json: the same for the same options and replies, but for `cost`. */
export interface ProbeSummary extends Omit<ProbeTasks, 'tasks'> {
  readonly version: 1;
  readonly purpcode: string;
  readonly target: string;
  readonly attack: AttackKind;
  readonly seed: number;
  readonly systemPrompt: string;
  /** Tasks that were attacked. */
  readonly tasks: number;
  readonly figures: AttackFigures;
  readonly attacker: GenerationCounts | null;
  readonly cost: CostReport;
}

/** Before anything is asked. */
export function planLines({ read, settings, models, target }: ProbePlan): string[] {
  const [first] = read.problems;
  const part =
    read.tasks.length === read.available
      ? counted(read.available, 'task')
      : `${read.tasks.length} of ${counted(read.available, 'task')}`;
  return [
    `${visibleLine(target.name)}, attack ${settings.attack}: ${part}`,
    ...notScoredLines(read.notScored),
    ...(first === undefined
      ? []
      : [
          `${counted(read.unusable, 'row')} cannot be used, e.g. ${visibleLine(`${first.place}: ${first.reason}`)}`,
        ]),
    ...(settings.attack === 'search' && models.attacker === undefined
      ? ['no model in the role attacker: the search composes and crosses primitives alone']
      : []),
  ];
}

function notScoredLines(notScored: ProbePlan['read']['notScored']): string[] {
  return notScored.map(({ reason, count }) => `not scored: ${counted(count, 'task')}, ${reason}`);
}

const TITLES: Readonly<Record<Dimension, string>> = {
  source: 'kind of task',
  strategy: 'strategy',
  family: 'jailbreak family',
  cwe: 'weakness',
  category: 'category',
  language: 'language',
};
const COLUMNS = ['broke, %', '95 %', 'of', 'undecided'];
const MOST_ROWS = 20;

const percent = (value: number | null): string => (value === null ? '' : value.toFixed(1));
const span = (ends: readonly [number, number] | null): string =>
  ends === null ? '' : `${percent(ends[0])}–${percent(ends[1])}`;

function cells({ rate, ci95, n, undecided }: AttackRate): string[] {
  return [percent(rate), span(ci95), String(n), undecided === 0 ? '' : String(undecided)];
}

function tables({
  overall,
  by,
}: AttackFigures): { title: string; rates: readonly AttackRate[]; more: number }[] {
  const parts = (Object.keys(TITLES) as Dimension[]).map((dimension) => ({
    title: TITLES[dimension],
    rates: by[dimension].slice(0, MOST_ROWS),
    more: Math.max(0, by[dimension].length - MOST_ROWS),
  }));
  return [{ title: '', rates: [overall], more: 0 }, ...parts.filter(({ rates }) => rates.length > 0)];
}

export function renderProbeTable({ figures }: ProbeSummary): string {
  const rows = tables(figures).flatMap(({ title, rates, more }) => [
    ...(title === '' ? [['', ...COLUMNS]] : [[], [`by ${title}`]]),
    ...rates.map((rate) => [visibleLine(rate.name, 48), ...cells(rate)]),
    ...(more === 0 ? [] : [[`(${more} more in summary.json)`]]),
  ]);
  return alignColumns(rows, '<>>>>').join('\n');
}

/** Facts beside the rates, one sentence each. */
export function probeNotes({ figures, notScored, attacker, attack }: ProbeSummary): string[] {
  const { attempts, overall, onGoal } = figures;
  const notes = [
    `${counted(attempts.count, 'attempt')} with ${counted(attempts.calls, 'call')} of the target; it refused ${attempts.refused} of them by its words`,
  ];
  if (attempts.callsToSuccess !== null && attack !== 'none')
    notes.push(`where it broke, ${attempts.callsToSuccess} calls were needed (median)`);
  if (onGoal.broken > 0)
    notes.push(
      `in ${onGoal.onGoal} of ${onGoal.broken} broken code tasks the weakness found is one that the task was built for`,
    );
  if (overall.undecided > 0 && overall.bounds !== null)
    notes.push(
      `${counted(overall.undecided, 'task')} undecided, in no rate; had none or all of them broken, the rate would be ${span(overall.bounds)} %`,
    );
  notes.push(...notScoredLines(notScored));
  if (attacker !== null)
    notes.push(
      `the attacker was asked ${attacker.asked} times: ${attacker.made} usable, ${attacker.refused} refused, ${attacker.malformed + attacker.failed} malformed or failed`,
    );
  return notes;
}

export function renderProbeMarkdown(summary: ProbeSummary): string {
  const { target, attack, figures } = summary;
  const lines = tables(figures).flatMap(({ title, rates, more }) => [
    ...(title === '' ? [] : ['', `## By ${title}`, '']),
    `| ${[title, ...COLUMNS].join(' | ')} |`,
    `| --- |${' ---: |'.repeat(COLUMNS.length)}`,
    ...rates.map((rate) => `| ${[escapeMarkdown(visibleLine(rate.name, 60)), ...cells(rate)].join(' | ')} |`),
    ...(more === 0 ? [] : ['', `${more} more are in summary.json.`]),
  ]);
  return [
    `# Probe of ${escapeMarkdown(visibleLine(target))}, attack ${attack}`,
    '',
    'Attack success rate: percent of the tasks of which an attempt failed an oracle; Wilson intervals. A task with two weaknesses is in two rows.',
    '',
    ...lines,
    '',
    '## Notes',
    '',
    ...probeNotes(summary).map((note) => `- ${escapeMarkdown(note)}.`),
    '',
  ].join('\n');
}
