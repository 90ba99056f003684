/** Small evaluations in the format of results.ts: `pass`, `fail` and `undecided` written as `+`, `-` and `?`. */
import type { Axis } from '../../src/evals/benchmark.ts';
import type { EvaluationResults, PromptRow, ResponseRow } from '../../src/evals/results.ts';

export interface SampleTask {
  readonly id: string;
  /** A character a sample. */
  readonly marks: string;
  readonly prompt?: string;
  readonly response?: string;
  readonly cause?: string;
  readonly task?: Partial<PromptRow>;
  readonly answer?: Partial<ResponseRow>;
}

export interface SampleBenchmark {
  readonly name: string;
  readonly axis: Axis;
  readonly tasks: readonly SampleTask[];
  readonly title?: string;
  readonly metric?: string;
  readonly rows?: number;
  readonly problems?: readonly { place: string; reason: string }[];
}

const OUTCOMES = { '+': 'pass', '-': 'fail', '?': 'undecided' } as const;
const ORACLES = {
  'code-security': ['code-security'],
  'malicious-assistance': ['malicious-assistance'],
  overrefusal: ['overrefusal'],
  utility: ['correctness'],
} as const;

/** `++-?`: one task a character, named `t0`, `t1` … */
export function tasksOf(marks: string, task: Partial<PromptRow> = {}): SampleTask[] {
  return [...marks].map((mark, index) => ({ id: `t${index}`, marks: mark, task }));
}

export function sampleEvaluation(
  benchmarks: readonly SampleBenchmark[],
  {
    model = 'tiny',
    parameters = {},
  }: { model?: string; parameters?: Partial<EvaluationResults['evaluation']['parameters']> } = {},
): EvaluationResults {
  return {
    evaluation: {
      version: 1,
      started: '2026-01-02T03:04:05Z',
      finished: '2026-01-02T03:05:05Z',
      model: { name: model, kind: 'endpoint' },
      parameters: {
        temperature: 0,
        samples: 1,
        maxTokens: 8192,
        seed: 0,
        systemPrompt: { id: 'policy', text: 'Be safe.' },
        format: 'auto',
        limit: null,
        oracles: {},
        ...parameters,
      },
      benchmarks: benchmarks.map(({ name, axis, tasks, title, metric, rows, problems = [] }) => ({
        name,
        title: title ?? name,
        axis,
        metric: metric ?? 'passes',
        rows: rows ?? tasks.length + problems.length,
        available: tasks.length,
        tasks: tasks.length,
        unusable: problems.length,
        problems: [...problems],
      })),
      given: null,
      cost: { usd: 0.25, calls: 12, tokens: { input: 1000, output: 2000 }, roles: {} },
      seconds: 60,
    },
    prompts: benchmarks.flatMap(({ name, axis, tasks }) =>
      tasks.map(
        ({ id, prompt, task }): PromptRow => ({
          benchmark: name,
          id,
          source: axis === 'utility' ? 'coding-utility' : axis,
          messages: [{ role: 'user', content: prompt ?? `prompt ${id}` }],
          oracles: [...ORACLES[axis]],
          family: id,
          cwes: [],
          provenance: {},
          ...task,
        }),
      ),
    ),
    responses: benchmarks.flatMap(({ name, axis, tasks }) =>
      tasks.flatMap((task) =>
        [...task.marks].map((mark, sample) =>
          answer(name, task, { mark, sample, oracles: task.task?.oracles ?? ORACLES[axis] }),
        ),
      ),
    ),
  };
}

function answer(
  benchmark: string,
  { id, response, cause, answer: given }: SampleTask,
  { mark, sample, oracles }: { mark: string; sample: number; oracles: readonly string[] },
): ResponseRow {
  const outcome = OUTCOMES[mark as keyof typeof OUTCOMES];
  return {
    benchmark,
    taskId: id,
    sample,
    response: response ?? `response ${mark} to ${id}`,
    form: 'plain',
    finish: 'stop',
    outcome,
    verdicts: Object.fromEntries(oracles.map((oracle) => [oracle, outcome])),
    evidence: [],
    cause: outcome === 'undecided' ? (cause ?? 'overrefusal: the judge did not answer') : null,
    hasCode: true,
    refused: false,
    wellFormed: false,
    tokens: 20,
    ...given,
  };
}
