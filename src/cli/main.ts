/**
 * The command line. Commands are loaded when they are named, so that `purpcode --help` is fast.
 *
 * Exit codes: 0 done; 1 what a command documents as a negative answer (findings, for instance); 2 wrong usage, or it
 * could not be done or decided: the message and a hint are on stderr.
 */
import { Command, CommanderError } from 'commander';
import { PurpcodeError } from '../errors.ts';
import { packageVersion } from './package-version.ts';

interface CommandEntry {
  readonly name: string;
  readonly about: string;
  readonly load: () => Promise<Command>;
}

/** One line a command, in the order of `--help`. */
const COMMANDS: readonly CommandEntry[] = [
  entry('run', 'the whole recipe, resumable', async () => (await import('./run.ts')).runCommand()),
  entry('eval', 'a model on all benchmarks', async () => (await import('./eval.ts')).evalCommand()),
  entry('redteam', 'make prompts that break models', async () =>
    (await import('./redteam.ts')).redteamCommand(),
  ),
  entry('data', 'files of public benchmarks', async () => (await import('./data.ts')).dataCommand()),
  entry('chat', 'ask the checkpoints of a run', async () => (await import('./chat.ts')).chatCommand()),
  entry('oracle', 'check code and answers', async () => (await import('./oracle.ts')).oracleCommand()),
  entry('reward', 'rewards for completions', async () => (await import('./reward.ts')).rewardCommand()),
  entry('rules', 'the rules that are taught', async () => (await import('./rules.ts')).rulesCommand()),
  entry('doctor', 'what is installed or missing', async () => (await import('./doctor.ts')).doctorCommand()),
];

function entry(name: string, about: string, load: CommandEntry['load']): CommandEntry {
  return { name, about, load };
}

const ISSUES = 'please report it with the text below';

/** Runs one command line, without `node` and the script's name. Sets the exit code; on errors ends the process. */
export async function main(args: readonly string[]): Promise<void> {
  const { debug, rest } = takeDebug(args);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', quietBrokenPipe);
  process.on('uncaughtException', (error) => fail(error, debug));
  try {
    const program = await createProgram(rest);
    await program.parseAsync(rest, { from: 'user' });
  } catch (error) {
    fail(error, debug);
  }
}

/** `--debug` is understood anywhere before `--`. */
function takeDebug(args: readonly string[]): { debug: boolean; rest: string[] } {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const rest = args.filter((arg, index) => index >= end || arg !== '--debug');
  return { debug: rest.length < args.length, rest };
}

/** The program with the named command loaded; of the others it knows what `--help` shows. */
async function createProgram(args: readonly string[]): Promise<Command> {
  const [first, second] = args.filter((arg) => !arg.startsWith('-'));
  const wanted = first === 'help' ? second : first;
  const program = new Command('purpcode')
    .description('Post-train coding models to reason about cybersafety: the PurpCode recipe')
    .version(packageVersion())
    .option('--debug', 'show the stack of an error')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'purpcode: ')) })
    // A command and its parent may have the same option: it belongs to the name it stands behind.
    .enablePositionalOptions()
    .showHelpAfterError('  hint: add --help to see what is possible')
    .exitOverride();
  for (const { name, about, load } of COMMANDS) {
    const command = name === wanted ? await load() : new Command(name);
    inheritSettings(command, program);
    program.addCommand(command.summary(about));
  }
  return program;
}

/** Commander hands settings down only to commands that it creates itself. */
function inheritSettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inheritSettings(child, command);
}

/** `purpcode ... | head` ends without a word. */
function quietBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  throw error;
}

function fail(error: unknown, debug: boolean): never {
  // Commander has printed its own message; help and version end here with 0.
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  console.error(describeError(error, debug));
  process.exit(2);
}

/** What the user reads about an error: message and hint, or, for a bug of ours, the stack. */
function describeError(error: unknown, debug: boolean): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (!(error instanceof PurpcodeError)) return `purpcode: this is a bug in purpcode; ${ISSUES}\n${stack}`;
  const lines = [`purpcode: ${error.message}`];
  if (error.hint !== undefined) lines.push(`  hint: ${error.hint}`);
  if (debug) lines.push(stack);
  return lines.join('\n');
}
