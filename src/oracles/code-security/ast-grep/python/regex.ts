/**
 * Whether a regular expression backtracks exponentially (CWE-1333): a repetition inside an unbounded repetition,
 * or alternatives in one that begin alike, so that the same text can be divided in many ways. Judged by what the
 * parts can match, not by running it; `(a+b)+` divides in one way only and is fine.
 */

/** Characters as a set of sample code points: enough to see overlap. */
type Chars = ReadonlySet<string>;

interface Part {
  /** What it can begin with, and what it can end with. */
  readonly first: Chars;
  readonly last: Chars;
  readonly nullable: boolean;
  /** Can be as long as one likes. */
  readonly unbounded: boolean;
  /** Something in it backtracks exponentially. */
  readonly slow: boolean;
  /** One class of characters, repeated or not. */
  readonly simple: boolean;
  /** A repetition of these characters with no mark where one round ends: repeated again it is ambiguous. */
  readonly loop: Chars | undefined;
}

const SAMPLES = [...'aZ5_ \t\n.-@/:,;+*#"\'<>=&%!?()[]{}|\\é'];
const CLASSES: Readonly<Record<string, RegExp>> = {
  d: /\d/,
  w: /\w|é/,
  s: /\s/,
  D: /\D/,
  W: /[^\wé]/,
  S: /\S/,
};
const NONE: Chars = new Set();
const MAX_LENGTH = 2000;

export function isSlowPattern(pattern: string): boolean {
  if (pattern.length > MAX_LENGTH || !/[*+{]/.test(pattern)) return false;
  try {
    return new PatternReader(pattern).alternatives().slow;
  } catch {
    return false;
  }
}

class PatternReader {
  private readonly text: string;
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  alternatives(): Part {
    if (this.depth++ > 50) throw new RangeError('deep');
    const parts = [this.sequence()];
    while (this.text[this.at] === '|') {
      this.at++;
      parts.push(this.sequence());
    }
    this.depth--;
    if (parts.length === 1) return parts[0]!;
    return {
      first: union(parts.map(({ first }) => first)),
      last: union(parts.map(({ last }) => last)),
      nullable: parts.some(({ nullable }) => nullable),
      unbounded: parts.some(({ unbounded }) => unbounded),
      slow: parts.some(({ slow }) => slow),
      simple: parts.every(({ simple }) => simple),
      loop: overlapping(parts),
    };
  }

  private sequence(): Part {
    const parts: Part[] = [];
    while (this.at < this.text.length && this.text[this.at] !== '|' && this.text[this.at] !== ')') {
      const part = this.repeated();
      if (part !== undefined) parts.push(part);
    }
    return chain(parts);
  }

  private repeated(): Part | undefined {
    const part = this.atom();
    let result = part;
    for (;;) {
      const match = /^(?:\*|\+|\?|\{(\d*)(,?)(\d*)\})[?+]?/.exec(this.text.slice(this.at, this.at + 16));
      if (match === null || match[0].startsWith('{,}') || match[0].startsWith('{}')) return result;
      this.at += match[0].length;
      if (result === undefined) continue;
      const many =
        /^[*+]/.test(match[0]) || (match[2] === ',' && match[3] === '') || Number(match[3] || match[1]) > 20;
      const zero = /^[*?]|^\{0?,/.test(match[0]);
      result = repeat(result, many && !match[0].endsWith('++') && !match[0].endsWith('*+'), zero);
    }
  }

  private atom(): Part | undefined {
    const char = this.text[this.at++]!;
    if (char === '(') return this.group();
    if (char === '[') return single(this.characterClass());
    if (char === '\\') return this.escape();
    if (char === '^' || char === '$') return undefined;
    return single(char === '.' ? new Set(SAMPLES.filter((sample) => sample !== '\n')) : new Set([char]));
  }

  private group(): Part | undefined {
    const prefix = /^\?(?:P<\w+>|<\w+>|[aiLmsux-]*:|P=\w+|P>\w+|<?[=!]|>|#[^)]*|[aiLmsux]+)?/.exec(
      this.text.slice(this.at, this.at + 60),
    );
    if (prefix !== null) this.at += prefix[0].length;
    const inner = this.alternatives();
    this.at++;
    if (prefix !== null && /[=!]$/.test(prefix[0]))
      return inner.slow
        ? { ...inner, first: NONE, last: NONE, nullable: true, loop: undefined, unbounded: false }
        : undefined;
    return inner;
  }

  private escape(): Part | undefined {
    const char = this.text[this.at++] ?? '\\';
    if ('bBAZz'.includes(char)) return undefined;
    const known = CLASSES[char];
    if (known !== undefined) return single(new Set(SAMPLES.filter((sample) => known.test(sample))));
    const control = { n: '\n', t: '\t' }[char];
    return single(new Set([control ?? char]));
  }

  private characterClass(): Chars {
    const start = this.at;
    if (this.text[this.at] === '^') this.at++;
    if (this.text[this.at] === ']') this.at++;
    while (this.at < this.text.length && this.text[this.at] !== ']')
      this.at += this.text[this.at] === '\\' ? 2 : 1;
    const body = this.text.slice(start, this.at++);
    const members = new Set<string>(body.match(/[^\\^]/g) ?? []);
    const pattern = new RegExp(`[${body.replace(/(^\^?)\]/, '$1\\]').replace(/\[/g, '\\[')}]`);
    return new Set([...SAMPLES, ...members].filter((sample) => pattern.test(sample)));
  }
}

function single(chars: Chars): Part {
  return {
    first: chars,
    last: chars,
    nullable: false,
    unbounded: false,
    slow: false,
    simple: true,
    loop: undefined,
  };
}

function union(sets: readonly Chars[]): Chars {
  return new Set(sets.flatMap((set) => [...set]));
}

/** Characters that two alternatives both begin with: in a loop the text can be divided in two ways. */
function overlapping(parts: readonly Part[]): Chars | undefined {
  for (const [index, part] of parts.entries()) {
    for (const other of parts.slice(index + 1)) {
      if (!part.simple || !other.simple) continue;
      const shared = new Set(
        [...part.first].filter(
          (char) => other.first.has(char) && part.last.has(char) && other.last.has(char),
        ),
      );
      if (shared.size > 0) return shared;
    }
  }
  const loops = parts.map(({ loop }) => loop).filter((loop) => loop !== undefined);
  return loops.length > 0 ? union(loops) : undefined;
}

/** One after the other. What surrounds a loop may separate its rounds. */
function chain(parts: readonly Part[]): Part {
  if (parts.length === 1) return parts[0]!;
  let first: Chars = NONE;
  let last: Chars = NONE;
  let nullable = true;
  for (const part of parts) {
    if (nullable) first = union([first, part.first]);
    last = part.nullable ? union([last, part.last]) : part.last;
    nullable &&= part.nullable;
  }
  // A loop among parts that can all be empty, or whose neighbours match the same, still has no separator.
  const required = parts.filter((part) => !part.nullable && part.loop === undefined);
  const loops = parts.filter(({ loop }) => loop !== undefined);
  const loop = loops.find((part) =>
    required.every(
      (other) =>
        subset(other.first, part.loop!) &&
        other.last.size <= part.loop!.size &&
        subset(other.last, part.loop!),
    ),
  )?.loop;
  return {
    first,
    last,
    nullable,
    unbounded: parts.some(({ unbounded }) => unbounded),
    slow: parts.some(({ slow }) => slow),
    simple: false,
    loop,
  };
}

function subset(a: Chars, b: Chars): boolean {
  return a.isSubsetOf(b);
}

function repeat(part: Part, many: boolean, zero: boolean): Part {
  const nullable = part.nullable || zero;
  if (!many) return { ...part, nullable };
  return {
    ...part,
    nullable,
    unbounded: true,
    slow: part.slow || part.loop !== undefined,
    loop: part.loop ?? (part.unbounded ? undefined : part.first === part.last ? part.first : undefined),
  };
}
