/** `purpcode redteam run FILE`: red-teaming with language models, resumable. */
import { join } from 'node:path';
import { Command } from 'commander';
import { stringify } from 'yaml';
import { contentKey } from '../content-key.ts';
import { ConfigError } from '../errors.ts';
import { checkReachable, checkSettings } from '../recipe/red-teaming/check.ts';
import { openRedTeaming, toEstimate } from '../recipe/red-teaming/context.ts';
import { estimateRedTeaming, type RedTeamEstimate } from '../recipe/red-teaming/estimate.ts';
import { runRedTeaming } from '../recipe/red-teaming/pipeline.ts';
import { resolveRedTeaming } from '../recipe/red-teaming/resolve.ts';
import type { RedTeaming } from '../recipe/red-teaming/schema.ts';
import type { RedTeamSummary } from '../report/red-teaming/summary.ts';
import { exists, remove, writeFileAtomic } from '../runs/files.ts';
import { RunDirectory } from '../runs/run-directory.ts';
import { commandProgress } from './command-progress.ts';
import { withEstimateFolder } from './estimate-folder.ts';
import { estimateLines } from './estimate-lines.ts';

const HELP = `
The file names the models of the roles, where code and requests come from, and how many prompts are wanted: an
example is in docs/guides/red-teaming.md, every key with its default in src/recipe/red-teaming/schema.ts. The same command goes on where a killed one stopped: what a model
has answered is never asked, or paid, again.
Exit codes: 0 done, with single attacks that are undecided or not; 2 it could not be done: a model or a judge is gone
(eight failures in a row), or the budget is used up. The same command goes on.`;

interface RunOptions {
  readonly run?: string;
  readonly set: string[];
  readonly estimate?: boolean;
  readonly json?: boolean;
}

export function redteamRunCommand(): Command {
  return new Command('run')
    .description('make a corpus: certified code, prompts, jailbreaks, look-alikes, cleaned and split')
    .argument('<settings>', 'a YAML file')
    .option('--run <folder>', 'run folder (default: runs/<name>-seed<seed>)')
    .option('--set <key=value>', 'override a setting, e.g. --set prompts.turns=1; repeatable', collect, [])
    .option('--estimate', 'say what it would cost, and stop')
    .option('--json', 'progress and summary as JSON lines')
    .addHelpText('after', HELP)
    .action(execute);
}

function collect(value: string, list: string[]): string[] {
  return [...list, value];
}

async function execute(file: string, options: RunOptions): Promise<void> {
  const settings = resolveRedTeaming(file, options.set);
  checkSettings(settings);
  const folder = options.run ?? join('runs', `${settings.name}-seed${settings.seed}`);
  if (options.estimate) return await estimate(settings, folder, options);
  const isNew = !exists(folder);
  const run = new RunDirectory(folder);
  try {
    checkFolder(run, settings);
    const context = await openRedTeaming(settings, run, commandProgress(options));
    try {
      // One that goes on may need nobody any more: its answers are kept.
      if (!exists(run.file('settings.yaml'))) await checkReachable(settings);
      writeFileAtomic(run.file('settings.yaml'), stringify(settings));
      const summary = await runRedTeaming(context);
      print(summary, (done) => summaryLines(done, run), options);
    } finally {
      await context.close();
    }
  } finally {
    run.close();
    // A start that was refused (no model there, a key that is not set) leaves nothing behind.
    if (isNew && !exists(run.file('settings.yaml'))) remove(folder);
  }
}

async function estimate(settings: RedTeaming, folder: string, options: RunOptions): Promise<void> {
  await withEstimateFolder(folder, async (run) => {
    checkFolder(run, settings);
    const context = await openRedTeaming(toEstimate(settings), run, commandProgress(options));
    try {
      print(await estimateRedTeaming(context), estimateText, options);
    } finally {
      await context.close();
    }
  });
}

function print<T>(value: T, lines: (value: T) => string[], { json }: RunOptions): void {
  process.stdout.write(`${json ? JSON.stringify(value) : lines(value).join('\n')}\n`);
}

/** Settings that only say how fast, how dear and by which key: they may change between starts. */
function lasting({ models, ...settings }: RedTeaming): unknown {
  const roles = Object.entries(models).flatMap(([role, model]) =>
    typeof model === 'object' && role !== 'budget' ? [[role, modelKey(model)]] : [],
  );
  return { ...settings, models: Object.fromEntries(roles) };
}

/** A model that has a name is the same wherever it is served (docs/guides/models.md). */
const PASSING = [
  'concurrency',
  'prices',
  'requestsPerMinute',
  'tokensPerMinute',
  'retries',
  'timeoutSeconds',
  'backoffSeconds',
  'maxWaitSeconds',
  'apiKeyEnv',
  'headerEnv',
  'threads',
];

function modelKey(model: object): unknown {
  const passing = 'name' in model && model.name !== undefined ? [...PASSING, 'baseUrl'] : PASSING;
  return Object.fromEntries(Object.entries(model).filter(([key]) => !passing.includes(key)));
}

/** A folder belongs to one campaign: another one in it would mix results. */
function checkFolder(run: RunDirectory, settings: RedTeaming): void {
  if (exists(run.file('recipe.yaml'))) {
    throw new ConfigError(`${run.path} holds a run of a recipe`, {
      hint: 'choose another folder with --run',
    });
  }
  const path = run.file('settings.yaml');
  if (!exists(path)) return;
  const known = resolveRedTeaming(path);
  if (contentKey(lasting(known)) === contentKey(lasting(settings))) return;
  const changed = Object.keys(settings).filter(
    (key) =>
      contentKey({ value: known[key as keyof RedTeaming] }) !==
      contentKey({ value: settings[key as keyof RedTeaming] }),
  );
  throw new ConfigError(`${run.path} holds red-teaming with other settings (${changed.join(', ')})`, {
    hint: `choose another folder with --run, or delete ${path}: what models have answered stays and is not paid again`,
  });
}

function summaryLines(
  { coverage, split, hygiene, generations, attacks, cost, notChecked, problems, screening }: RedTeamSummary,
  run: RunDirectory,
): string[] {
  const dropped = (figures: RedTeamSummary['hygiene']['prompts']) =>
    `${figures.duplicates} near-duplicates, ${figures.contaminated} close to evaluation`;
  return [
    '',
    `${coverage.prompts} prompts over ${coverage.cwes.length} weaknesses: ${split.train} to train on, ${split.development} for development, ${split.test} for tests`,
    ...Object.entries(coverage.sources).map(([source, n]) => `  ${source.padEnd(22)} ${n}`),
    `dropped: ${dropped(hygiene.prompts)}; of jailbreaks ${dropped(hygiene.jailbreaks)}`,
    ...(notChecked.length === 0 ? [] : [`not checked for overlap: ${notChecked.join(', ')}`]),
    ...screeningLines(screening),
    ...Object.entries(attacks).map(
      ([attack, outcomes]) =>
        `${attack}: ${Object.entries(outcomes)
          .map(([outcome, n]) => `${n} ${outcome}`)
          .join(', ')}`,
    ),
    ...Object.entries(generations)
      .filter(([, { asked, made }]) => made < asked)
      .map(
        ([step, { asked, made, refused, malformed, failed }]) =>
          `${step}: ${made} usable replies for ${asked} questions; ${refused} refused, ${malformed} malformed, ${failed} failed`,
      ),
    ...(problems === 0
      ? []
      : [`${problems} rows could not be used: ${run.file('redteam', 'problems.jsonl')}`]),
    `${cost.calls} calls, ${cost.tokens.input} + ${cost.tokens.output} tokens, ${cost.usd === null ? 'price unknown' : `${cost.usd.toFixed(2)} USD`}`,
    `prompts: ${run.file('redteam', 'tasks.jsonl')}`,
    `report: ${run.file('report', 'index.html')}`,
  ];
}

function screeningLines({ by, code, conversations }: RedTeamSummary['screening']): string[] {
  if (by === null)
    return ['not checked: whether code is a means of attack (nobody plays classifier or judge)'];
  const [attack, undecided] = [code.attack + conversations.attack, code.undecided + conversations.undecided];
  if (attack + undecided === 0) return [];
  return [`left out by the ${by}: ${attack} means of attack, ${undecided} that it could not tell`];
}

function estimateText(estimate: RedTeamEstimate): string[] {
  return [
    ...estimateLines(estimate, { usual: 'with usual replies' }),
    ...estimate.notes.map((note) => `- ${note}`),
  ];
}
