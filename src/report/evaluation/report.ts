/**
 * The report of an evaluation, beside its answers: `summary.json` (the public result), `report.md`, `table.csv` and a
 * self-contained `index.html`. It is computed from the files of results.ts alone, any number of times.
 */
import { join } from 'node:path';
import { compareEvaluations, type Flip, findFlips } from '../../evals/compare.ts';
import type { EvaluationSummary } from '../../evals/evaluation-summary.ts';
import { type EvaluationResults, type ResponseRow, readEvaluationResults } from '../../evals/results.ts';
import { summariseEvaluation } from '../../evals/summarise.ts';
import { writeFileAtomic, writeJson } from '../../runs/files.ts';
import type { ReportAnswer, ReportExample } from '../report-data.ts';
import { type AnswerExample, evidenceOf, PROMPT_CHARACTERS, promptText } from './answers-section.ts';
import { renderEvaluationCsv } from './csv.ts';
import { visibleLine } from './lines.ts';
import { renderEvaluationMarkdown } from './markdown.ts';
import { renderEvaluationPage } from './page.ts';
import type { RowOptions } from './rows.ts';

export interface EvaluationReportOptions extends RowOptions {
  /** Folder of the evaluation that this one is held against. */
  readonly baseline?: string;
}

/** Answers that the page shows of each kind, in all; the files beside it hold every one. */
const SHOWN = 24;

/**
 * Writes the report of a finished evaluation and returns its summary.
 * @throws RunError when a folder holds no finished evaluation or a damaged one.
 */
export function writeEvaluationReport(
  folder: string,
  { baseline, ...options }: EvaluationReportOptions = {},
): EvaluationSummary {
  const results = readEvaluationResults(folder);
  const before = baseline === undefined ? undefined : readEvaluationResults(baseline);
  const comparison = before === undefined ? null : compareEvaluations(before, results);
  const summary = summariseEvaluation(results, comparison);
  const most = Math.min(4, Math.ceil(SHOWN / Math.max(1, results.evaluation.benchmarks.length)));
  const flips =
    before === undefined || comparison === null
      ? []
      : findFlips(comparison, { before, after: results, most }).map((flip) => flipExample(flip, summary));
  const answers = failedAnswers(results, most);
  writeFileAtomic(join(folder, 'report.md'), renderEvaluationMarkdown(summary, options));
  writeFileAtomic(join(folder, 'table.csv'), renderEvaluationCsv(summary, options));
  writeFileAtomic(join(folder, 'index.html'), renderEvaluationPage({ ...options, summary, flips, answers }));
  writeJson(join(folder, 'summary.json'), summary);
  return summary;
}

function flipExample({ task, before, after }: Flip, summary: EvaluationSummary): ReportExample {
  const answer = (label: string, model: string | undefined, row: ResponseRow): ReportAnswer => ({
    checkpoint: `${label}: ${visibleLine(model ?? '', 60)}`,
    response: row.response ?? '',
    outcome: row.outcome,
    evidence: evidenceOf(row),
  });
  return {
    benchmark: summary.benchmarks[task.benchmark]?.title ?? task.benchmark,
    prompt: promptText(task).slice(0, PROMPT_CHARACTERS),
    answers: [
      answer('before', summary.comparison?.before.model, before),
      answer('after', summary.model.name, after),
    ],
  };
}

function failedAnswers({ evaluation, prompts, responses }: EvaluationResults, most: number): AnswerExample[] {
  const tasks = new Map(prompts.map((task) => [JSON.stringify([task.benchmark, task.id]), task]));
  return evaluation.benchmarks.flatMap(({ name, title }) => {
    const of = (outcome: ResponseRow['outcome']) =>
      responses.filter((row) => row.benchmark === name && row.outcome === outcome).slice(0, most);
    return [...of('fail'), ...of('undecided')].map((answer) => ({
      title,
      task: tasks.get(JSON.stringify([name, answer.taskId]))!,
      answer,
    }));
  });
}
