import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseBenchmarks } from '../../../src/cli/eval-benchmarks.ts';
import { isRecipeTasks, recipeBenchmarks } from '../../../src/evals/benchmarks/recipe-tasks.ts';
import { evaluationBenchmarks } from '../../../src/nano/evaluation.ts';
import { trainingPool } from '../../../src/nano/pool.ts';
import { createWorld, splitFamilies } from '../../../src/nano/world.ts';
import { JAILBREAK_TEMPLATES } from '../../../src/redteam/jailbreaks/templates.ts';
import { makeDataFolder } from '../../datasets/files.ts';

const data = makeDataFolder();
const world = createWorld({ jailbreaks: JAILBREAK_TEMPLATES });
const { known, fresh } = splitFamilies(world, 1);

describe("a run's own prompts", () => {
  it('held out: the benchmarks of the run with their tasks unchanged', async () => {
    const held = evaluationBenchmarks({
      split: 'test',
      jailbreaks: world.jailbreaks,
      seed: 1,
      known,
      fresh,
      scale: 1,
    });
    const path = data.jsonl(
      'run/evals/prompts.jsonl',
      held.flatMap(({ name, tasks }) => tasks.map((task) => ({ benchmark: name, ...task }))),
    );
    assert.ok(isRecipeTasks(path));
    const sources = recipeBenchmarks(path);
    assert.deepEqual(
      sources.map(({ name, axis }) => [name, axis]),
      held.map(({ name, axis }) => [`evals-${name}`, axis]),
    );
    const loaded = await Promise.all(sources.map((source) => source.load(data.path)));
    assert.deepEqual(
      loaded.map(({ tasks, rows, problems }) => ({ tasks, rows, problems })),
      held.map(({ tasks }) => ({
        tasks: JSON.parse(JSON.stringify(tasks)) as unknown,
        rows: tasks.length,
        problems: [],
      })),
    );
  });

  it('for training: a benchmark a source; rows that cannot be read are problems', async () => {
    const pool = trainingPool(
      world,
      known,
      { utility: 2, questions: 2, lookalikes: 2, malicious: 2, multiTurnShare: 0.5 },
      1,
    );
    const tasks = Object.values(pool).flat();
    const path = data.jsonl('run/redteam/tasks.jsonl', [...tasks, { id: 'x', source: 'overrefusal' }]);
    const sources = recipeBenchmarks(path);
    assert.deepEqual(
      sources.map(({ name }) => name).sort(),
      [...new Set(tasks.map(({ source }) => `redteam-${source}`))].sort(),
    );
    const loaded = await Promise.all(sources.map((source) => source.load(data.path)));
    assert.equal(loaded.flatMap(({ tasks: own }) => own).length, tasks.length);
    assert.deepEqual(
      loaded.flatMap(({ problems }) => problems.map(({ place }) => place)),
      [`tasks.jsonl:${tasks.length + 1}`],
    );
    assert.equal(
      loaded.reduce((sum, { rows }) => sum + rows, 0),
      tasks.length + 1,
    );
  });

  it('of several files of a run, or of several runs, have names that tell them apart where that matters', async () => {
    const [task] = Object.values(
      trainingPool(
        world,
        known,
        { utility: 1, questions: 1, lookalikes: 1, malicious: 1, multiTurnShare: 0 },
        1,
      ),
    ).flat();
    const file = (path: string, id: string) => data.jsonl(path, [{ ...task, id }]);
    const [tasks, side] = [file('a/redteam/tasks.jsonl', '1'), file('a/redteam/test.jsonl', '2')];
    const options = { data: data.path, limit: null, seed: 1 };
    const names = async (paths: readonly string[], more = {}) =>
      (await chooseBenchmarks(paths.join(','), { ...options, ...more })).benchmarks.map(
        ({ about }) => about.name,
      );
    assert.deepEqual(await names([tasks, side]), [`redteam-${task!.source}`, `redteam-test-${task!.source}`]);
    const other = file('b/redteam/tasks.jsonl', '3');
    await assert.rejects(names([tasks, other]), /two benchmarks are called redteam-/);
    assert.equal((await names([tasks, other], { sameNames: true })).length, 2);
  });

  it('is not what a file of prompts of one’s own is', () => {
    assert.ok(!isRecipeTasks(data.jsonl('mine.jsonl', [{ id: 'a', oracle: 'correctness', prompt: 'p' }])));
    assert.ok(!isRecipeTasks(data.file('text.jsonl', 'no JSON\n')));
  });
});
