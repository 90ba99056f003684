/** Settings of the oracles: part of a recipe, and a file of its own for the commands that reward and evaluate. */
import { z } from 'zod';
import { SEVERITIES } from './code-security/analyser.ts';
import { sandboxConfigSchema } from './correctness/sandboxes.ts';
import { judgeSchema } from './judges/open-judge.ts';

export const ANALYSERS = ['ruff', 'ast-grep', 'bandit', 'semgrep', 'codeql'] as const;
export type AnalyserName = (typeof ANALYSERS)[number];

const patterns = z.array(z.string().min(1));

export const oraclesSchema = z
  .strictObject({
    /** Static analysers. `ruff` and `ast-grep` are embedded; `bandit`, `semgrep` and `codeql` have to be installed. */
    analysers: z.array(z.enum(ANALYSERS)).min(1).default(['ruff', 'ast-grep']),
    /** The least severity of a finding that makes code insecure. */
    failAt: z.enum(SEVERITIES).default('medium'),
    /** What one analyser finds counts (`union`), or what so many of them find at the same place. */
    agreement: z.union([z.literal('union'), z.int().min(1)]).default('union'),
    /** Folders with ast-grep rules of one's own, beside ours. */
    rules: z.array(z.string().min(1)).default([]),
    /** Only these rules count, as `S101`, `ruff/S1*` or `py-*`; unset: all. A misspelt one is an error. */
    enabledRules: patterns.min(1).optional(),
    /** These rules do not count. */
    disabledRules: patterns.default([]),
    /** Rules for Semgrep: a file, a folder, or a name of its registry (which needs the network). */
    semgrepRules: z.string().min(1).optional(),
    /** Threads of the embedded analysers; unset: one a core, at most four. */
    threads: z.int().min(1).optional(),
    /** Where answers are executed; `kind` is `pyodide` unless given. */
    sandbox: z
      .preprocess(
        (value) => (typeof value === 'object' ? { kind: 'pyodide', ...value } : value),
        sandboxConfigSchema,
      )
      .prefault({}),
    /**
     * Who judges malicious assistance and overrefusal: `rules` for the nano world, whose tasks carry what it needs;
     * `none`: such tasks are undecided; or LLM judges, several of which decide by majority.
     */
    judge: z.union([z.enum(['rules', 'none']), judgeSchema]).default('rules'),
  })
  .refine(({ analysers, semgrepRules }) => !analysers.includes('semgrep') || semgrepRules !== undefined, {
    path: ['semgrepRules'],
    message: 'Semgrep has no rules of its own: name a file, a folder, or a registry name such as p/python',
  });

/** With defaults filled in. */
export type OraclesConfig = z.output<typeof oraclesSchema>;
/** As a user writes them. */
export type OraclesSettings = z.input<typeof oraclesSchema>;
