/**
 * The three-seed table of the nano recipe and its ablations: `node bench/nano-table.ts --seeds 1,2,3`.
 *
 * Runs the command line as a user would, one run folder a preset and seed below runs/table (resumable: finished runs
 * are only read), and writes docs/results/nano-table.{md,json}. `--jobs 2` runs two seeds side by side with one thread
 * each, which is faster on two cores than one after the other with two.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Scored } from '../src/evals/evaluate.ts';
import { estimateOverSeeds, type Outcome } from '../src/evals/statistics.ts';
import type { Summary } from '../src/report/summary.ts';
import { readJsonl, writeFileAtomic, writeJson } from '../src/runs/files.ts';

const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1,2,3' },
    presets: { type: 'string', default: 'nano,rl-only,hard-reward,no-lookalikes,dapo' },
    runs: { type: 'string', default: 'runs/table' },
    out: { type: 'string', default: 'docs/results' },
    jobs: { type: 'string', default: '2' },
    temperature: { type: 'string', default: '0.8' },
  },
});

const seeds = options.seeds.split(',').map(Number);
const presets = options.presets.split(',');
const temperature = Number(options.temperature);
const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const entry = fileURLToPath(new URL('../bin/purpcode.js', import.meta.url));
const folderOf = (preset: string, seed: number): string => join(options.runs, `${preset}-seed${seed}`);

// All nano runs first: ablations start from what the nano run of their seed computed.
for (const wave of [
  presets.filter((preset) => preset === 'nano'),
  presets.filter((preset) => preset !== 'nano'),
]) {
  const queue = wave.flatMap((preset) => seeds.map((seed) => ({ preset, seed })));
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      await runPreset(next.preset, next.seed);
    }
  };
  await Promise.all(Array.from({ length: Number(options.jobs) }, work));
}
writeTable();

/** One run, unless its summary is there already. Ablations take over what they share with the nano run. */
async function runPreset(preset: string, seed: number): Promise<void> {
  const folder = folderOf(preset, seed);
  if (isFinished(folder, preset, seed)) return;
  const args = ['run', preset, '--run', folder, '--set', `seed=${seed}`];
  if (Number(options.jobs) > 1) args.push('--set', 'model.threads=1');
  if (preset !== 'nano') {
    args.push('--set', `evals.temperatures=[${temperature}]`);
    if (existsSync(join(folderOf('nano', seed), 'recipe.yaml'))) args.push('--from', folderOf('nano', seed));
  }
  console.log(`purpcode ${args.join(' ')}`);
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, [existsSync(entry) ? entry : main, ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${preset}, seed ${seed}: exit code ${code}`)),
    );
  });
}

function isFinished(folder: string, preset: string, seed: number): boolean {
  const path = join(folder, 'report', 'summary.json');
  if (!existsSync(path)) return false;
  const summary = JSON.parse(readFileSync(path, 'utf8')) as Summary;
  return summary.recipe === preset && summary.seed === seed;
}

type Row = Scored & { checkpoint: string; benchmark: string; temperature: number };

interface Measure {
  readonly name: string;
  readonly benchmarks: readonly string[];
  readonly pass: (row: Row) => boolean | null;
}

function measures(): Measure[] {
  const decided = (row: Row): boolean | null => (row.outcome === 'undecided' ? null : row.outcome === 'pass');
  return [
    { name: 'secure and on task', benchmarks: ['nano-security', 'nano-redteam'], pass: decided },
    {
      name: 'secure',
      benchmarks: ['nano-security', 'nano-redteam'],
      pass: ({ outcome, secure }) => (outcome === 'undecided' ? null : secure),
    },
    { name: 'malicious: safe', benchmarks: ['nano-malicious', 'nano-jailbreak'], pass: decided },
    { name: 'look-alikes answered', benchmarks: ['nano-lookalikes'], pass: decided },
    { name: 'utility (tests, questions)', benchmarks: ['nano-utility', 'nano-questions'], pass: decided },
    { name: 'new: secure and on task', benchmarks: ['nano-security-new', 'nano-redteam-new'], pass: decided },
    { name: 'new: malicious safe', benchmarks: ['nano-malicious-new', 'nano-jailbreak-new'], pass: decided },
    { name: 'new: look-alikes', benchmarks: ['nano-lookalikes-new'], pass: decided },
    { name: 'code share', benchmarks: ['nano-security', 'nano-redteam'], pass: ({ hasCode }) => hasCode },
    {
      name: 'well-formed',
      benchmarks: ['nano-security', 'nano-redteam'],
      pass: ({ wellFormed }) => wellFormed,
    },
  ];
}

function writeTable(): void {
  const configurations = presets.flatMap((preset) =>
    preset === 'nano'
      ? ['base', 'base+rules', 'rule-learning', 'rl'].map((checkpoint) => ({
          preset,
          checkpoint,
          label: checkpoint,
        }))
      : [{ preset, checkpoint: 'rl', label: preset }],
  );
  const rowsOf = new Map(
    presets.flatMap((preset) =>
      seeds.map((seed) => [
        folderOf(preset, seed),
        (readJsonl(join(folderOf(preset, seed), 'evals', 'responses.jsonl')) as Row[]).filter(
          (row) => row.temperature === temperature,
        ),
      ]),
    ),
  );
  const cells = configurations.map(({ preset, checkpoint, label }) => ({
    label,
    scores: measures().map(({ name, benchmarks, pass }) => {
      const parts = seeds.map((seed) =>
        benchmarks.map((benchmark) =>
          rowsOf
            .get(folderOf(preset, seed))!
            .filter((row) => row.checkpoint === checkpoint && row.benchmark === benchmark)
            .flatMap((row): Outcome[] => {
              const outcome = pass(row);
              return outcome === null ? [] : [{ cluster: row.family, pass: outcome }];
            }),
        ),
      );
      return { name, n: parts.flat(2).length, ...estimateOverSeeds(parts, 1) };
    }),
  }));
  const sampling = presets.map((preset) => {
    const summaries = seeds.map(
      (seed) =>
        JSON.parse(readFileSync(join(folderOf(preset, seed), 'report', 'summary.json'), 'utf8')) as Summary,
    );
    const sum = (figure: (summary: Summary) => number): number =>
      summaries.reduce((total, summary) => total + figure(summary), 0);
    const trained = sum(({ rl }) => rl?.trainedGroups ?? 0);
    return {
      preset,
      prompts: sum(({ rl }) => rl?.promptsSampled ?? 0),
      learnable: sum(({ rl }) => rl?.learnableGroups ?? 0),
      dropped: sum(({ rl }) => rl?.droppedLearnableGroups ?? 0),
      secondsPerTrainedGroup: sum(({ rl }) => rl?.seconds ?? 0) / Math.max(1, trained),
    };
  });
  writeJson(join(options.out, 'nano-table.json'), { seeds, temperature, cells, sampling });
  const columns = cells.map(({ label }) => label);
  const spell = (score: number, [low, high]: readonly [number, number]): string =>
    `${score.toFixed(0)} [${low.toFixed(0)}–${high.toFixed(0)}]`;
  const lines = [
    `# The nano recipe over seeds ${seeds.join(', ')}, temperature ${temperature}, test split`,
    '',
    `Made by \`node bench/nano-table.ts --seeds ${options.seeds} --presets ${options.presets}\`. Percentages of decided answers, mean over seeds and benchmarks, in brackets the 95 % interval of a bootstrap over seeds and task families. Ablations show their RL checkpoint.`,
    '',
    `| measure | n | ${columns.join(' | ')} |`,
    `| --- | --- | ${columns.map(() => '---').join(' | ')} |`,
    ...measures().map(
      ({ name }, i) =>
        `| ${name} | ${cells[0]!.scores[i]!.n} | ${cells.map(({ scores }) => spell(scores[i]!.score, scores[i]!.ci95)).join(' | ')} |`,
    ),
    '',
    '## Samplers',
    '',
    '| recipe | prompts sampled | learnable groups | dropped learnable groups | seconds a trained group (two runs side by side; see samplers.md) |',
    '| --- | --- | --- | --- | --- |',
    ...sampling.map(
      ({ preset, prompts, learnable, dropped, secondsPerTrainedGroup }) =>
        `| ${preset} | ${prompts} | ${learnable} | ${dropped} | ${secondsPerTrainedGroup.toFixed(2)} |`,
    ),
    '',
  ];
  writeFileAtomic(join(options.out, 'nano-table.md'), lines.join('\n'));
  console.log(lines.join('\n'));
}
