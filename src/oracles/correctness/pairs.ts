/** Tests given as standard input and expected output. */

import { PACKAGES } from './child/packages.ts';
import type { PairOutput } from './child/protocol.ts';
import type { TestResult } from './sandbox.ts';

/** SPEC: at most the 8 smallest pairs, inputs of at most 4 KiB. */
const MAX_PAIRS = 8;
const MAX_INPUT_BYTES = 4096;

export interface Pair {
  readonly stdin: string;
  readonly stdout: string;
}

/** The pairs to run, smallest input first, and what is left out, if anything. */
export function choosePairs(tests: {
  readonly stdin: readonly string[];
  readonly stdout: readonly string[];
}): { readonly pairs: Pair[]; readonly note: string | undefined } {
  const count = Math.min(tests.stdin.length, tests.stdout.length);
  const all: Pair[] = [];
  for (let i = 0; i < count; i++) all.push({ stdin: tests.stdin[i] ?? '', stdout: tests.stdout[i] ?? '' });
  const size = (pair: Pair) => Buffer.byteLength(pair.stdin);
  const fitting = all.filter((pair) => size(pair) <= MAX_INPUT_BYTES).sort((a, b) => size(a) - size(b));
  const pairs = fitting.slice(0, MAX_PAIRS);
  const left = Math.max(tests.stdin.length, tests.stdout.length) - pairs.length;
  return { pairs, note: left === 0 ? undefined : `${left} of ${left + pairs.length} pairs not covered` };
}

/** Output as it is compared: no space at line ends, no empty lines at the end. */
export function normaliseOutput(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\S\n]+$/gm, '')
    .replace(/\n+$/, '');
}

/** A test per pair that ran; `undecided` when the sandbox lacks what the answer needs. */
export function pairTests(
  pairs: readonly Pair[],
  outputs: readonly PairOutput[],
): { readonly tests: TestResult[] } | { readonly undecided: string } {
  const tests: TestResult[] = [];
  for (const [i, output] of outputs.entries()) {
    const pair = pairs[i];
    if (pair === undefined) break;
    const lacking = output.error && lackingIn(output.error);
    if (lacking) return { undecided: lacking };
    tests.push(pairTest(`pair ${i + 1}`, pair, output));
  }
  return { tests };
}

function pairTest(name: string, pair: Pair, output: PairOutput): TestResult {
  if (output.error !== undefined) return { name, outcome: 'failed', message: output.error[1] };
  if (output.exitCode !== 0) return { name, outcome: 'failed', message: `exit code ${output.exitCode}` };
  const [want, got] = [normaliseOutput(pair.stdout), normaliseOutput(output.stdout)];
  if (want === got) return { name, outcome: 'passed' };
  return { name, outcome: 'failed', message: difference(want, got) };
}

function difference(want: string, got: string): string {
  const [wanted, given] = [want.split('\n'), got.split('\n')];
  const at = wanted.findIndex((line, i) => line !== given[i]);
  const line = at < 0 ? wanted.length : at;
  const show = (text: string | undefined) =>
    text === undefined ? 'nothing' : JSON.stringify(text.slice(0, 100));
  return `output line ${line + 1}: ${show(given[line])} instead of ${show(wanted[line])}`;
}

/** A failure that is a limit of the sandbox and not a fault of the answer. */
function lackingIn([type, , message]: PairOutput['error'] & object): string | undefined {
  if (type === 'RuntimeError' && message === "can't start new thread") return 'the answer needs threads';
  if (/hashlib/.test(message) && /'(scrypt|pbkdf2_hmac)'/.test(message)) return 'the answer needs OpenSSL';
  const missing = /^No module named '([^'.]+)/.exec(message)?.[1];
  if (type !== 'ModuleNotFoundError' || missing === undefined || !PACKAGES.includes(missing))
    return undefined;
  return `the answer needs the package ${missing}`;
}
