/** Python as the flow rules read it: what decides data flow, nothing else. Offsets are UTF-16 indices. */

interface Located {
  readonly start: number;
  readonly end: number;
}

export type Literal = string | number | boolean | null;

export interface Keyword {
  /** Undefined for `**mapping`. */
  readonly name: string | undefined;
  readonly value: Expression;
}

export interface Clause {
  readonly target: Expression;
  readonly iterable: Expression;
  readonly tests: readonly Expression[];
}

export interface Parameter {
  readonly name: string;
  readonly star: '' | '*' | '**';
  readonly annotation?: Expression;
  readonly fallback?: Expression;
}

export interface Call extends Located {
  readonly kind: 'call';
  readonly callee: Expression;
  readonly args: readonly Expression[];
  readonly keywords: readonly Keyword[];
}

export type Expression =
  | (Located & { readonly kind: 'name'; readonly id: string })
  | (Located & { readonly kind: 'literal'; readonly value: Literal; readonly bytes: boolean })
  | (Located & { readonly kind: 'text'; readonly parts: readonly (string | Expression)[] })
  | (Located & { readonly kind: 'attribute'; readonly object: Expression; readonly name: string })
  | Call
  | (Located & { readonly kind: 'subscript'; readonly object: Expression; readonly index: Expression })
  | (Located & { readonly kind: 'slice'; readonly parts: readonly Expression[] })
  | (Located & {
      readonly kind: 'binary';
      readonly op: string;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Located & { readonly kind: 'unary'; readonly op: string; readonly operand: Expression })
  | (Located & {
      readonly kind: 'boolean';
      readonly op: 'and' | 'or';
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Located & {
      readonly kind: 'compare';
      readonly op: string;
      readonly left: Expression;
      readonly right: Expression;
    })
  | (Located & {
      readonly kind: 'choice';
      readonly test: Expression;
      readonly body: Expression;
      readonly otherwise: Expression;
    })
  | (Located & {
      readonly kind: 'lambda';
      readonly parameters: readonly Parameter[];
      readonly body: Expression;
    })
  | (Located & {
      readonly kind: 'sequence';
      readonly form: 'list' | 'tuple' | 'set';
      readonly items: readonly Expression[];
    })
  | (Located & {
      readonly kind: 'dict';
      readonly entries: readonly { readonly key: Expression | undefined; readonly value: Expression }[];
    })
  | (Located & {
      readonly kind: 'comprehension';
      readonly elements: readonly Expression[];
      readonly clauses: readonly Clause[];
    })
  | (Located & { readonly kind: 'walrus'; readonly target: Expression; readonly value: Expression })
  /** `*x`, `await x`, `yield x`: stands for what is inside. */
  | (Located & { readonly kind: 'wrapped'; readonly op: string; readonly value: Expression | undefined });

export interface Handler extends Located {
  readonly type: Expression | undefined;
  readonly name: string | undefined;
  readonly body: readonly Statement[];
}

export interface FunctionNode extends Located {
  readonly kind: 'function';
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly decorators: readonly Expression[];
  readonly body: readonly Statement[];
}

export interface ClassNode extends Located {
  readonly kind: 'class';
  readonly name: string;
  readonly bases: readonly Expression[];
  readonly keywords: readonly Keyword[];
  readonly decorators: readonly Expression[];
  readonly body: readonly Statement[];
}

export type Statement =
  | (Located & { readonly kind: 'expression'; readonly value: Expression })
  | (Located & {
      readonly kind: 'assign';
      readonly targets: readonly Expression[];
      readonly op: string;
      readonly value: Expression;
    })
  | (Located & { readonly kind: 'return'; readonly value: Expression | undefined })
  | (Located & { readonly kind: 'raise'; readonly value: Expression | undefined })
  | (Located & { readonly kind: 'jump' })
  | (Located & { readonly kind: 'global'; readonly names: readonly string[] })
  | (Located & { readonly kind: 'pass' })
  | (Located & {
      readonly kind: 'assert';
      readonly test: Expression;
      readonly message: Expression | undefined;
    })
  | (Located & {
      readonly kind: 'import';
      readonly names: readonly { readonly name: string; readonly as: string }[];
    })
  | (Located & {
      readonly kind: 'if';
      readonly test: Expression;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
    })
  | (Located & {
      readonly kind: 'while';
      readonly test: Expression;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
    })
  | (Located & {
      readonly kind: 'for';
      readonly target: Expression;
      readonly iterable: Expression;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
    })
  | (Located & {
      readonly kind: 'try';
      readonly body: readonly Statement[];
      readonly handlers: readonly Handler[];
      readonly otherwise: readonly Statement[];
      readonly last: readonly Statement[];
    })
  | (Located & {
      readonly kind: 'with';
      readonly items: readonly { readonly context: Expression; readonly target: Expression | undefined }[];
      readonly body: readonly Statement[];
    })
  | (Located & {
      readonly kind: 'match';
      readonly subject: Expression;
      readonly cases: readonly {
        readonly pattern: Expression | undefined;
        readonly guard: Expression | undefined;
        readonly body: readonly Statement[];
      }[];
    })
  | FunctionNode
  | ClassNode;
