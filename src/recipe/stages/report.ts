/** The last stage: summary.json, the Markdown and HTML reports. Made anew at every run, from the run's files alone. */

import { readCheckpoint } from '../../engines/embedded/checkpoint.ts';
import { AXES, type Axis } from '../../evals/benchmark.ts';
import type { Scored } from '../../evals/evaluate.ts';
import { scoreAxes, scoreBenchmark } from '../../evals/scoring.ts';
import type { Coverage } from '../../redteam/coverage.ts';
import { renderMarkdown } from '../../report/markdown.ts';
import { type ReportData, type ReportExample, renderReport } from '../../report/page.ts';
import {
  type AxisScore,
  type AxisScores,
  type BenchmarkResult,
  CHECKPOINTS,
  type Checkpoint,
  type Summary,
} from '../../report/summary.ts';
import { readJson, writeFileAtomic, writeJson } from '../../runs/files.ts';
import type { RunContext } from '../context.ts';
import { STAGE_NAMES } from '../stage-names.ts';
import { checkpointFolder } from './checkpoints.ts';
import { benchmarksOf, type EvaluationRow, readEvaluationRows } from './evals.ts';
import { readRlReport } from './rl.ts';
import { type RuleLearningReport, readRuleLearningReport } from './rule-learning.ts';

/** Examples shown of each benchmark in the report. */
const EXAMPLES_PER_BENCHMARK = 12;

export async function runReport(context: RunContext): Promise<Summary> {
  const { run } = context;
  const rows = readEvaluationRows(context);
  const summary = await summarise(context, rows);
  writeJson(run.file('cost.json'), summary.cost);
  writeJson(run.file('report', 'summary.json'), summary);
  writeFileAtomic(run.file('report', 'report.md'), renderMarkdown(summary));
  const data: ReportData = {
    summary,
    sft: run.metrics('rule-learning') as unknown as ReportData['sft'],
    rl: run.metrics('rl') as unknown as ReportData['rl'],
    coverage: readJson(run.file('redteam', 'coverage.json')) as Coverage,
    examples: pickExamples(context, rows),
  };
  writeFileAtomic(run.file('report', 'index.html'), renderReport(data));
  return summary;
}

async function summarise(context: RunContext, rows: readonly EvaluationRow[]): Promise<Summary> {
  const { recipe, run } = context;
  const learned = recipe.ruleLearning.enabled ? readRuleLearningReport(context) : null;
  const rl = recipe.rl.enabled ? readRlReport(context) : null;
  const coverage = readJson(run.file('redteam', 'coverage.json')) as Coverage;
  const { weights } = await readCheckpoint(checkpointFolder(context, 'base'));
  const stageSeconds = Object.fromEntries(STAGE_NAMES.map((stage) => [stage, run.seconds(stage)]));
  return {
    recipe: recipe.name,
    seed: recipe.seed,
    model: { base: recipe.model.base, parameters: weights.data.length },
    stages: ['base', ...(learned ? (['rule-learning'] as const) : []), ...(rl ? (['rl'] as const) : [])],
    axes: summariseAxes(context, rows, 'reported'),
    newFamilies: summariseAxes(context, rows, 'new-families'),
    benchmarks: summariseBenchmarks(context, rows),
    ruleLearning: learned && withoutTasks(learned),
    rl: rl && {
      sampler: recipe.rl.sampler,
      steps: rl.step,
      promptsSampled: rl.promptsSampled,
      learnableGroups: rl.learnableGroups,
      trainedGroups: rl.trainedGroups,
      droppedLearnableGroups: rl.droppedLearnableGroups,
      seconds: rl.seconds,
    },
    redteam: {
      prompts: coverage.prompts,
      cwes: coverage.cwes.length,
      duplicates: coverage.dropped.duplicates,
      contaminated: coverage.dropped.contaminated,
    },
    cost: {
      usd: 0,
      samples: rows.length + (learned?.samples ?? 0) + (rl?.rollouts ?? 0),
      tokens: rows.reduce((sum, row) => sum + row.tokens, 0) + (learned?.tokens ?? 0) + (rl?.tokens ?? 0),
    },
    seconds: {
      ...stageSeconds,
      total: Object.values(stageSeconds).reduce((sum, seconds) => sum + seconds, 0),
    },
  };
}

/** The figures alone: the ids of the easy tasks are in rule-learning/report.json. */
function withoutTasks({
  easyTasks: _ids,
  ...figures
}: RuleLearningReport): Omit<RuleLearningReport, 'easyTasks'> {
  return figures;
}

function checkpointsIn(rows: readonly EvaluationRow[]): Checkpoint[] {
  return CHECKPOINTS.filter((name) => rows.some(({ checkpoint }) => checkpoint === name));
}

function summariseAxes(
  context: RunContext,
  rows: readonly EvaluationRow[],
  group: BenchmarkResult['group'],
): AxisScores {
  const [first, second] = context.recipe.evals.temperatures;
  const benchmarks = benchmarksOf(context);
  const axes = Object.fromEntries(AXES.map((axis) => [axis, {}])) as Record<Axis, Record<string, AxisScore>>;
  for (const checkpoint of checkpointsIn(rows)) {
    const at = (temperature: number) => {
      const some = rows.filter((row) => row.checkpoint === checkpoint && row.temperature === temperature);
      const scoredOf = Map.groupBy<string, Scored & { benchmark: string }>(
        some,
        ({ benchmark }) => benchmark,
      );
      return scoreAxes(benchmarks, scoredOf, { group, seed: context.recipe.seed });
    };
    const reported = at(first!);
    const sampled = second === undefined ? undefined : at(second);
    for (const axis of AXES) {
      axes[axis][checkpoint] = {
        ...reported[axis],
        ...(sampled === undefined ? {} : { sampled: sampled[axis] }),
      };
    }
  }
  return axes;
}

function summariseBenchmarks(context: RunContext, rows: readonly EvaluationRow[]): Summary['benchmarks'] {
  const { evals, seed } = context.recipe;
  const result = ({
    name,
    axis,
    group,
  }: {
    name: string;
    axis: Axis;
    group: BenchmarkResult['group'];
  }): BenchmarkResult => ({
    axis,
    group,
    scores: Object.fromEntries(
      checkpointsIn(rows).map((checkpoint) => [
        checkpoint,
        Object.fromEntries(
          evals.temperatures.map((temperature) => {
            const some = rows.filter(
              (row) =>
                row.benchmark === name && row.checkpoint === checkpoint && row.temperature === temperature,
            );
            return [String(temperature), scoreBenchmark(some, seed)];
          }),
        ),
      ]),
    ),
  });
  return Object.fromEntries(benchmarksOf(context).map((benchmark) => [benchmark.name, result(benchmark)]));
}

/** Greedy answers side by side; those that flipped between the first and the last checkpoint come first. */
function pickExamples(context: RunContext, rows: readonly EvaluationRow[]): ReportExample[] {
  const shown = rows.filter(
    ({ temperature, checkpoint }) =>
      temperature === context.recipe.evals.temperatures[0] && checkpoint !== 'base+rules',
  );
  return benchmarksOf(context).flatMap(({ name, tasks }) => {
    const ofBenchmark = Map.groupBy(
      shown.filter(({ benchmark }) => benchmark === name),
      ({ taskId }) => taskId,
    );
    const examples = tasks.map((task) => ({
      benchmark: name,
      prompt: task.messages
        .map(({ role, content }) => (task.messages.length === 1 ? content : `${role}: ${content}`))
        .join('\n'),
      answers: (ofBenchmark.get(task.id) ?? []).map(({ checkpoint, response, outcome, evidence }) => ({
        checkpoint,
        response,
        outcome,
        evidence: [...evidence],
      })),
    }));
    const flipped = (example: ReportExample) =>
      example.answers.at(0)?.outcome !== example.answers.at(-1)?.outcome;
    return [...examples.filter(flipped), ...examples.filter((example) => !flipped(example))].slice(
      0,
      EXAMPLES_PER_BENCHMARK,
    );
  });
}
