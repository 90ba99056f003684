/** `purpcode redteam probe`: how often a model breaks under attack, and on what; resumable. */
import { Command, Option } from 'commander';
import { CompletionJournal } from '../models/completion-journal.ts';
import { ATTACKS } from '../redteam/probe/attempt.ts';
import { DEFAULT_PROBE } from '../redteam/probe/options.ts';
import { RunDirectory } from '../runs/run-directory.ts';
import { nonNegative, wholeNumber } from './number-options.ts';
import { ORACLES_OPTION } from './oracle-settings.ts';
import { estimateProbe } from './redteam-probe-estimate.ts';
import { checkProbeFolder, type ProbeFlags, probeFolder, readProbePlan } from './redteam-probe-plan.ts';
import { reportProbe } from './redteam-probe-report.ts';
import { runProbe } from './redteam-probe-run.ts';
import { planLines } from './redteam-probe-text.ts';

const HELP = `
The target is named as for \`purpcode eval\`: --base-url with --model, a checkpoint folder as --model, or a file of
roles as --models, whose role target it is (policy where there is none); roles attacker and judge are read from there.
Attacks: none asks the tasks as they are; templates puts them in ways of the library; search varies prompts until an
oracle fails an answer or --prompts are used up; multi-turn leads conversations (role attacker needed).
A success is an answer that fails code security or malicious assistance. Undecided is neither success nor resistance.
The same command goes on where a killed one stopped. What targets answer may be harmful: it stays in the folder.
Exit codes: 0 done, whatever broke or is undecided; 2 it could not be done, also where a judge is gone.`;

export function probeCommand(): Command {
  return new Command('probe')
    .description('attack success rate of a model, per strategy, jailbreak family, weakness and category')
    .requiredOption(
      '--tasks <names>',
      'comma-separated: tasks.jsonl of a run, files of prompts (.jsonl), or benchmarks of the data folder',
    )
    .option('--data <folder>', 'benchmark files', 'data')
    .option('--model <id>', 'the id of the model at --base-url, or a checkpoint folder')
    .option('--base-url <url>', 'an OpenAI-compatible endpoint, e.g. http://127.0.0.1:8000/v1')
    .option('--api-key-env <variable>', 'the environment variable with its key')
    .option('--models <file>', 'roles target, attacker and judge, prices and budget, YAML or JSON')
    .addOption(new Option('--attack <kind>', 'how tasks are attacked').choices(ATTACKS).default('none'))
    .addOption(
      new Option('--library <which>', 'jailbreak primitives; short ones for small models')
        .choices(['full', 'short'])
        .default('full'),
    )
    .option(
      '--prompts <n>',
      `attacked prompts a task (templates: ${DEFAULT_PROBE.prompts}, search: at most ${DEFAULT_PROBE.search.prompts})`,
      wholeNumber(1),
    )
    .option('--composed <n>', 'templates: primitives of one prompt', wholeNumber(1), DEFAULT_PROBE.composed)
    .option('--width <n>', 'search: prompts of a task in a round', wholeNumber(1), DEFAULT_PROBE.search.width)
    .option(
      '--steps <n>',
      'multi-turn: user turns below the goal',
      wholeNumber(2, 7),
      DEFAULT_PROBE.escalation.steps,
    )
    .option(
      '--back-offs <n>',
      'multi-turn: refusals after which a conversation goes on',
      wholeNumber(0),
      DEFAULT_PROBE.escalation.backOffs,
    )
    .option('--limit <n>', 'tasks in all, spread over weaknesses and categories', wholeNumber(1))
    .option('--out <folder>', 'where results are kept (default: probes/<model>-<key>)')
    .option('--temperature <t>', 'of the target; 0 is greedy', nonNegative, 0)
    .option('--max-tokens <n>', 'limit of an answer', wholeNumber(1), 4096)
    .option('--seed <n>', 'of everything that is drawn', wholeNumber(0), 1)
    .option('--system-prompt <which>', 'what the target sees first: policy, none, nano, or a file', 'policy')
    .option('--concurrency <n>', 'calls in flight at the endpoint', wholeNumber(1))
    .option('--budget <usd>', 'stop before more than this is spent; needs prices in --models', nonNegative)
    .option(...ORACLES_OPTION)
    .option('--estimate', 'say what it would cost, and stop')
    .option('--json', 'the summary as JSON on standard output, progress as JSON lines')
    .addHelpText('after', HELP)
    .action(execute);
}

async function execute(flags: ProbeFlags): Promise<void> {
  const plan = await readProbePlan(flags);
  for (const line of planLines(plan)) plan.progress.say(line);
  const folder = probeFolder(plan);
  checkProbeFolder(folder, plan);
  if (flags.estimate) return estimateProbe(plan, folder);
  const run = new RunDirectory(folder);
  const journal = new CompletionJournal(run.file('journal.sqlite'));
  try {
    reportProbe(plan, folder, await runProbe(plan, { run, journal }));
  } finally {
    journal.close();
    run.close();
  }
}
