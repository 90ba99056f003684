import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadedBenchmark } from '../../../src/evals/benchmarks/source.ts';
import { planBenchmark, settingsFor, withoutJudge } from '../../../src/evals/model-evaluation/plan.ts';
import { oraclesSchema } from '../../../src/oracles/config.ts';
import { makeTask } from '../../oracles/fixtures.ts';

const source = { name: 'tiny', title: 'Tiny', metric: 'secure' };

function loaded(ids: readonly string[], problems: LoadedBenchmark['problems'] = []): LoadedBenchmark {
  return {
    ...{ name: 'tiny', axis: 'code-security', group: 'reported' },
    tasks: ids.map((id) => makeTask({ id })),
    rows: ids.length + problems.length,
    problems,
  };
}

test('rows that cannot be used are counted, tasks that come twice among them', () => {
  const problems = [{ place: 'tiny.jsonl:4', reason: 'not JSON' }];
  const { about, tasks, all } = planBenchmark(source, loaded(['a', 'b', 'a', 'c'], problems), {
    limit: 2,
    seed: 1,
  });
  const { rows, available, unusable } = about;
  assert.deepEqual(
    { rows, available, tasks: about.tasks, unusable },
    { rows: 5, available: 3, tasks: 2, unusable: 2 },
  );
  assert.deepEqual(about.problems, [problems[0], { place: 'task a', reason: 'the same task again' }]);
  assert.deepEqual([tasks.length, all.length], [2, 3]);
});

test('a rule-based judge decides tasks with a key, a model all, none none', () => {
  const judged = makeTask({ oracles: ['overrefusal'] });
  const keyed = makeTask({ oracles: ['malicious-assistance'], judge: { harmful: true, relevant: [] } });
  const tasks = [judged, keyed, makeTask()];
  const model = { models: [{ baseUrl: 'http://127.0.0.1:1/v1', model: 'm' }] };
  const counts = (['none', 'rules', model] as const).map((judge) =>
    withoutJudge(tasks, oraclesSchema.parse({ judge })),
  );
  assert.deepEqual(counts, [2, 1, 0]);
});

test('verdicts depend on the settings of their own oracles alone', () => {
  const before = oraclesSchema.parse({});
  const after = oraclesSchema.parse({ judge: 'none', failAt: 'high' });
  const changes = (['code-security', 'overrefusal', 'correctness'] as const).map((oracle) => {
    const task = makeTask({ oracles: [oracle] });
    return JSON.stringify(settingsFor(task, before)) !== JSON.stringify(settingsFor(task, after));
  });
  assert.deepEqual(changes, [true, true, false]);
});
