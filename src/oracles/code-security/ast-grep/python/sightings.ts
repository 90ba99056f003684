/** What the evaluation tells the rules, and where it is. */
import type { Expression, FunctionNode, Statement } from './nodes.ts';
import type { Taint, Value } from './values.ts';

/** Something that a rule may be about. */
export interface Sighting {
  readonly kind: 'call' | 'assign' | 'return' | 'compare' | 'handler' | 'dict' | 'function' | 'divide';
  readonly node: { readonly start: number; readonly end: number };
  /** Dotted names of what is called or assigned to; empty for the other kinds. */
  readonly names: readonly string[];
  readonly args: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
  readonly receiver: Value | undefined;
  /** What is assigned or returned. */
  readonly value: Value | undefined;
  readonly statement: Statement | undefined;
  readonly scope: Scope;
}

export interface Scope {
  readonly fn: FunctionNode | undefined;
  /** What calls the function: requests, the command line. */
  readonly entry: 'web' | 'input' | undefined;
  /** Names of the base classes of the class around. */
  readonly bases: readonly string[] | undefined;
  /** Name of the class around. */
  readonly owner: string | undefined;
  /** Tests of the `if` statements around, innermost last. */
  readonly tests: Expression[];
  /** `try` statements with handlers around. */
  tries: number;
  /** Attributes of `self` that methods of the class have set. */
  readonly attributes: Map<string, Value> | undefined;
  /** Names that the function binds in the module. */
  globals: ReadonlySet<string>;
}

/** What a sighting may have beside its names. */
export type Seen = {
  readonly [K in 'args' | 'keywords' | 'receiver' | 'value' | 'statement']?: Sighting[K] | undefined;
};

export type Observer = (sighting: Sighting) => void;
export type Environment = Map<string, Value>;

/** A function of the code: what it returned, and what it was given. */
export interface LocalFunction {
  readonly node: FunctionNode;
  given: Map<string, Taint>;
  returns: Value | undefined;
}

export const NO_NAMES: ReadonlySet<string> = new Set();
