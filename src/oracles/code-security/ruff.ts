/**
 * Ruff as WebAssembly, in this process. Suppression comments have no effect, code that does not parse is a
 * finding of its own, so is code so deep that Ruff's stack overflows; a crash of Ruff costs the snippet its result
 * and Ruff its instance, never the batch.
 */
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { messageOf } from '../../errors.ts';
import {
  type Analyser,
  type AnalysisResult,
  type Finding,
  INVALID_SYNTAX,
  isStackOverflow,
  tooDeep,
} from './analyser.ts';
import { assumedImports } from './assumed-imports.ts';
import { RUFF_RULES } from './ruff-rules.ts';
import { neutraliseSuppressions } from './suppressions.ts';

const PACKAGE = '@astral-sh/ruff-wasm-nodejs';
/** Python of the embedded sandbox. */
const TARGET_VERSION = 'py314';
/** A response is a few thousand tokens; what is longer is not analysed but undecided. */
const MAX_CHARACTERS = 1_000_000;
/**
 * For who calls Ruff without the pool, whose threads can be ended: Ruff takes at most about 8 µs a character (code of
 * nothing but short lines and errors), so that this is less than two seconds.
 */
const MAX_CALLER_CHARACTERS = 200_000;
/** Analysis runs in this thread: timers and pipes of the sandboxes get their turn this often. */
const YIELD_MILLISECONDS = 20;

type Ruff = typeof import('@astral-sh/ruff-wasm-nodejs');
type Workspace = InstanceType<Ruff['Workspace']>;

/** One diagnostic of Ruff: lines and columns from 1, columns in UTF-16 units. */
export interface Diagnostic {
  readonly rule: string;
  readonly message: string;
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A token of Python as Ruff's lexer names it (`Def`, `Identifier`, `Lpar`, `Newline`, `Indent` ...). */
export interface Token {
  readonly kind: string;
  /** Source text; empty for tokens without any. */
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  /** Byte offsets in the UTF-8 source; the end is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Ruff with a selection of rules. Loaded on first use. */
export interface RuffLinter {
  /**
   * @throws what Ruff throws: it crashed, and the next call works again. @throws RangeError when the code is too long,
   * or too deep for Ruff's stack.
   */
  check(code: string): Diagnostic[];
  tokens(code: string): Token[];
}

/** @param maxCharacters longer code is refused: nothing stops Ruff in the thread that calls it. */
export function createRuffLinter(
  select: readonly string[],
  maxCharacters = MAX_CALLER_CHARACTERS,
): RuffLinter {
  let workspace: Workspace | undefined;
  const run = <T>(use: (workspace: Workspace) => T): T => {
    try {
      workspace ??= createWorkspace(select);
      return use(workspace);
    } catch (error) {
      // The instance's memory and stack pointer are in an unknown state: the next call loads a new one.
      abandon(workspace);
      workspace = undefined;
      throw error;
    }
  };
  const short = (code: string): string => {
    if (code.length > maxCharacters)
      throw new RangeError(`the code is longer than ${maxCharacters} characters`);
    return code;
  };
  return {
    check: (code) => {
      const checked = neutraliseSuppressions(short(code));
      return run((ruff) => readDiagnostics(ruff.check(checked)));
    },
    tokens: (code) => {
      const read = short(code);
      return run((ruff) => readTokens(ruff.tokens(read), read));
    },
  };
}

/**
 * In a WebAssembly instance of its own (50 ms): the package has one per load, and a crash spoils it for all. V8
 * compiles a function when it is first called, so what is called here, in which order, decides what it may optimise.
 */
function createWorkspace(select: readonly string[]): Workspace {
  const require = createRequire(import.meta.url);
  delete require.cache[require.resolve(PACKAGE)];
  const ruff = require(PACKAGE) as Ruff;
  // The allocator.
  ruff.Workspace.version();
  const workspace = withoutOptimisation(
    () =>
      new ruff.Workspace({ 'target-version': TARGET_VERSION, lint: { select } }, ruff.PositionEncoding.Utf16),
  );
  // Lexer and parser.
  workspace.tokens(ALL_SYNTAX);
  withoutOptimisation(() => workspace.check(ALL_SYNTAX));
  return workspace;
}

/** Else the garbage collector would free it, which may crash again, where nothing catches it. */
function abandon(workspace: Workspace | undefined): void {
  try {
    workspace?.free();
  } catch {
    // What crashed once is not expected to work.
  }
}

/** V8's flags for optimising WebAssembly that runs often: on by default, and only together without effect. */
const OPTIMISATION = ['wasm-tier-up', 'wasm-dynamic-tiering'] as const;

/**
 * What WebAssembly V8 compiles meanwhile stays as its baseline compiler makes it. Five functions of Ruff, which make the
 * settings and choose the rules for a node, have 150 to 550 kB each: optimising them takes V8 more than four seconds of
 * processor time, in which 20,000 snippets are checked without it, and saves 0.06 ms a snippet. Optimising lexer, parser
 * and allocator takes 0.2 s and saves nearly as much. The flags are the process's: other modules are met in this tenth
 * of a second only by chance, and then lose speed, not results.
 */
function withoutOptimisation<T>(compile: () => T): T {
  for (const flag of OPTIMISATION) setFlagsFromString(`--no-${flag}`);
  try {
    return compile();
  } finally {
    for (const flag of OPTIMISATION) setFlagsFromString(`--${flag}`);
  }
}

const ALL_SYNTAX = `import os
from a import b
class A(B):
    @c
    def f(self, a, *b, c=1):
        x = [a, {1: 2}, (3, 4)]
        for i in x:
            if i == 3 and not b:
                y = f"{i}" + a.b[0](c=3)
        return y
try:
    with open(x) as y:
        z = lambda: 1
except E as e:
    raise
while True:
    x += 1
`;

/**
 * Only whether Python parses: its INVALID_SYNTAX findings, under the name of the analyser that asks. What it
 * returns throws when Ruff crashes.
 */
export function createPythonParser(analyser: string): (code: string) => Finding[] {
  const linter = createRuffLinter([]);
  return (code) =>
    [...linter.check(code), ...foreignEncoding(code)]
      .filter(({ rule }) => rule === INVALID_SYNTAX)
      .map((diagnostic) => ({ ...toFinding(diagnostic), analyser }));
}

/** The code-security analyser of the table in ruff-rules.ts. Python only. */
export function createRuffAnalyser(): Analyser {
  // The imports that are assumed come on top.
  const linter = createRuffLinter([...Object.keys(RUFF_RULES), UNDEFINED_NAME], 2 * MAX_CHARACTERS);
  return {
    name: 'ruff',
    languages: ['python'],
    async analyse(snippets) {
      const results: AnalysisResult[] = [];
      let lastYield = performance.now();
      for (const { code, language } of snippets) {
        results.push(language === 'python' ? analyseOne(linter, code) : { kind: 'analysed', findings: [] });
        if (performance.now() - lastYield > YIELD_MILLISECONDS) {
          await new Promise((resolve) => setImmediate(resolve));
          lastYield = performance.now();
        }
      }
      return results;
    },
  };
}

function analyseOne(linter: RuffLinter, code: string): AnalysisResult {
  if (code.length > MAX_CHARACTERS) {
    return { kind: 'failed', cause: `the code is longer than ${MAX_CHARACTERS} characters` };
  }
  try {
    return {
      kind: 'analysed',
      findings: [...diagnose(linter, code), ...foreignEncoding(code)].map(toFinding),
    };
  } catch (error) {
    if (isStackOverflow(error)) return { kind: 'analysed', findings: [tooDeep('ruff', code)] };
    return { kind: 'failed', cause: `Ruff crashed: ${messageOf(error)}` };
  }
}

/** Not in the table: it says what the code leaves open. */
const UNDEFINED_NAME = 'F821';

/** As if the modules were imported that the code uses and does not bind. */
function diagnose(linter: RuffLinter, code: string): Diagnostic[] {
  const known = ({ rule }: Diagnostic) => rule !== UNDEFINED_NAME;
  const found = linter.check(code);
  const names = found.flatMap(({ rule, message }) =>
    rule === UNDEFINED_NAME ? (/`(\w+)`/.exec(message)?.[1] ?? []) : [],
  );
  const imports = assumedImports(names);
  if (imports === undefined || hasSyntaxError(found)) return found.filter(known);
  const more = linter.check(`${imports}\n${code}`);
  // Before `from __future__ import` there may be no other.
  if (hasSyntaxError(more)) return found.filter(known);
  return more.filter(known).flatMap(({ startLine, endLine, ...rest }) => {
    return startLine === 1 ? [] : [{ ...rest, startLine: startLine - 1, endLine: endLine - 1 }];
  });
}

function hasSyntaxError(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ rule }) => rule === INVALID_SYNTAX);
}

/** Encodings in which ASCII stands for itself, so that the code is what it seems. */
const PLAIN_ENCODING =
  /^(?:utf[-_]?8|(?:us-?)?ascii|latin[-_]?1|iso[-_]?8859[-_]\d{1,2}|(?:cp|windows-)125\d)\b/i;

/** Source in utf-7 or unicode_escape is other code for Python than for us (PEP 263): we cannot parse it. */
function foreignEncoding(code: string): Diagnostic[] {
  for (const [index, line] of code.split('\n', 2).entries()) {
    const encoding = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/.exec(line)?.[1];
    if (encoding === undefined || PLAIN_ENCODING.test(encoding)) continue;
    const message = `the source declares the encoding ${encoding}, in which it reads differently`;
    const [startLine, endLine] = [index + 1, index + 1];
    return [
      { rule: INVALID_SYNTAX, message, startLine, startColumn: 1, endLine, endColumn: line.length + 1 },
    ];
  }
  return [];
}

function toFinding({ rule, message, ...span }: Diagnostic): Finding {
  const known = RUFF_RULES[rule];
  if (rule === INVALID_SYNTAX) {
    return { analyser: 'ruff', rule, message, cwes: [], severity: 'medium', span, help: 'Mend the syntax.' };
  }
  // Only rules of the table are selected; a code that Ruff renames must not lose its weight.
  const { cwes, severity, help } = known ?? { cwes: [], severity: 'medium' as const, help: message };
  return { analyser: 'ruff', rule, message, cwes, severity, span, help };
}

function readDiagnostics(raw: unknown): Diagnostic[] {
  if (!Array.isArray(raw)) throw new TypeError('Ruff returned no list of diagnostics');
  return raw.map((entry: RawDiagnostic) => ({
    rule: entry.code ?? INVALID_SYNTAX,
    message: entry.message,
    startLine: entry.start_location.row,
    startColumn: entry.start_location.column,
    endLine: entry.end_location.row,
    endColumn: entry.end_location.column,
  }));
}

interface RawDiagnostic {
  readonly code: string | null;
  readonly message: string;
  readonly start_location: { readonly row: number; readonly column: number };
  readonly end_location: { readonly row: number; readonly column: number };
}

/** Reads Ruff's token dump: one `Kind start..end` a line, offsets in UTF-8 bytes. */
function readTokens(dump: string, code: string): Token[] {
  const bytes = Buffer.from(code);
  // Offsets of bytes are those of characters, and cutting strings is much the cheaper.
  const isAscii = bytes.length === code.length;
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  for (const match of dump.matchAll(/^ {4}([A-Z]\w*) (\d+)\.\.(\d+)/gm)) {
    const [start, end] = [Number(match[2]), Number(match[3])];
    for (; at < start; at++) if (bytes[at] === 0x0a) line++;
    const text = isAscii ? code.slice(start, end) : bytes.toString('utf8', start, end);
    tokens.push({ kind: match[1]!, text, line, start, end });
  }
  return tokens;
}
