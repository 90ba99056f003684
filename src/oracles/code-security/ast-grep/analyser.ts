/**
 * ast-grep (tree-sitter) in this process, with rules of our own that are data (assets/rules). Comments have no
 * effect on it: suppressions are a matter of ast-grep's CLI, not of its library.
 */
import type { SgNode } from '@ast-grep/napi';
import { messageOf, PurpcodeError } from '../../../errors.ts';
import {
  type Analyser,
  type AnalysisResult,
  type Finding,
  isStackOverflow,
  type Snippet,
  tooDeep,
} from '../analyser.ts';
import { LANGUAGES, type Language } from '../language.ts';
import { type Grammars, loadGrammars } from './languages.ts';
import type { RuleFile } from './rule-file.ts';
import { loadRuleSet, type RuleSet } from './rule-set.ts';
import { invalidSyntax, spanOf } from './syntax.ts';
import type { IsTriggered } from './triggers.ts';

export interface AstGrepOptions {
  /** Folders of rules beside ours (docs/guides/writing-rules.md). */
  readonly rules?: readonly string[];
}

/** A response is a few thousand tokens; what is longer is not analysed but undecided. */
const MAX_CHARACTERS = 1_000_000;
/**
 * Rules that look at what surrounds a node take time by its depth, and native code cannot be interrupted: 30,000
 * calls in each other took minutes. Shorter code cannot be deep enough for more than a second or two.
 */
const LONG_CHARACTERS = 20_000;
const MAX_DEPTH = 1_000;
/** Analysis runs in this thread: timers and pipes of the sandboxes get their turn this often. */
const YIELD_MILLISECONDS = 20;

/**
 * Finds weaknesses in all of LANGUAGES. What does not parse is INVALID_SYNTAX, except in Python, where Ruff says so.
 * Grammars and rules are loaded when a language is first met; then `analyse` rejects with a ConfigError if a
 * rule is malformed, and with an OracleError if ast-grep is not installed.
 */
export function createAstGrepAnalyser({ rules = [] }: AstGrepOptions = {}): Analyser {
  let grammars: Grammars | undefined;
  const ruleSets = new Map<Language, RuleSet>();
  const analyseSnippet = ({ code, language }: Snippet): AnalysisResult => {
    if (!isKnown(language)) return { kind: 'analysed', findings: [] };
    if (code.length > MAX_CHARACTERS) {
      return { kind: 'failed', cause: `the code is longer than ${MAX_CHARACTERS} characters` };
    }
    grammars ??= loadGrammars();
    let ruleSet = ruleSets.get(language);
    if (ruleSet === undefined) {
      ruleSet = loadRuleSet(language, rules, grammars);
      ruleSets.set(language, ruleSet);
    }
    try {
      return { kind: 'analysed', findings: findingsIn(code, language, ruleSet, grammars) };
    } catch (error) {
      if (error instanceof PurpcodeError) throw error;
      if (error instanceof TooDeep || isStackOverflow(error)) {
        return { kind: 'analysed', findings: [tooDeep('ast-grep', code)] };
      }
      return { kind: 'failed', cause: `ast-grep crashed: ${messageOf(error)}` };
    }
  };
  return {
    name: 'ast-grep',
    languages: LANGUAGES,
    async analyse(snippets) {
      const results: AnalysisResult[] = [];
      let lastYield = performance.now();
      for (const snippet of snippets) {
        results.push(analyseSnippet(snippet));
        if (performance.now() - lastYield > YIELD_MILLISECONDS) {
          await new Promise((resolve) => setImmediate(resolve));
          lastYield = performance.now();
        }
      }
      return results;
    },
  };
}

/** The code is nested more than MAX_DEPTH deep. */
class TooDeep extends Error {}

function isKnown(language: string): language is Language {
  return (LANGUAGES as readonly string[]).includes(language);
}

function findingsIn(code: string, language: Language, rules: RuleSet, grammars: Grammars): Finding[] {
  const isTriggered = rules.triggeredIn(code);
  return [
    ...patternFindings(code, language, rules, grammars, isTriggered),
    ...flowFindings(code, rules, isTriggered),
  ];
}

function patternFindings(
  code: string,
  language: Language,
  { patterns }: RuleSet,
  grammars: Grammars,
  isTriggered: IsTriggered,
): Finding[] {
  const tried = patterns.filter(({ file }) => isTriggered(file));
  if (tried.length === 0 && language === 'python') return [];
  const tree = grammars.parse(language, code);
  if (code.length > LONG_CHARACTERS && isDeep(tree.root)) {
    throw new TooDeep();
  }
  const findings = language === 'python' ? [] : invalidSyntax(tree, code);
  for (const { file, config } of tried) {
    for (const node of tree.root.findAll(config)) findings.push(finding(file, spanOf(node, tree.shift)));
  }
  return findings;
}

function isDeep(root: SgNode): boolean {
  const open = [{ node: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.depth > MAX_DEPTH) return true;
    for (const node of next.node.children()) open.push({ node, depth: next.depth + 1 });
  }
  return false;
}

function flowFindings(code: string, { flows }: RuleSet, isTriggered: IsTriggered): Finding[] {
  const found = flows?.run(code, isTriggered) ?? [];
  if (found.length === 0) return [];
  const lines = lineStarts(code);
  return found.map(({ rule, place }) => {
    const start = positionOf(place.start, lines);
    const end = positionOf(place.end, lines);
    return finding(rule, {
      startLine: start.line,
      startColumn: start.column,
      endLine: end.line,
      endColumn: end.column,
    });
  });
}

function finding({ id, message, cwe, severity, help }: RuleFile, span: Finding['span']): Finding {
  return { analyser: 'ast-grep', rule: id, message, cwes: cwe, severity, span, help };
}

function lineStarts(code: string): number[] {
  const starts = [0];
  for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function positionOf(offset: number, starts: readonly number[]): { line: number; column: number } {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - starts[low]! + 1 };
}
