/**
 * Single-step dynamic sampling against DAPO and none, in seconds a trained group: `node bench/samplers.ts --from RUN`.
 *
 * Repeats only the RL stage of a finished nano run, the samplers in turn, nothing else running: stages beneath are
 * taken over. Writes docs/results/samplers.{md,json}.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readJson, writeFileAtomic, writeJson } from '../src/runs/files.ts';

const { values: options } = parseArgs({
  options: {
    from: { type: 'string', default: 'runs/nano-seed1' },
    rounds: { type: 'string', default: '2' },
    out: { type: 'string', default: 'docs/results' },
  },
});

interface Measured {
  readonly preset: string;
  readonly promptsSampled: number;
  readonly learnableGroups: number;
  readonly trainedGroups: number;
  readonly droppedLearnableGroups: number;
  readonly seconds: number;
}

const PRESETS = ['nano', 'dapo', 'no-dynamic-sampling'];
const entry = fileURLToPath(new URL('../bin/purpcode.js', import.meta.url));
const { seed } = readJson(join(options.from, 'report', 'summary.json')) as { seed: number };

const measured: Measured[] = [];
for (let round = 0; round < Number(options.rounds); round++) {
  for (const preset of PRESETS) measured.push(measure(preset));
}

const rows = PRESETS.map((preset) => {
  const runs = measured.filter((run) => run.preset === preset);
  const [first] = runs as [Measured, ...Measured[]];
  const perGroup = runs.map(({ seconds, trainedGroups }) => seconds / trainedGroups);
  return { ...first, secondsPerTrainedGroup: { min: Math.min(...perGroup), max: Math.max(...perGroup) } };
});
writeJson(join(options.out, 'samplers.json'), { seed, rounds: Number(options.rounds), measured });
const lines = [
  `# Samplers, RL stage of the nano recipe, seed ${seed}`,
  '',
  `Made by \`node bench/samplers.ts --from RUN --rounds ${options.rounds}\`; the samplers in turn, nothing else running.`,
  '',
  '| sampler | prompts sampled | learnable groups | trained on | dropped | seconds a trained group |',
  '| --- | ---: | ---: | ---: | ---: | ---: |',
  ...rows.map(
    (row) =>
      `| ${row.preset === 'nano' ? 'single-step' : row.preset} | ${row.promptsSampled} | ${row.learnableGroups} | ${row.trainedGroups} | ${row.droppedLearnableGroups} | ${row.secondsPerTrainedGroup.min.toFixed(3)}–${row.secondsPerTrainedGroup.max.toFixed(3)} |`,
  ),
  '',
];
writeFileAtomic(join(options.out, 'samplers.md'), lines.join('\n'));
console.log(lines.join('\n'));

function measure(preset: string): Measured {
  const folder = mkdtempSync(join(tmpdir(), 'purpcode-samplers-'));
  try {
    cpSync(options.from, folder, { recursive: true });
    for (const part of ['recipe.yaml', 'rl', 'evals', 'report', 'run.lock']) {
      rmSync(join(folder, part), { recursive: true, force: true });
    }
    const args = [entry, 'run', preset, '--run', folder, '--set', `seed=${seed}`, '--until', 'rl'];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${preset}: exit code ${status}\n${stderr}`);
    const report = readJson(join(folder, 'rl', 'report.json')) as Measured;
    console.log(`${preset}: ${report.trainedGroups} groups in ${report.seconds.toFixed(1)} s`);
    return { ...report, preset };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
