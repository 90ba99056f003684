/** `purpcode run [preset|file]`: the whole recipe, resumable. */

import { cpSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { parse, stringify } from 'yaml';
import { ConfigError, messageOf } from '../errors.ts';
import { runRecipe } from '../recipe/pipeline.ts';
import { PRESETS } from '../recipe/presets.ts';
import { parseRecipe, resolveRecipe } from '../recipe/resolve.ts';
import { STAGE_NAMES, type StageName } from '../recipe/stage-names.ts';
import { renderTable } from '../report/table.ts';
import { exists, ioError, makeFolder, readText, writeFileAtomic } from '../runs/files.ts';
import { duration } from '../runs/progress.ts';
import { RunDirectory } from '../runs/run-directory.ts';
import { commandProgress } from './command-progress.ts';

interface RunOptions {
  readonly run?: string;
  readonly set: string[];
  readonly from?: string;
  readonly until?: StageName;
  readonly json?: boolean;
}

export function runCommand(): Command {
  return new Command('run')
    .description('run the whole recipe; the same command goes on where a killed run stopped')
    .argument('[recipe]', `a preset (${Object.keys(PRESETS).join(', ')}) or a YAML file`, 'nano')
    .option('--run <folder>', 'run folder (default: runs/<recipe>-seed<seed>)')
    .option('--set <key=value>', 'override a setting, e.g. --set rl.steps=4; repeatable', collect, [])
    .option('--from <run>', 'start from a finished run: stages with the same settings are taken over')
    .addOption(new Option('--until <stage>', 'stop after this stage').choices([...STAGE_NAMES]))
    .option('--json', 'progress and summary as JSON lines')
    .action(execute);
}

function collect(value: string, list: string[]): string[] {
  return [...list, value];
}

async function execute(source: string, options: RunOptions): Promise<void> {
  const started = Date.now();
  const recipe = resolveRecipe(source, options.set);
  const folder = options.run ?? join('runs', `${recipe.name}-seed${recipe.seed}`);
  if (options.from !== undefined) takeOver(options.from, folder);
  const run = new RunDirectory(folder);
  const progress = commandProgress(options, process.stdout);
  try {
    checkRecipe(run, recipe);
    writeFileAtomic(run.file('recipe.yaml'), stringify(recipe));
    progress.say(`purpcode ${recipe.name}, seed ${recipe.seed}: ${folder}`);
    const summary = await runRecipe({
      recipe,
      run,
      progress,
      ...(options.until === undefined ? {} : { until: options.until }),
    });
    if (summary === undefined) return;
    if (options.json) {
      process.stdout.write(`${JSON.stringify({ event: 'summary', summary })}\n`);
    } else {
      process.stdout.write(`\n${renderTable(summary)}\n`);
      process.stdout.write(
        `\nreport: ${run.file('report', 'index.html')}   (${duration((Date.now() - started) / 1000)})\n`,
      );
    }
  } finally {
    run.close();
  }
}

/** A run folder belongs to one recipe: another one in it would mix results. */
function checkRecipe(run: RunDirectory, recipe: ReturnType<typeof parseRecipe>): void {
  const path = run.file('recipe.yaml');
  if (!exists(path)) return;
  const known = parseRecipe(readYaml(path), path);
  if (known.name !== recipe.name || known.seed !== recipe.seed) {
    throw new ConfigError(`${run.path} holds a run of recipe ${known.name} with seed ${known.seed}`, {
      hint: 'choose another folder with --run, or leave --run out',
    });
  }
}

function readYaml(path: string): unknown {
  const text = readText(path);
  try {
    return parse(text);
  } catch (error) {
    throw new ConfigError(`${path} is damaged: ${messageOf(error).split('\n')[0]}`, {
      cause: error,
      hint: 'delete the file and run the same command again: finished stages are kept',
    });
  }
}

/**
 * Not taken over from another run. Without its report nobody takes that run's scores for this one's, and the
 * recipe, which this run writes itself, says that the copy was completed: one that was killed is made again.
 */
const NOT_TAKEN = new Set(['recipe.yaml', 'run.lock', 'events.jsonl', 'report', 'cost.json']);

/** Copies what a finished run computed; the pipeline redoes the stages whose settings differ. */
function takeOver(from: string, folder: string): void {
  if (!exists(join(from, 'recipe.yaml'))) {
    throw new ConfigError(`--from ${from}: there is no run in this folder`);
  }
  if (exists(join(folder, 'recipe.yaml'))) return;
  makeFolder(folder);
  try {
    const source = resolve(from);
    const taken = (path: string): boolean =>
      dirname(resolve(path)) !== source || !NOT_TAKEN.has(basename(path));
    cpSync(from, folder, { recursive: true, filter: taken });
  } catch (error) {
    throw ioError('copy', from, error);
  }
}
