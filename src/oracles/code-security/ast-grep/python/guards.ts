/** Checks that end taint: what a test says of the values in it when it is true, and when it is false. */
import type { Expression } from './nodes.ts';
import { whatPatternSays } from './pattern-guards.ts';
import { NUMBER, type Origin, type Value } from './values.ts';

/**
 * What was checked: membership of known values, equality, a pattern, a type, a prefix (of a normalised path or
 * not), a suffix, a URL's scheme alone, the absence of something, a containing folder, a check of the code's own,
 * or a comparison of size.
 */
export const GUARDS = [
  'member',
  'equal',
  'match',
  'type',
  'prefix',
  'raw-prefix',
  'suffix',
  'scheme',
  'denylist',
  'relative',
  'custom',
  'range',
] as const;
export type GuardKind = (typeof GUARDS)[number];

export interface Guard {
  readonly kind: GuardKind;
  readonly value: Value;
}

export interface Outcome {
  readonly whenTrue: readonly Guard[];
  readonly whenFalse: readonly Guard[];
}

const NOTHING: Outcome = { whenTrue: [], whenFalse: [] };
const MAX_DEPTH = 12;
const TYPE_METHODS = new Set(['isdigit', 'isalnum', 'isalpha', 'isdecimal', 'isnumeric', 'isidentifier']);
const MATCH_METHODS = new Set(['match', 'fullmatch', 'search']);
/** Functions that ask something that is no protection. */
const NO_GUARD =
  /^(?:os\.(?:path\.(?:exists|isfile|isdir|islink|isabs|getsize)|access|stat)|len|print|hasattr|isinstance|callable|bool|str|type|open|any|all|input|range|enumerate|\S*\.(?:exists|is_file|is_dir|isfile|isdir|isreg|issym|islnk|isalpha|get|execute|filter|fetchone|first|lower|upper|strip|split|encode|decode|read|find|index|count|isspace|query|find_one))$/;
const NEGATIVE =
  /(?:invalid|bad|unsafe|insecure|private|blocked|forbidden|malicious|contains|danger|reserved|loopback|internal|suspicious|reject|deny|banned)/i;

/** @param evaluate evaluates without telling anyone. */
export function outcomeOf(test: Expression, evaluate: (node: Expression) => Value, depth = 0): Outcome {
  if (depth > MAX_DEPTH) return NOTHING;
  const next = (node: Expression) => outcomeOf(node, evaluate, depth + 1);
  switch (test.kind) {
    case 'unary':
      return test.op === 'not' ? swap(next(test.operand)) : NOTHING;
    case 'boolean': {
      const [left, right] = [next(test.left), next(test.right)];
      if (test.op === 'or') {
        return {
          whenTrue: both(left.whenTrue, right.whenTrue),
          whenFalse: [...left.whenFalse, ...right.whenFalse],
        };
      }
      // `x and not valid(x)`: an empty x is as good as a valid one.
      const whenFalse = isTruthTest(test.left) ? right.whenFalse : both(left.whenFalse, right.whenFalse);
      return { whenTrue: [...left.whenTrue, ...right.whenTrue], whenFalse };
    }
    case 'compare':
      return comparison(test, evaluate, next);
    case 'call':
      return callOutcome(test, evaluate, next);
    case 'walrus':
      return next(test.value);
    case 'comprehension':
      return NOTHING;
    case 'name':
    case 'attribute': {
      const value = evaluate(test);
      const { question } = value;
      if (value.taint?.through.has(NUMBER)) return { whenTrue: [{ kind: 'range', value }], whenFalse: [] };
      if (question !== undefined && question !== test) return next(question);
      return test.kind === 'attribute' && NEGATIVE.test(test.name) && value.taint !== undefined
        ? { whenTrue: [], whenFalse: [{ kind: 'custom', value }] }
        : NOTHING;
    }
    default:
      return NOTHING;
  }
}

function swap({ whenTrue, whenFalse }: Outcome): Outcome {
  return { whenTrue: whenFalse, whenFalse: whenTrue };
}

function isTruthTest(node: Expression): boolean {
  return node.kind === 'name' || node.kind === 'attribute' || node.kind === 'subscript';
}

/** What holds in either case. */
function both(a: readonly Guard[], b: readonly Guard[]): Guard[] {
  return a.filter((guard) => b.some((other) => sharesOrigin(guard.value, other.value.taint?.origins)));
}

export function sharesOrigin(value: Value, origins: ReadonlySet<Origin> | undefined): boolean {
  return origins !== undefined && value.taint !== undefined && !value.taint.origins.isDisjointFrom(origins);
}

function comparison(
  test: Extract<Expression, { kind: 'compare' }>,
  evaluate: (node: Expression) => Value,
  next: (node: Expression) => Outcome,
): Outcome {
  const { op } = test;
  if (op === 'is' || op === 'is not' || ((op === '==' || op === '!=') && test.right.kind === 'literal')) {
    // `match is None`, `ok == False`: about the truth of what was asked before.
    const value = test.right.kind === 'literal' ? test.right.value : 0;
    if (value === null || typeof value === 'boolean') {
      const asked = next(test.left);
      return (value === true) === (op === 'is' || op === '==') ? asked : swap(asked);
    }
  }
  const left = evaluate(test.left);
  const right = evaluate(test.right);
  const guards = (kind: GuardKind, value: Value, positive: boolean): Outcome =>
    positive
      ? { whenTrue: [{ kind, value }], whenFalse: [] }
      : { whenTrue: [], whenFalse: [{ kind, value }] };
  if (op === 'in' || op === 'not in') {
    if (left.taint !== undefined && right.taint === undefined) {
      return guards(partOf(left) ?? 'member', left, op === 'in');
    }
    if (right.taint !== undefined && left.taint === undefined)
      return guards('denylist', right, op === 'not in');
    return NOTHING;
  }
  if (op !== '==' && op !== '!=') return sizeOutcome(left, right);
  const tainted = left.taint !== undefined ? left : right;
  const other = tainted === left ? right : left;
  // Two tainted sides that share an origin: `commonpath([base, path]) == base` where both come from one request.
  if (tainted.taint === undefined) return NOTHING;
  const throughPath = [...tainted.taint.through].some((step) => /commonpath|commonprefix|relpath/.test(step));
  if (throughPath) return guards('relative', tainted, op === '==');
  if (other.taint !== undefined || other.constant === '') return NOTHING;
  const seen: Guard[] = tainted.taint.through.has(NUMBER) ? [{ kind: 'range', value: tainted }] : [];
  const kind = partOf(tainted) ?? 'equal';
  const { whenTrue, whenFalse } = guards(kind, tainted, op === '==');
  return { whenTrue: [...whenTrue, ...seen], whenFalse: [...whenFalse, ...seen] };
}

/** A check of the scheme of a URL, or of the extension of a name, says nothing of the rest. */
function partOf({ taint }: Value): GuardKind | undefined {
  if (taint?.through.has('.scheme')) return 'scheme';
  return taint?.through.has('.suffix') ? 'suffix' : undefined;
}

/** `x > 10`: either way the code has looked at the size. */
function sizeOutcome(left: Value, right: Value): Outcome {
  const guards = [left, right]
    .filter(({ taint }) => taint !== undefined)
    .map((value): Guard => ({ kind: 'range', value }));
  return { whenTrue: guards, whenFalse: guards };
}

function callOutcome(
  test: Extract<Expression, { kind: 'call' }>,
  evaluate: (node: Expression) => Value,
  next: (node: Expression) => Outcome,
): Outcome {
  const { callee, args } = test;
  const method = callee.kind === 'attribute' ? callee.name : '';
  const whenTrue = (kind: GuardKind, value: Value | undefined): Outcome =>
    value?.taint === undefined ? NOTHING : { whenTrue: [{ kind, value }], whenFalse: [] };
  if (callee.kind === 'name' && (callee.id === 'any' || callee.id === 'all' || callee.id === 'bool')) {
    return quantified(callee.id, args[0], next);
  }
  const receiver = callee.kind === 'attribute' ? evaluate(callee.object) : undefined;
  const first = args[0] === undefined ? undefined : evaluate(args[0]);
  if (method === 'startswith') return whenTrue(prefixKind(receiver, constantsOf(first)), receiver);
  if (method === 'endswith') return whenTrue('suffix', receiver);
  if (TYPE_METHODS.has(method)) return whenTrue('type', receiver);
  if (method === 'is_relative_to') return whenTrue('relative', receiver);
  const name = evaluate(callee).name;
  // A check of the code's own that says the same of everything, or only asks how long it is.
  if (/^(?:local:|self\.)/.test(name)) {
    const { constant, question } = evaluate(test);
    if (constant !== undefined || (question !== undefined && isAboutSize(question))) return NOTHING;
  }
  if (MATCH_METHODS.has(method)) {
    const isFunction = name.startsWith('re.') && !name.includes('()') && args[1] !== undefined;
    const compiled = receiver?.question?.kind === 'call' ? receiver.question.args[0] : undefined;
    const pattern = isFunction ? first : compiled === undefined ? undefined : evaluate(compiled);
    return patternOutcome(method, pattern, isFunction ? evaluate(args[1]!) : first);
  }
  if (name === 'isinstance')
    return args[1] !== undefined && isNarrow(args[1]) ? whenTrue('type', first) : NOTHING;
  if (NO_GUARD.test(name)) return NOTHING;
  const given = [...args.map(evaluate), ...(receiver === undefined ? [] : [receiver])].filter(
    ({ taint }) => taint !== undefined,
  );
  const guards = given.map((value): Guard => ({ kind: 'custom', value }));
  return NEGATIVE.test(name) ? { whenTrue: [], whenFalse: guards } : { whenTrue: guards, whenFalse: [] };
}

function isAboutSize(question: Expression): boolean {
  if (question.kind === 'boolean') {
    return [question.left, question.right].every((part) => isTruthTest(part) || isAboutSize(part));
  }
  if (question.kind !== 'compare') return false;
  const sides = [question.left, question.right];
  const isSize = (side: Expression) =>
    side.kind === 'call' && side.callee.kind === 'name' && side.callee.id === 'len';
  return sides.some(isSize) && sides.some(({ kind }) => kind === 'literal');
}

/** A pattern that is not known is taken for one that describes all of the text. */
function patternOutcome(method: string, pattern: Value | undefined, subject: Value | undefined): Outcome {
  if (subject?.taint === undefined) return NOTHING;
  const known = pattern?.constant;
  const says = typeof known === 'string' ? whatPatternSays(method, known) : ({ kind: 'whole' } as const);
  switch (says?.kind) {
    case 'whole':
      return { whenTrue: [{ kind: 'match', value: subject }], whenFalse: [] };
    case 'prefix':
      return { whenTrue: [{ kind: prefixKind(subject, [says.literal]), value: subject }], whenFalse: [] };
    case 'foreign':
      return { whenTrue: [], whenFalse: [{ kind: 'match', value: subject }] };
    default:
      return NOTHING;
  }
}

/** `any(path.startswith(folder) for folder in FOLDERS)`: what holds for one, or for each. */
function quantified(
  quantifier: string,
  argument: Expression | undefined,
  next: (node: Expression) => Outcome,
): Outcome {
  if (quantifier === 'bool') return argument === undefined ? NOTHING : next(argument);
  const element = argument?.kind === 'comprehension' ? argument.elements[0] : undefined;
  return element === undefined ? NOTHING : next(element);
}

/** What follows it cannot change the host: `https://api.example.com/`. */
const WHOLE_HOST = /^[a-z]+:\/\/[^/?#@\\]+\//i;

/** @param texts the constant ones of those that it may begin with. */
function prefixKind(receiver: Value | undefined, texts: readonly unknown[]): GuardKind {
  if (texts.some((text) => typeof text === 'string' && /^(?:https?|ftp)(?::\/*)?$/.test(text)))
    return 'scheme';
  if (texts.every((text) => typeof text === 'string' && WHOLE_HOST.test(text))) return 'prefix';
  const through = [...(receiver?.taint?.through ?? [])];
  const normalised = through.some((step) => /realpath|abspath|normpath|resolve|absolute/.test(step));
  return normalised ? 'prefix' : 'raw-prefix';
}

function constantsOf(value: Value | undefined): readonly unknown[] {
  return value?.items === undefined ? [value?.constant] : value.items.map(({ constant }) => constant);
}

function isNarrow(type: Expression): boolean {
  return type.kind === 'name' && /^(?:int|float|bool|UUID|Decimal)$/.test(type.id);
}
