/** Walks a module in the order in which it runs: bindings, branches, loops, functions. */
import { ExpressionEvaluator } from './evaluate.ts';
import { foldBinary } from './fold.ts';
import { type Guard, type Outcome, outcomeOf, sharesOrigin } from './guards.ts';
import { canonical } from './known-functions.ts';
import type { ClassNode, Expression, FunctionNode, Statement } from './nodes.ts';
import { fieldsOf, isNew } from './records.ts';
import { type Environment, type LocalFunction, NO_NAMES, type Observer, type Scope } from './sightings.ts';
import { entryPoint, HANDLER_ATTRIBUTES, isRequestMethod, parameterLabel } from './sources.ts';
import {
  elementOf,
  joinValues,
  type Label,
  mergeTaint,
  passed,
  type Taint,
  taintOf,
  unknown,
  type Value,
  withTaint,
} from './values.ts';

/** Calls after which nothing follows. */
const EXITS =
  /^(?:(?:\w+\.)*abort|sys\.exit|exit|quit|os\._exit|self\.(?:fail|send_error|abort|error)|\w*parser\.error|.*\.ArgumentParser\(\)\.(?:error|exit)|pytest\.(?:fail|skip))$/;
/** Calls that raise when a value is not what it should be. */
const RAISING =
  /^(?:uuid\.UUID|UUID|int|float|ipaddress\.ip_\w+|\S*\.relative_to|jsonschema\.validate|(?:\S*\.)?(?:validate|check|ensure|assert|require|verify|enforce)_\w+|(?:\S*\.)?(?:validate|sanitize)|\S*\.(?:full_clean|clean))$/;
const MAX_FUNCTIONS = 400;
/** Functions that call functions that have not been read. */
const MAX_CALLS = 12;

interface Pending {
  readonly fn: FunctionNode;
  /** The locals around it; none before those are known. */
  env: Environment | undefined;
  readonly scope: Scope;
  /** What it had been given when it was read last; undefined before that. */
  given: string | undefined;
}

export function runModule(statements: readonly Statement[], observe: Observer): void {
  new StatementEvaluator(observe).module(statements);
}

class StatementEvaluator extends ExpressionEvaluator {
  private pending: Pending[] = [];
  private readonly locals = new Map<FunctionNode, LocalFunction>();
  private readonly unread = new Map<LocalFunction, Pending>();
  private returned: Value | undefined;
  /** The module's names, once all of it has been read. */
  private names: Environment | undefined;
  /** How often attributes and the module's names came to hold what an attacker writes. */
  private readonly changes = new Map<ReadonlyMap<string, Value>, number>();
  private calls = 0;

  module(statements: readonly Statement[]): void {
    this.body(statements);
    this.names = this.env;
    // Functions see what the module binds after them. One that turns out to be given tainted values is read again.
    const seen: Pending[] = [];
    for (let count = 0; count < MAX_FUNCTIONS; count++) {
      const next = this.pending.shift() ?? seen.find((pending) => this.isGivenMore(pending));
      if (next === undefined) return;
      if (!seen.includes(next)) {
        seen.push(next);
        // Read when it was called.
        if (next.given !== undefined) continue;
      }
      this.run(next, this.names);
    }
  }

  private givenTo({ fn, scope: { attributes } }: Pending): string {
    const local = this.locals.get(fn);
    const changed = this.changes.get(this.names ?? this.env) ?? 0;
    const own = attributes === undefined ? 0 : (this.changes.get(attributes) ?? 0);
    if (local === undefined || local.given.size === 0) return `${changed} ${own}`;
    const given = [...local.given].map(
      ([name, { origins, through }]) =>
        `${name}${[...new Set([...origins].map(({ label }) => label))]} ${[...through]}`,
    );
    return `${changed} ${own} ${given.join()}`;
  }

  private isGivenMore(pending: Pending): boolean {
    return this.givenTo(pending) !== pending.given;
  }

  protected override changed(seen: ReadonlyMap<string, Value>): void {
    this.changes.set(seen, (this.changes.get(seen) ?? 0) + 1);
  }

  /** What it returns is to be known where it is called, and what it does then, too. */
  protected override demand(local: LocalFunction): void {
    const pending = this.unread.get(local);
    if (pending === undefined || this.silent || this.calls >= MAX_CALLS) return;
    const { env, scope, returned } = this;
    if (this.pending.includes(pending) && scope.fn !== undefined) pending.env = env;
    this.calls++;
    this.run(pending, this.names ?? env);
    this.calls--;
    this.env = env;
    this.scope = scope;
    this.returned = returned;
  }

  protected override yielded(value: Value): void {
    if (!this.silent) this.returned = this.returned === undefined ? value : joinValues(this.returned, value);
  }

  private run(pending: Pending, module: Environment): void {
    const { fn, env, scope } = pending;
    const local = this.locals.get(fn);
    if (local !== undefined) this.unread.delete(local);
    pending.given = this.givenTo(pending);
    this.spend(module.size + (env?.size ?? 0));
    this.env = new Map(module);
    for (const [name, value] of env ?? []) this.env.set(name, value);
    this.scope = scope;
    this.returned = undefined;
    this.parameters(fn, scope);
    this.sight('function', fn, [fn.name], { statement: fn });
    const before = this.pending;
    this.pending = [];
    this.body(fn.body);
    const inner = this.env;
    // Functions inside see the locals.
    for (const inside of this.pending) inside.env ??= inner;
    this.pending = this.pending.length === 0 ? before : [...this.pending, ...before];
    if (local !== undefined) local.returns = this.returned;
  }

  private parameters(fn: FunctionNode, scope: Scope): void {
    const given = this.locals.get(fn)?.given;
    for (const parameter of fn.parameters) {
      const { name, annotation, fallback } = parameter;
      const node: Expression = { kind: 'name', id: name, start: fn.start, end: fn.start };
      const type = annotation === undefined ? '' : typeName(annotation);
      const label = parameterLabel(parameter, type, fn, scope.entry);
      const typed = /(?:^|\.)Request$/.test(type) ? 'request' : name;
      const dependency = fallback?.kind === 'call' && /Depends|Security/.test(typeName(fallback.callee));
      const taint = parameterTaint(dependency ? undefined : label, given?.get(name));
      const own = unknown(node, typed, taint);
      // A default that is a function may be what is called.
      const known =
        fallback?.kind === 'name' || fallback?.kind === 'attribute' ? this.quietly(fallback) : undefined;
      this.env.set(name, known === undefined ? own : { ...own, also: [known.name] });
    }
  }

  body(statements: readonly Statement[]): void {
    for (const statement of statements) this.statement(statement);
  }

  private statement(statement: Statement): void {
    switch (statement.kind) {
      case 'expression': {
        this.evaluate(statement.value);
        this.guardByRaising(statement.value);
        return;
      }
      case 'assign':
        this.assign(statement);
        return;
      case 'return': {
        const value = statement.value === undefined ? undefined : this.evaluate(statement.value);
        if (value === undefined) return;
        this.sight('return', statement, [], { value, statement });
        this.returned = this.returned === undefined ? value : joinValues(this.returned, value);
        return;
      }
      case 'raise':
        if (statement.value !== undefined) this.evaluate(statement.value);
        return;
      case 'assert':
        this.applyTest(statement.test);
        return;
      case 'global':
        this.scope.globals = new Set([...this.scope.globals, ...statement.names]);
        return;
      case 'import':
        for (const { name, as } of statement.names) {
          const node: Expression = { kind: 'name', id: as, start: statement.start, end: statement.end };
          this.env.set(as, unknown(node, canonical(name)));
        }
        return;
      case 'if':
        this.conditional(statement);
        return;
      case 'while': {
        const after = this.branch(statement.test, true, statement.body);
        this.env = after;
        this.body(statement.otherwise);
        return;
      }
      case 'for': {
        const iterable = this.evaluate(statement.iterable);
        this.bind(statement.target, elementOf(iterable, statement.iterable));
        this.body(statement.body);
        this.body(statement.otherwise);
        return;
      }
      case 'try':
        this.attempt(statement);
        return;
      case 'with':
        for (const { context, target } of statement.items) {
          const value = this.evaluate(context);
          if (target !== undefined) this.assignTo(target, { ...value, node: context });
        }
        this.body(statement.body);
        return;
      case 'match':
        this.match(statement);
        return;
      case 'function':
        this.define(statement);
        return;
      case 'class':
        this.classBody(statement);
        return;
      default:
        return;
    }
  }

  private assign(statement: Extract<Statement, { kind: 'assign' }>): void {
    const right = this.evaluate(statement.value);
    for (const target of statement.targets) {
      const value =
        statement.op === '' ? right : foldBinary(statement.value, statement.op, this.evaluate(target), right);
      this.assignTo(target, value, statement);
    }
  }

  private assignTo(target: Expression, value: Value, statement?: Statement): void {
    const rest = { value, statement };
    switch (target.kind) {
      case 'name':
        this.env.set(target.id, value);
        if (this.scope.globals.has(target.id)) this.bindGlobal(target.id, value);
        this.sight('assign', statement ?? target, [target.id], rest);
        return;
      case 'attribute': {
        const object = this.evaluate(target.object);
        const path = `${object.name}.${target.name}`;
        this.env.set(path, value);
        if (object.name === 'self' && this.scope.attributes !== undefined)
          this.keep(this.scope.attributes, path, value);
        this.sight('assign', statement ?? target, [path], { ...rest, receiver: object });
        return;
      }
      case 'subscript': {
        const object = this.evaluate(target.object);
        const key = this.evaluate(target.index);
        const name =
          typeof key.constant === 'string' ? `${object.name}[${key.constant}]` : `${object.name}[]`;
        if (target.object.kind === 'name') this.putEntry(target.object.id, object, key, value);
        this.sight('assign', statement ?? target, [name], { ...rest, receiver: object, args: [key] });
        return;
      }
      case 'sequence':
        for (const [index, part] of target.items.entries()) {
          const item =
            value.items?.[index] ??
            unknown(value.node, value.name === '' ? '' : `${value.name}[]`, value.taint);
          this.assignTo(part, item, statement);
        }
        return;
      case 'wrapped':
        if (target.value !== undefined) this.assignTo(target.value, value, statement);
    }
  }

  /** Other functions read it, before and after. */
  private bindGlobal(name: string, value: Value): void {
    const before = this.names?.get(name);
    if (this.names === undefined || !isNew(before, value)) return;
    this.names.set(name, before === undefined ? value : joinValues(value, before));
    this.changed(this.names);
  }

  /** `options['shell'] = True` on a dictionary that we know. */
  private putEntry(variable: string, object: Value, key: Value, value: Value): void {
    const taint = mergeTaint([object.taint, value.taint]);
    if (object.entries === undefined) {
      if (taint !== object.taint && !object.name.includes('.'))
        this.env.set(variable, withTaint(object, taint));
      return;
    }
    if (typeof key.constant !== 'string') return;
    const entries = new Map([...object.entries, [key.constant, value] as const]);
    this.env.set(variable, { ...withTaint(object, taint), entries });
  }

  private conditional(statement: Extract<Statement, { kind: 'if' }>): void {
    this.evaluate(statement.test);
    const before = this.env;
    const outcome = this.outcome(statement.test);
    this.scope.tests.push(statement.test);
    this.env = this.guarded(before, outcome.whenTrue);
    this.body(statement.body);
    this.scope.tests.pop();
    const yes = this.env;
    this.env = this.guarded(before, outcome.whenFalse);
    this.body(statement.otherwise);
    const no = this.env;
    if (this.leaves(statement.body)) this.env = no;
    else if (this.leaves(statement.otherwise)) this.env = yes;
    else this.env = joinEnvironments(yes, no);
  }

  private branch(test: Expression, positive: boolean, body: readonly Statement[]): Environment {
    this.evaluate(test);
    const before = this.env;
    const outcome = this.outcome(test);
    this.env = this.guarded(before, positive ? outcome.whenTrue : outcome.whenFalse);
    this.body(body);
    const after = joinEnvironments(this.env, this.guarded(before, outcome.whenFalse));
    return after;
  }

  private outcome(test: Expression): Outcome {
    return outcomeOf(test, (node) => this.quietly(node));
  }

  /** Evaluates again what has been told of, or will be. */
  private quietly(node: Expression): Value {
    const silent = this.silent;
    this.silent = true;
    const value = this.evaluate(node);
    this.silent = silent;
    return value;
  }

  protected override applyTest(test: Expression): void {
    this.evaluate(test);
    this.env = this.guarded(this.env, this.outcome(test).whenTrue);
  }

  protected override choice(node: Extract<Expression, { kind: 'choice' }>): Value {
    this.evaluate(node.test);
    const before = this.env;
    const outcome = this.outcome(node.test);
    this.env = this.guarded(before, outcome.whenTrue);
    const yes = this.evaluate(node.body);
    this.env = this.guarded(before, outcome.whenFalse);
    const no = this.evaluate(node.otherwise);
    this.env = before;
    return joinValues(yes, no);
  }

  /** Every variable that holds what was checked has passed the guard, and the source itself if it is asked again. */
  private guarded(env: Environment, guards: readonly Guard[]): Environment {
    this.spend(env.size * (1 + guards.length));
    const own = new Map(env);
    for (const { kind, value } of guards) {
      const origins = value.taint?.origins;
      for (const [name, bound] of own) {
        if (sharesOrigin(bound, origins))
          own.set(name, withTaint(bound, passed(bound.taint, `guard:${kind}`)));
      }
      if (value.name !== '')
        own.set(`guarded ${value.name}`, withTaint(value, passed(value.taint, `guard:${kind}`)));
    }
    return own;
  }

  private guardByRaising(node: Expression): void {
    const call = node.kind === 'wrapped' && node.value !== undefined ? node.value : node;
    if (call.kind !== 'call') return;
    const { name } = this.quietly(call.callee);
    if (!RAISING.test(name)) return;
    const receiver = call.callee.kind === 'attribute' ? [call.callee.object] : [];
    const values = [...receiver, ...call.args].map((part) => this.quietly(part));
    const kind = name.endsWith('.relative_to') ? 'relative' : 'custom';
    const tainted = values.filter(({ taint }) => taint !== undefined);
    this.env = this.guarded(
      this.env,
      tainted.map((value) => ({ kind, value })),
    );
  }

  private leaves(body: readonly Statement[]): boolean {
    const last = body.at(-1);
    if (last === undefined) return false;
    switch (last.kind) {
      case 'return':
      case 'raise':
      case 'jump':
        return true;
      case 'expression': {
        if (last.value.kind !== 'call') return false;
        return EXITS.test(this.quietly(last.value.callee).name);
      }
      case 'if':
        return this.leaves(last.body) && this.leaves(last.otherwise);
      case 'with':
        return this.leaves(last.body);
      case 'try':
        return (
          this.leaves(last.last) ||
          (this.leaves(last.body) && last.handlers.every((handler) => this.leaves(handler.body)))
        );
      default:
        return false;
    }
  }

  private attempt(statement: Extract<Statement, { kind: 'try' }>): void {
    const before = this.env;
    this.env = new Map(before);
    this.scope.tries += statement.handlers.length;
    this.body(statement.body);
    this.scope.tries -= statement.handlers.length;
    this.body(statement.otherwise);
    let after = this.env;
    for (const handler of statement.handlers) {
      this.env = new Map(after);
      if (handler.type !== undefined) this.evaluate(handler.type);
      if (handler.name !== undefined) {
        const node: Expression = { kind: 'name', id: handler.name, start: handler.start, end: handler.start };
        this.env.set(handler.name, unknown(node, handler.name, taintOf('exception')));
      }
      this.sight('handler', handler, [], { statement });
      this.body(handler.body);
      if (!this.leaves(handler.body)) after = joinEnvironments(after, this.env);
    }
    this.env = after;
    this.body(statement.last);
  }

  private match(statement: Extract<Statement, { kind: 'match' }>): void {
    const subject = this.evaluate(statement.subject);
    const before = this.env;
    let after: Environment | undefined;
    let exhaustive = false;
    for (const { pattern, guard, body } of statement.cases) {
      // A literal pattern is an equality; `_` is not.
      const literal = pattern?.kind === 'literal' || (pattern?.kind === 'binary' && pattern.op === '|');
      exhaustive ||= pattern?.kind === 'name';
      this.env = this.guarded(before, literal ? [{ kind: 'equal', value: subject }] : []);
      if (pattern !== undefined) this.capture(pattern, subject);
      if (guard !== undefined) this.applyTest(guard);
      this.body(body);
      if (!this.leaves(body)) after = after === undefined ? this.env : joinEnvironments(after, this.env);
    }
    this.env = after === undefined ? before : exhaustive ? after : joinEnvironments(after, before);
  }

  /** Names in a pattern take parts of the subject. */
  private capture(pattern: Expression, { taint }: Value): void {
    this.spend(1);
    const value = unknown(pattern, '', taint);
    switch (pattern.kind) {
      case 'name':
        if (pattern.id !== '_') this.env.set(pattern.id, value);
        return;
      case 'dict':
        for (const entry of pattern.entries) this.capture(entry.value, value);
        return;
      case 'sequence':
        for (const item of pattern.items) this.capture(item, value);
        return;
      case 'call':
        for (const arg of pattern.args) this.capture(arg, value);
        for (const keyword of pattern.keywords) this.capture(keyword.value, value);
        return;
      case 'wrapped':
        if (pattern.value !== undefined) this.capture(pattern.value, value);
    }
  }

  private define(fn: FunctionNode): void {
    const decorators = fn.decorators.map((decorator) => this.evaluate(decorator).name);
    const bases = this.scope.bases;
    const decorated = decorators.map(entryPoint).find((entry) => entry !== undefined);
    const entry = decorated ?? (bases !== undefined && isRequestMethod(fn.name, bases) ? 'web' : undefined);
    for (const { name, fallback } of fn.parameters) {
      if (fallback !== undefined) this.sightDefault(name, fallback, this.evaluate(fallback));
    }
    const pending: Pending = {
      fn,
      env: undefined,
      given: undefined,
      scope: {
        fn,
        tests: [],
        tries: 0,
        entry,
        bases,
        owner: undefined,
        attributes: bases === undefined ? undefined : (this.scope.attributes ?? new Map<string, Value>()),
        globals: NO_NAMES,
      },
    };
    this.pending.push(pending);
    const only = fn.body.length === 1 ? fn.body[0] : undefined;
    const returns =
      only?.kind === 'return' && only.value !== undefined ? this.quietly(only.value) : undefined;
    const local: LocalFunction = { node: fn, given: new Map(), returns };
    this.locals.set(fn, local);
    this.unread.set(local, pending);
    const { owner } = this.scope;
    if (bases === undefined) this.functions.set(localName(fn), local);
    else if (owner !== undefined && decorators.length === 0) {
      for (const object of ['self', `${owner}()`]) this.functions.set(`${object}.${fn.name}`, local);
    }
    const node: Expression = { kind: 'name', id: fn.name, start: fn.start, end: fn.start };
    this.env.set(fn.name, unknown(node, localName(fn)));
  }

  private classBody(statement: ClassNode): void {
    const bases = statement.bases.map((base) => this.evaluate(base).name);
    for (const decorator of statement.decorators) this.evaluate(decorator);
    for (const { value } of statement.keywords) this.evaluate(value);
    const outer = this.scope;
    const env = this.env;
    const attributes = new Map<string, Value>();
    const node: Expression = { kind: 'name', id: 'self', start: statement.start, end: statement.start };
    if (bases.some((base) => /RequestHandler$/.test(base))) {
      for (const name of HANDLER_ATTRIBUTES) attributes.set(name, unknown(node, name, taintOf('web')));
    }
    this.scope = { ...outer, bases, attributes, owner: statement.name };
    this.env = new Map(env);
    const decoratorName = (decorator: Expression) => this.quietly(decorator).name;
    // The constructor first: it says what the attributes are.
    const inits = statement.body.filter((part) => part.kind === 'function' && part.name === '__init__');
    this.body([...inits, ...statement.body.filter((part) => !inits.includes(part))]);
    const [init] = inits;
    this.classes.set(statement.name, {
      constructor: init?.kind === 'function' ? this.locals.get(init) : undefined,
      fields: fieldsOf(statement.body, decoratorName),
      attributes,
    });
    const inner = this.env;
    this.scope = outer;
    this.env = env;
    for (const [name, value] of inner) {
      if (env.get(name) !== value) this.env.set(`${statement.name}.${name}`, value);
    }
    this.env.set(statement.name, unknown(node, statement.name));
  }
}

/** What callers in the code did to all that they give has been done to the parameter. */
function parameterTaint(label: Label | undefined, given: Taint | undefined): Taint | undefined {
  if (label === undefined) return given;
  const own = taintOf(label);
  return mergeTaint([
    label === 'parameter' && given !== undefined ? { ...own, through: given.through } : own,
    given,
  ]);
}

function joinEnvironments(a: Environment, b: Environment): Environment {
  const joined = new Map<string, Value>();
  for (const [name, value] of a) {
    const other = b.get(name);
    if (name.startsWith('guarded ')) {
      if (other !== undefined) joined.set(name, joinValues(value, other));
    } else joined.set(name, other === undefined ? value : joinValues(value, other));
  }
  for (const [name, value] of b) if (!a.has(name) && !name.startsWith('guarded ')) joined.set(name, value);
  return joined;
}

/** A function of the code's own is not the built-in one of that name. */
function localName(fn: FunctionNode): string {
  return `local:${fn.name}`;
}

function typeName(node: Expression): string {
  if (node.kind === 'name') return node.id;
  if (node.kind === 'attribute') return `${typeName(node.object)}.${node.name}`;
  return node.kind === 'subscript' ? typeName(node.object) : '';
}
