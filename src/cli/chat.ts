/** `purpcode chat [run]`: asks the checkpoints of a run the same question and shows their answers one after the other. */

import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { createEmbeddedEngine } from '../engines/embedded/engine.ts';
import type { Engine, SamplingClient } from '../engines/engine.ts';
import { ConfigError } from '../errors.ts';
import { NANO_SYSTEM_PROMPT } from '../nano/world.ts';
import { createRuffAnalyser } from '../oracles/code-security/ruff.ts';
import { exists, readText } from '../runs/files.ts';
import { END_OF_TURN, renderConversation } from '../transcripts/chat-template.ts';
import { pythonCode } from '../transcripts/code.ts';

interface ChatOptions {
  readonly ask?: string[];
  readonly temperature: string;
  readonly seed: string;
  readonly json?: boolean;
}

interface Answer {
  readonly checkpoint: string;
  readonly response: string;
  /** Findings of the analyser in the answer's code, one line each. */
  readonly findings: readonly string[];
}

const CHECKPOINTS = ['base', 'rule-learning', 'rl'];
const MAX_TOKENS = 200;

export function chatCommand(): Command {
  return new Command('chat')
    .description('ask the base, rule-learning and RL checkpoints of a run the same question')
    .argument('[run]', 'run folder', join('runs', 'nano-seed1'))
    .option('--ask <question...>', 'ask these and exit, instead of reading questions from the terminal')
    .option('--temperature <t>', '0 is greedy', '0')
    .option('--seed <n>', 'seed of the sampling', '1')
    .option('--json', 'one JSON line a question')
    .action(chat);
}

async function chat(run: string, options: ChatOptions): Promise<void> {
  const temperature = Number(options.temperature);
  if (!(temperature >= 0))
    throw new ConfigError(`--temperature ${options.temperature}: expected a number from 0`);
  const names = CHECKPOINTS.filter((name) => exists(join(run, 'checkpoints', name, 'config.json')));
  if (names.length === 0) {
    throw new ConfigError(`there is no run with checkpoints in ${run}`, {
      hint: 'make one with: purpcode run nano',
    });
  }
  const engine = await createEmbeddedEngine({ tokenizerFolder: join(run, 'checkpoints', names[0]!) });
  try {
    const models = await Promise.all(
      names.map(async (name) => ({
        name,
        client: await engine.createSamplingClient(join(run, 'checkpoints', name)),
      })),
    );
    const answer = (question: string) => ask(engine, models, { question, temperature, seed: options.seed });
    if (options.ask === undefined) await converse(run, answer);
    else for (const question of options.ask) print(question, await answer(question), options.json ?? false);
  } finally {
    await engine.close();
  }
}

async function converse(run: string, answer: (question: string) => Promise<Answer[]>): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  process.stdout.write(`Ask as the miniature world does, e.g. ${exampleOf(run)}\nAn empty line ends.\n`);
  terminal.setPrompt('\n> ');
  terminal.prompt();
  for await (const line of terminal) {
    if (line.trim() === '') break;
    print(line, await answer(line), false);
    terminal.prompt();
  }
  terminal.close();
}

/** A held-out prompt of the run, to show how the world speaks. */
function exampleOf(run: string): string {
  const path = join(run, 'evals', 'prompts.jsonl');
  if (!exists(path)) return 'Write a function hash_order(data) to compute the hex digest of the order data.';
  const first = JSON.parse(readText(path).split('\n')[0]!) as { messages: { content: string }[] };
  return first.messages.at(-1)!.content;
}

async function ask(
  engine: Engine,
  models: readonly { name: string; client: SamplingClient }[],
  request: { question: string; temperature: number; seed: string },
): Promise<Answer[]> {
  const messages = [
    { role: 'system', content: NANO_SYSTEM_PROMPT },
    { role: 'user', content: request.question },
  ] as const;
  const prompt = renderConversation(messages, engine.tokenizer, { addGenerationPrompt: true });
  const analyser = createRuffAnalyser();
  const answers: Answer[] = [];
  for (const { name, client } of models) {
    const samples = await client.sample([
      {
        prompt,
        n: 1,
        maxTokens: MAX_TOKENS,
        temperature: request.temperature,
        stop: [engine.tokenizer.special(END_OF_TURN)],
        seed: request.seed,
      },
    ]);
    const response = engine.tokenizer.decode(samples[0]![0]!.tokens);
    const snippets = pythonCode(response).map(({ code }) => ({ code, language: 'python' }));
    const results = await analyser.analyse(snippets);
    answers.push({
      checkpoint: name,
      response,
      findings: results.flatMap((result) =>
        result.kind === 'failed'
          ? [`undecided: ${result.cause}`]
          : result.findings.map(
              ({ rule, cwes, message }) => `${rule}${cwes.map((cwe) => ` CWE-${cwe}`).join('')}: ${message}`,
            ),
      ),
    });
  }
  return answers;
}

function print(question: string, answers: readonly Answer[], json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ question, answers })}\n`);
    return;
  }
  for (const { checkpoint, response, findings } of answers) {
    process.stdout.write(`\n--- ${checkpoint} ---\n${printable(response)}\n`);
    for (const finding of findings) process.stdout.write(`  ! ${printable(finding)}\n`);
  }
}

/** Model output without control characters: no escape sequence of it reaches the terminal. */
function printable(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, '\ufffd');
}
