/** What rules ask of values: taint, constants, texts, names. */
import type { Condition, FlowRule } from './flow-schema.ts';
import { glob } from './glob.ts';
import { textPattern } from './text-pattern.ts';
import { deepTaint, NUMBER, stepsOf, type Taint, type Value } from './values.ts';

/** Patterns of rules may take quadratic time: hostile texts must not make it matter. */
const MAX_SEARCHED = 4000;
/** A name or a short expression. */
const MAX_SOURCE = 300;

/** Guards that end taint unless a rule names its own: those that leave an attacker no choice that matters. */
const DEFAULT_GUARDS: NonNullable<FlowRule['guards']> = [
  'member',
  'equal',
  'match',
  'type',
  'prefix',
  'relative',
  'custom',
];

export function isTainted(
  taint: Taint | undefined,
  {
    from,
    cleanedBy = [],
    guards = DEFAULT_GUARDS,
    numbers,
  }: Pick<FlowRule, 'from' | 'cleanedBy' | 'guards' | 'numbers'>,
): boolean {
  if (taint === undefined) return false;
  const labels: readonly string[] = from ?? [];
  const asked = new Set(
    [...taint.origins].map(({ label }) => label).filter((label) => labels.includes(label)),
  );
  return [...asked].some((label) => !isHarmless(stepsOf(taint, label), { cleanedBy, guards, numbers }));
}

/** Whether one of the steps ends taint for a rule. */
function isHarmless(
  steps: ReadonlySet<string>,
  { cleanedBy = [], guards = [], numbers }: Pick<FlowRule, 'cleanedBy' | 'guards' | 'numbers'>,
): boolean {
  if (numbers !== true && steps.has(NUMBER)) return true;
  for (const step of steps) {
    if (step.startsWith('guard:')) {
      if (guards.some((guard) => step === `guard:${guard}`)) return true;
    } else if (cleanedBy.some((name) => glob(name).test(step))) return true;
  }
  return false;
}

export function holdsFor(condition: Condition, value: Value | undefined, code: string): boolean {
  const { not, any, absent } = condition;
  if (absent !== undefined && absent !== (value === undefined)) return false;
  if (not !== undefined && holdsFor(not, value, code)) return false;
  if (any?.some((inner) => holdsFor(inner, value, code)) === false) return false;
  return value === undefined ? !asksOfValue(condition) : valueHolds(condition, value, code);
}

const asking = new WeakMap<Condition, boolean>();

function asksOfValue(condition: Condition): boolean {
  let known = asking.get(condition);
  if (known === undefined) {
    known = Object.keys(condition).some((key) => !['not', 'any', 'absent'].includes(key));
    asking.set(condition, known);
  }
  return known;
}

function valueHolds(condition: Condition, value: Value, code: string): boolean {
  const {
    is,
    matches,
    has,
    below,
    atLeast,
    bits,
    constant,
    truthy,
    assembled,
    from,
    named,
    source,
    through,
  } = condition;
  const known = value.constant;
  if (is !== undefined && !is.some((item) => equals(item, value))) return false;
  if (matches !== undefined && !textMatches(matches, value)) return false;
  if (has !== undefined && !hasText(has, value)) return false;
  if (below !== undefined && !(typeof known === 'number' && known < below)) return false;
  if (atLeast !== undefined && !(typeof known === 'number' && known >= atLeast)) return false;
  if (bits !== undefined && !(typeof known === 'number' && (known & bits) !== 0)) return false;
  if (constant !== undefined && (known !== undefined) !== constant) return false;
  if (truthy !== undefined && (known === undefined || Boolean(known) !== truthy)) return false;
  if (assembled !== undefined && (value.text !== undefined) !== assembled) return false;
  if (
    from !== undefined &&
    !isTainted(deepTaint(value), { from: from as FlowRule['from'], guards: [], numbers: condition.numbers })
  )
    return false;
  if (through !== undefined && !wentThrough(value, through)) return false;
  if (source === undefined && named === undefined) return true;
  const text = code.slice(value.node.start, Math.min(value.node.end, value.node.start + MAX_SOURCE));
  if (source !== undefined && !textPattern(source).test(text)) return false;
  return named === undefined || textPattern(named).test(lastName(text));
}

function wentThrough(value: Value, steps: readonly string[]): boolean {
  const through = [...(deepTaint(value)?.through ?? [])];
  return steps.some((name) => through.some((step) => glob(name).test(step)));
}

function equals(item: string | number | boolean | null, value: Value): boolean {
  if (value.constant !== undefined && value.constant === item) return true;
  if (typeof item === 'boolean' && typeof value.constant === 'number') return value.constant === Number(item);
  return (
    typeof item === 'string' &&
    value.name !== '' &&
    [value.name, ...(value.also ?? [])].some((name) => glob(item).test(name))
  );
}

function textMatches(pattern: string, value: Value): boolean {
  const text = typeof value.constant === 'string' ? value.constant : value.text;
  return text !== undefined && textPattern(pattern).test(text.slice(0, MAX_SEARCHED));
}

function hasText(pattern: string, value: Value, depth = 0): boolean {
  if (textMatches(pattern, value)) return true;
  if (depth > 8) return false;
  const inner = [...(value.items ?? []), ...(value.entries?.values() ?? [])];
  return inner.some((item) => hasText(pattern, item, depth + 1));
}

/** `self.user.token`, `row["token"]`, `get_token()`: token. */
function lastName(source: string): string {
  return /(\w+)\W*$/.exec(source.slice(-200))?.[1] ?? '';
}
