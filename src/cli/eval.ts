/** `purpcode eval`: a model on the benchmarks of all four axes, resumable. */
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { firstRequest } from '../evals/model-evaluation/conversation.ts';
import { estimateEvaluation } from '../evals/model-evaluation/estimate.ts';
import { taskName } from '../evals/model-evaluation/given-responses.ts';
import { isEvaluation } from '../evals/results.ts';
import { CompletionJournal } from '../models/completion-journal.ts';
import { Ledger } from '../models/ledger.ts';
import { ReplyCache } from '../models/reply-cache.ts';
import { exists, remove, writeJsonl } from '../runs/files.ts';
import { RunDirectory } from '../runs/run-directory.ts';
import { withEstimateFolder } from './estimate-folder.ts';
import { compareCommand } from './eval-compare.ts';
import { openModel, unasked } from './eval-model.ts';
import { checkFolder, decodingOf, defaultName, type EvalOptions, type Plan, readPlan } from './eval-plan.ts';
import { addReportOptions, checkBaseline, reportEvaluation } from './eval-report.ts';
import { evaluate } from './eval-run.ts';
import { estimateText, planText } from './eval-text.ts';
import { nonNegative, wholeNumber } from './number-options.ts';
import { ORACLES_OPTION } from './oracle-settings.ts';

const HELP = `
One model is named: --base-url with --model, a GGUF file or a checkpoint folder as --model, a file of roles as
--models, or
completions that were made elsewhere as --responses. The same command goes on where a killed one stopped, and asks
again only what was undecided. Tasks for a judge are undecided where neither --oracles nor --models names one.
Exit codes: 0 done, with single tasks that are undecided or not; with --max-drop 1 for a drop; 2 it could not be done
(also where a judge is gone: eight failures in a row), or the gate not decided.`;

export function evalCommand(): Command {
  const command = new Command('eval')
    .description('evaluate a model: code security, malicious assistance, overrefusal, utility')
    .option(
      '--benchmark <names>',
      'comma-separated, or all whose files are there; a name in .jsonl is a file of your own',
    )
    .option('--model <id>', 'the id of the model at --base-url, a GGUF file, or a checkpoint folder')
    .option('--base-url <url>', 'an OpenAI-compatible endpoint, e.g. http://127.0.0.1:8000/v1')
    .option('--api-key-env <variable>', 'the environment variable with its key')
    .option(
      '--models <file>',
      'roles policy and judge, prices and budget, YAML or JSON (docs/guides/models.md)',
    )
    .option('--responses <file>', 'score these completions instead: JSONL of { task_id, response }')
    .option('--data <folder>', 'benchmark files; `purpcode data get` fills it', 'data')
    .option('--out <folder>', 'where results are kept (default: evaluations/<model>-<key>)')
    .option('--samples <n>', 'samples a task, for pass@k', wholeNumber(1), 1)
    .option('--temperature <t>', '0 is greedy', nonNegative, 0)
    .option('--max-tokens <n>', 'limit of a completion', wholeNumber(1), 8192)
    .option('--seed <n>', 'of sampling and of --limit', wholeNumber(0), 1)
    .option('--limit <n>', 'tasks a benchmark, spread over languages and categories', wholeNumber(1))
    .option('--system-prompt <which>', 'policy, none, nano, or a file', 'policy')
    .addOption(
      new Option('--format <format>', 'responses in our template, plain, or each as it is')
        .choices(['auto', 'template', 'plain'])
        .default('auto'),
    )
    .option('--concurrency <n>', 'calls in flight at the endpoint', wholeNumber(1))
    .option('--budget <usd>', 'stop before more than this is spent; needs prices in --models', nonNegative)
    .option(...ORACLES_OPTION)
    .option(
      '--reverify',
      'verify all responses anew, as after a change of rules; judges whose answers were malformed are asked again',
    )
    .option('--estimate', 'say what it would cost, and stop')
    .option('--prompts <file>', 'write task ids and prompts for --responses, and stop')
    .option('--json', 'the summary as JSON on standard output, progress as JSON lines')
    .addHelpText('after', HELP)
    .action(execute);
  return addReportOptions(command).addCommand(compareCommand());
}

async function execute(options: EvalOptions): Promise<void> {
  const plan = await readPlan(options);
  for (const line of planText(plan)) plan.progress.say(line);
  if (options.prompts !== undefined) return writePrompts(plan, options.prompts);
  const folder = options.out ?? join('evaluations', defaultName(plan));
  checkFolder(folder, plan);
  checkBaseline(folder, options);
  if (options.estimate) return await withEstimateFolder(folder, (run) => estimate(plan, run));
  const isNew = !exists(folder);
  const run = new RunDirectory(folder);
  const journal = new CompletionJournal(run.file('journal.sqlite'));
  try {
    await evaluate(plan, { run, journal });
    reportEvaluation(folder, options);
  } finally {
    journal.close();
    run.close();
    // A start that was refused (no judge there, a key that is not set), leaves nothing behind.
    if (isNew && !isEvaluation(folder)) remove(folder);
  }
}

async function estimate(plan: Plan, run: RunDirectory): Promise<void> {
  const { models, benchmarks, options, oracles } = plan;
  const { policy, budget } = models;
  const { samples } = options;
  const decoding = decodingOf(plan);
  const judge = typeof oracles.judge === 'string' ? {} : { judge: oracles.judge };
  const journal = new CompletionJournal(run.file('journal.sqlite'));
  const shared = { ledger: new Ledger({ journal }), cache: new ReplyCache(journal) };
  const model =
    policy.kind === 'responses' ? undefined : await openModel(unasked(policy), { decoding, samples }, shared);
  try {
    const known = model === undefined ? {} : { policy: { decoding, ...model } };
    const figures = estimateEvaluation({ benchmarks, samples, budget, ...judge, ...known });
    process.stdout.write(`${options.json ? JSON.stringify(figures) : estimateText(figures)}\n`);
  } finally {
    await model?.close();
    journal.close();
  }
}

function writePrompts({ benchmarks, options, systemPrompt, progress }: Plan, path: string): void {
  const rows = benchmarks.flatMap(({ about, tasks }) =>
    tasks.map((task) => ({
      task_id: taskName(about.name, task),
      messages: firstRequest(task, 0, decodingOf({ options, systemPrompt })).messages,
    })),
  );
  writeJsonl(path, rows);
  progress.say(`${rows.length} prompts written to ${path}`);
}
