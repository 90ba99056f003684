/**
 * EvalPlus (Liu et al., arXiv 2305.01210): HumanEval+ and MBPP+, in the shape of its releases (inputs, for which the
 * solution says what is right) and in that of its rows on the Hugging Face hub (a test program).
 */
import { z } from 'zod';
import { beforeFunction, type CodingProblem, importOf, withoutNumpy } from './coding-problem.ts';
import { JsonNumber, pythonLiteral } from './json-numbers.ts';

const inputs = z.array(z.array(z.unknown()));

/** A row of a release: `humanevalplus_release`, `mbppplus_release`. */
export const releaseRow = z.object({
  task_id: z.string().min(1),
  prompt: z.string().min(1),
  entry_point: z.string().min(1),
  canonical_solution: z.string().min(1),
  base_input: inputs,
  // Some problems have no further input, and then an object stands here.
  plus_input: z.union([inputs, z.strictObject({}).transform((): unknown[][] => [])]),
  atol: z.instanceof(JsonNumber).transform(({ text }) => Number(text)),
});
type ReleaseRow = z.infer<typeof releaseRow>;

/** @param solution a whole program. */
export function releaseProblem(row: ReleaseRow, solution: string): CodingProblem {
  return {
    id: row.task_id,
    prompt: row.prompt,
    entryPoint: row.entry_point,
    solution,
    tests: comparingTests(row, solution),
  };
}

/**
 * Runs the answer and the solution on every input and compares what they return. The solution runs with the tests,
 * where the answer cannot see it.
 */
function comparingTests(row: ReleaseRow, solution: string): string {
  const { entry_point: entry, base_input, plus_input, atol } = row;
  const reference = `reference__${entry}`;
  const rows = [...base_input, ...plus_input].map((input) => `    ${readInput(row.task_id, input)},`);
  return [
    solution.replace(new RegExp(`\\b${entry}\\b`, 'g'), reference),
    COMPARISON.trim(),
    'def check(candidate):',
    '    for given in INPUTS:',
    `        want = ${reference}(*copy.deepcopy(given))`,
    '        got = candidate(*copy.deepcopy(given))',
    `        assert ${comparisonOf(row.task_id, entry, atol)}, f"{given!r} gives {got!r}, not {want!r}"[:400]`,
    `INPUTS = [\n${rows.join('\n')}\n]`,
    `${importOf(entry)}check(${entry})`,
  ].join('\n');
}

const COMPARISON = `
import copy

def is_floats(x):
    return isinstance(x, float) or isinstance(x, (list, tuple)) and all(isinstance(i, float) for i in x)

def is_close(got, want, atol):
    if isinstance(want, (list, tuple)):
        return len(got) == len(want) and all(is_close(g, w, atol) for g, w in zip(got, want))
    return got == want or got != got and want != want or abs(got - want) <= atol + 1e-07 * abs(want)

def is_same(got, want, atol):
    if got == want:
        return True
    atol = atol or (1e-06 if is_floats(want) else 0)
    return atol != 0 and is_close(got, want, atol)

def digit_distance(a, b):
    width = max(len(str(a)), len(str(b)))
    return sum(abs(int(x) - int(y)) for x, y in zip(str(a).zfill(width), str(b).zfill(width)))

def pyramid_surface(base, height):
    return base ** 2 + 2 * base * ((base / 2) ** 2 + height ** 2) ** 0.5
`;

/** Problems of MBPP+ whose results are collections without an order, and those that say yes by any object. */
const UNORDERED = new Set([2, 7, 111, 140, 232, 249, 579, 769]);
const ANY_OBJECT = new Set(['check_str', 'text_match_three', 'text_starta_endb']);

/**
 * What makes a result right, where equality is not it: HumanEval/32 asks for a root, of which there are many, and some
 * problems of MBPP+ can be read in two ways (evalplus/eval, version 0.3).
 */
function comparisonOf(taskId: string, entry: string, atol: number): string {
  const equal = `is_same(got, want, ${atol})`;
  const id = mbppId(taskId);
  if (id === undefined) {
    return entry === 'find_zero' ? `abs(poly(given[0], got)) <= ${atol || 1e-4}` : equal;
  }
  if (UNORDERED.has(id)) return 'set(got) == set(want)';
  if (ANY_OBJECT.has(entry))
    return '(got if isinstance(got, bool) else got is not None) == (want is not None)';
  if (id === 164) return 'True';
  if (id === 295) return `(got == 0 or ${equal})`;
  if (id === 558) return `(got == digit_distance(*given) or ${equal})`;
  if (id === 581) return `(is_same(got, pyramid_surface(*given), ${atol}) or ${equal})`;
  return equal;
}

function mbppId(taskId: string): number | undefined {
  const id = /^mbpp\/(\d+)$/i.exec(taskId)?.[1];
  return id === undefined ? undefined : Number(id);
}

/**
 * JSON has no tuples, sets and complex numbers: EvalPlus says by problem which lists of MBPP+ are which
 * (evalplus/data/mbpp.py).
 */
const TUPLES = numbers(
  '2 116 132 143 222 261 273 394 399 421 424 429 470 560 579 596 616 630 726 740 744 809',
);
const LISTS_OF_TUPLES = numbers('63 64 70 94 120 237 272 299 400 409 417 438 473 614 780');
const FIRST_LIST_OF_TUPLES = numbers('75 413 444 753');
const SECOND_TUPLE = numbers('106 750');
const FIRST_TUPLE = numbers('250 307 405 446 617 720 763 808');
const TUPLES_OF_TUPLES = numbers('259 401 445');
const ALL_TUPLES = numbers('580 615 791');

function numbers(text: string): ReadonlySet<number> {
  return new Set(text.split(' ').map(Number));
}

type Show = (value: unknown) => string;
const tupleOf =
  (show: Show): Show =>
  (value) =>
    Array.isArray(value) ? `(${value.map((item) => `${show(item)}, `).join('')})` : pythonLiteral(value);
const listOf =
  (show: Show): Show =>
  (value) =>
    Array.isArray(value) ? `[${value.map(show).join(', ')}]` : pythonLiteral(value);
const tuple = tupleOf(pythonLiteral);
const deepTuple: Show = (value) => (Array.isArray(value) ? tupleOf(deepTuple)(value) : pythonLiteral(value));
const call =
  (name: string): Show =>
  (value) =>
    `${name}(${pythonLiteral(value)})`;
const setOf: Show = (value) => (Array.isArray(value) && value.length > 0 ? call('set')(value) : '{}');
const tupleValues: Show = (value) =>
  `{${Object.entries(value ?? {})
    .map(([key, inner]) => `${JSON.stringify(key)}: ${tuple(inner)}`)
    .join(', ')}}`;

/** The arguments of one call as a Python expression. */
function readInput(taskId: string, input: readonly unknown[]): string {
  const id = mbppId(taskId);
  if (id === undefined) return pythonLiteral(input);
  const shows = argumentsOf(id);
  return `[${input.map((value, index) => (shows[index] ?? shows.at(-1)!)(value)).join(', ')}]`;
}

/** How each argument is shown; the last one stands for all further ones. */
function argumentsOf(id: number): readonly Show[] {
  if (TUPLES.has(id)) return [tuple];
  if (LISTS_OF_TUPLES.has(id)) return [listOf(tuple)];
  if (FIRST_LIST_OF_TUPLES.has(id)) return [listOf(tuple), pythonLiteral];
  if (SECOND_TUPLE.has(id)) return [pythonLiteral, tuple];
  if (FIRST_TUPLE.has(id)) return [tuple, pythonLiteral];
  if (TUPLES_OF_TUPLES.has(id)) return [tupleOf(tuple)];
  if (ALL_TUPLES.has(id)) return [deepTuple];
  if (id === 115) return [listOf(setOf)];
  if (id === 124) return [call('float'), call('complex')];
  if (id === 252) return [call('complex')];
  if (id === 278) return [tupleOf(tuple)];
  if (id === 722) return [tupleValues, pythonLiteral];
  return [pythonLiteral];
}

/** A row of the hub has its tests as a program. */
export function hubTests(test: string, prompt: string, entryPoint: string): string {
  const helpers = beforeFunction(prompt, entryPoint);
  const calls = /^\s*check\(/m.test(test) || !/^def check\(/m.test(test) ? '' : `\n\ncheck(${entryPoint})`;
  return `${importOf(entryPoint)}${helpers}\n\n${withoutNumpy(test)}${calls}\n`.trimStart();
}
