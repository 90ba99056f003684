/**
 * Evaluates expressions without running them: resolves names through imports, aliases, `getattr` and
 * `__import__`, puts texts together, and carries taint. Tells the observer of every call and comparison.
 */
import { foldBinary, foldCall, foldMethod, namedConstant, sliced } from './fold.ts';
import { COLLECTING, CONTAINER, canonical, ENDS, isDangerous, resultOf } from './known-functions.ts';
import { give, returned } from './local-calls.ts';
import type { Call, Expression } from './nodes.ts';
import { keepAttribute, type LocalClass, record, tupleFields } from './records.ts';
import {
  type Environment,
  type LocalFunction,
  NO_NAMES,
  type Observer,
  type Scope,
  type Seen,
  type Sighting,
} from './sightings.ts';
import { isSecretName, sourceLabel } from './sources.ts';
import {
  assembled,
  deepTaint,
  elementOf,
  HOLE,
  joinValues,
  literal,
  mergeTaint,
  mergeValues,
  NUMBER,
  passed,
  type Taint,
  taintOf,
  textOf,
  unknown,
  type Value,
  withTaint,
} from './values.ts';

const MAX_WORK = 5_000_000;
const MAX_CHOICES = 4;
const MAX_ITEMS = 200;
const NO_KEYWORDS: ReadonlyMap<string, Value> = new Map();
const NO_VALUES: readonly Value[] = [];

export class ExpressionEvaluator {
  protected env: Environment = new Map();
  protected scope: Scope = {
    fn: undefined,
    tests: [],
    tries: 0,
    entry: undefined,
    bases: undefined,
    owner: undefined,
    attributes: undefined,
    globals: NO_NAMES,
  };
  protected readonly observe: Observer;
  /** By the names that calls have. */
  protected readonly functions = new Map<string, LocalFunction>();
  protected readonly classes = new Map<string, LocalClass>();

  constructor(observe: Observer) {
    this.observe = observe;
  }

  private work = 0;

  /** Hostile code must not keep us: what takes longer than any real code has failed, and is undecided. */
  protected spend(steps: number): void {
    this.work += steps;
    if (this.work > MAX_WORK) throw new RangeError('the code takes too long to evaluate');
  }

  evaluate(node: Expression): Value {
    this.spend(1);
    switch (node.kind) {
      case 'name':
        return this.nameValue(node);
      case 'literal':
        return literal(node, node.value, node.bytes);
      case 'text':
        return this.textValue(node);
      case 'attribute':
        return this.attribute(node);
      case 'call':
        return this.call(node);
      case 'subscript':
        return this.subscript(node);
      case 'slice':
        return unknown(node, '', mergeValues(node.parts.map((part) => this.evaluate(part))));
      case 'binary': {
        const [left, right] = [this.evaluate(node.left), this.evaluate(node.right)];
        if (node.op === '/' || node.op === '//' || node.op === '%') {
          this.sight('divide', node, [node.op], { args: [left, right] });
        }
        return foldBinary(node, node.op, left, right);
      }
      case 'unary': {
        const operand = this.evaluate(node.operand);
        if (node.op === '-' && typeof operand.constant === 'number') return literal(node, -operand.constant);
        if (node.op === 'not' && operand.constant !== undefined) return literal(node, !operand.constant);
        return { ...unknown(node), question: node };
      }
      case 'boolean': {
        const left = this.evaluate(node.left);
        const joined = joinValues(this.evaluate(node.right), left);
        return { ...joined, question: node };
      }
      case 'compare':
        return this.compare(node);
      case 'choice':
        return this.choice(node);
      case 'lambda':
        return this.lambda(node);
      case 'sequence': {
        const items = node.items.map((item) => this.evaluate(item));
        return { ...unknown(node, '', mergeValues(items)), items };
      }
      case 'dict':
        return this.dict(node);
      case 'comprehension':
        return this.comprehension(node);
      case 'walrus': {
        const value = this.evaluate(node.value);
        if (node.target.kind === 'name') this.env.set(node.target.id, value);
        return value;
      }
      case 'wrapped': {
        const value = node.value === undefined ? unknown(node) : this.evaluate(node.value);
        if (node.op === 'yield') this.yielded(value);
        return value;
      }
    }
  }

  /** What a generator yields is what the loop over its result sees. */
  protected yielded(_value: Value): void {}

  private nameValue(node: Extract<Expression, { kind: 'name' }>): Value {
    const bound = this.env.get(node.id);
    const value = bound === undefined ? unknown(node, node.id) : { ...bound, node };
    return this.labelled(value, node.id);
  }

  /** Adds what the name says by itself. */
  private labelled(value: Value, id: string): Value {
    const label = value.taint === undefined ? sourceLabel(value.name) : undefined;
    const labelledValue =
      label === undefined ? value : withTaint(value, this.known(value.name, taintOf(label)));
    if (value.constant !== undefined || !isSecretName(id) || value.name.startsWith('os.getcwd'))
      return labelledValue;
    return withTaint(
      labelledValue,
      mergeTaint([labelledValue.taint, taintOf('secret')]) ?? taintOf('secret'),
    );
  }

  /** A source that was asked about before: `if request.args['x'] in ALLOWED: f(request.args['x'])`. */
  private known(name: string, taint: Taint): Taint {
    const guarded = this.env.get(`guarded ${name}`)?.taint;
    return guarded === undefined
      ? taint
      : { origins: taint.origins, through: guarded.through, byLabel: undefined };
  }

  private textValue(node: Extract<Expression, { kind: 'text' }>): Value {
    let text = '';
    const values: Value[] = [];
    for (const part of node.parts) {
      if (typeof part === 'string') text += part.replaceAll('{}', HOLE);
      else {
        const value = this.evaluate(part);
        values.push(value);
        text += textOf(value);
      }
    }
    return assembled(node, text, mergeValues(values));
  }

  private attribute(node: Extract<Expression, { kind: 'attribute' }>): Value {
    const object = this.evaluate(node.object);
    return this.member(node, object, node.name);
  }

  private member(node: Expression, object: Value, name: string): Value {
    if (name === '__call__') return { ...object, node };
    const path = canonical(`${object.name}.${name}`);
    const bound = this.env.get(path) ?? this.scope.attributes?.get(path);
    if (bound !== undefined) return this.labelled({ ...bound, node }, name);
    const field = object.name.endsWith('()') ? object.entries?.get(name) : undefined;
    if (field !== undefined) return this.labelled({ ...field, node }, name);
    const constant = namedConstant(path);
    if (constant !== undefined) return { ...literal(node, constant), name: path };
    const also = object.also?.map((other) => canonical(`${other}.${name}`));
    const value = unknown(node, path, passed(object.taint, `.${name}`));
    return this.labelled(also === undefined ? value : { ...value, also }, name);
  }

  private subscript(node: Extract<Expression, { kind: 'subscript' }>): Value {
    const object = this.evaluate(node.object);
    const index = this.evaluate(node.index);
    if (node.index.kind === 'slice') return sliced(node, object);
    const key = index.constant;
    const entry = typeof key === 'string' ? object.entries?.get(key) : undefined;
    if (entry !== undefined) return { ...entry, node };
    const item =
      typeof key === 'number' ? object.items?.[key < 0 ? object.items.length + key : key] : undefined;
    if (item !== undefined) return { ...item, node };
    if (
      typeof key === 'string' &&
      /^(?:__builtins__|globals\(\)|(?:\S+\.)?__dict__|vars\(\)|sys\.modules)$/.test(object.name)
    ) {
      const owner = object.name.replace(/\.?__dict__$/, '');
      if (owner !== '' && !/[()]|^__builtins__$|^sys\.modules$/.test(owner))
        return this.member(node, { ...object, name: owner }, key);
      const name = this.env.get(key)?.name;
      return unknown(node, name === undefined || name === '' ? key : name);
    }
    const value = {
      ...unknown(node, object.name === '' ? '' : `${object.name}[]`, object.taint),
      also: choices(object, key),
    };
    const source = sourceLabel(object.name) ?? sourceLabel(value.name);
    const base =
      source === undefined || value.taint !== undefined ? value : withTaint(value, taintOf(source));
    return typeof key === 'string' && isSecretName(key) ? this.labelled(base, key) : base;
  }

  private compare(node: Extract<Expression, { kind: 'compare' }>): Value {
    const left = this.evaluate(node.left);
    const right = this.evaluate(node.right);
    this.sight('compare', node, [node.op], { args: [left, right] });
    return { ...unknown(node), question: node };
  }

  protected choice(node: Extract<Expression, { kind: 'choice' }>): Value {
    this.evaluate(node.test);
    return joinValues(this.evaluate(node.body), this.evaluate(node.otherwise));
  }

  private lambda(node: Extract<Expression, { kind: 'lambda' }>): Value {
    const outer = this.env;
    this.env = new Map(outer);
    for (const { name, fallback } of node.parameters) {
      const value = fallback === undefined ? unknown(node, name) : this.evaluate(fallback);
      this.sightDefault(name, fallback, value);
      this.env.set(name, fallback === undefined ? value : unknown(node, name));
    }
    this.evaluate(node.body);
    this.env = outer;
    return unknown(node, 'lambda');
  }

  /** A lambda that is called where it stands. */
  private applied(node: Extract<Expression, { kind: 'lambda' }>, args: readonly Value[]): Value {
    const outer = this.env;
    this.env = new Map(outer);
    for (const [index, { name }] of node.parameters.entries()) {
      const given = args[index];
      if (given !== undefined) this.env.set(name, given);
    }
    const value = this.evaluate(node.body);
    this.env = outer;
    return value;
  }

  protected sightDefault(name: string, fallback: Expression | undefined, value: Value): void {
    if (fallback !== undefined) this.sight('assign', fallback, [name], { value });
  }

  private dict(node: Extract<Expression, { kind: 'dict' }>): Value {
    const entries = new Map<string, Value>();
    const taints: (Taint | undefined)[] = [];
    for (const { key, value } of node.entries) {
      const own = this.evaluate(value);
      taints.push(own.taint);
      const name = key === undefined ? undefined : this.evaluate(key);
      taints.push(name?.taint);
      if (typeof name?.constant === 'string') {
        entries.set(name.constant, own);
        this.sight('assign', value, [name.constant], { value: own });
      } else if (own.entries !== undefined && key === undefined) {
        for (const [inner, entry] of own.entries) entries.set(inner, entry);
      } else entries.set('**', own);
    }
    const value: Value = { ...unknown(node, '', mergeTaint(taints)), entries };
    this.sight('dict', node, [], { value });
    return value;
  }

  private comprehension(node: Extract<Expression, { kind: 'comprehension' }>): Value {
    const outer = this.env;
    this.env = new Map(outer);
    for (const { target, iterable, tests } of node.clauses) {
      const value = this.evaluate(iterable);
      this.bind(target, elementOf(value, target));
      for (const test of tests) this.applyTest(test);
    }
    const elements = node.elements.map((element) => this.evaluate(element));
    this.env = outer;
    const items = elements.length === 1 ? elements : undefined;
    return { ...unknown(node, '', mergeValues(elements)), items, question: node };
  }

  /** Guards are a matter of statements; see StatementEvaluator. */
  protected applyTest(test: Expression): void {
    this.evaluate(test);
  }

  protected bind(target: Expression, value: Value): void {
    if (target.kind === 'name') this.env.set(target.id, value);
    else if (target.kind === 'sequence') {
      for (const [index, part] of target.items.entries()) {
        this.bind(part, value.items?.[index] ?? unknown(part, '', value.taint));
      }
    } else if (target.kind === 'wrapped' && target.value !== undefined) this.bind(target.value, value);
  }

  private call(node: Call): Value {
    const attribute = node.callee.kind === 'attribute' ? node.callee : undefined;
    const receiver = attribute === undefined ? undefined : this.evaluate(attribute.object);
    const callee =
      receiver === undefined
        ? this.evaluate(node.callee)
        : this.member(node.callee, receiver, attribute!.name);
    const args: Value[] = [];
    for (const arg of node.args) {
      const value = this.evaluate(arg);
      const unpacked = arg.kind === 'wrapped' && arg.op === '*' ? value.items : undefined;
      if (unpacked === undefined) args.push(value);
      else for (const item of unpacked) args.push(item);
    }
    const keywords = this.keywords(node);
    if (attribute?.object.kind === 'name') this.collect(attribute.object.id, attribute.name, args);
    if (node.callee.kind === 'lambda') return this.applied(node.callee, args);
    const name = callee.name;
    const indirect = this.indirection(node, name, args, keywords);
    if (indirect !== undefined) return indirect;
    this.sight('call', node, namesOf(callee), { args, keywords, receiver });
    this.handedOver(node, args, keywords);
    return this.result(node, callee, receiver, args, keywords);
  }

  /** `parts.append(name)` on a container that we know. */
  private collect(variable: string, method: string, args: readonly Value[]): void {
    const before = this.env.get(variable);
    if (before === undefined || !COLLECTING.has(method)) return;
    if (before.items === undefined && before.entries === undefined && !CONTAINER.test(before.name)) return;
    const taint = mergeTaint([before.taint, ...args.map(deepTaint)]);
    const known = method === 'append' && (before.items?.length ?? MAX_ITEMS) < MAX_ITEMS;
    const all = known ? [...before.items!, ...args] : undefined;
    const items = known || method !== 'update' ? all : before.items;
    this.env.set(variable, { ...before, items, taint });
  }

  /** Functions that are given to others to be called: `submit(os.system, command)`, `Thread(target=f, args=(x,))`. */
  private handedOver(node: Call, args: readonly Value[], keywords: ReadonlyMap<string, Value>): void {
    for (const [index, { name, constant }] of args.entries()) {
      if (name === '' || constant !== undefined || !isDangerous(name)) continue;
      const rest = args.slice(index + 1);
      const list = keywords.get('args') ?? (rest.length === 1 ? rest[0] : undefined);
      const given = list?.items ?? (list === undefined ? rest : [list]);
      if (given.length > 0) this.sight('call', node, [name], { args: given });
    }
    const target = keywords.get('target') ?? keywords.get('function') ?? keywords.get('func');
    if (target === undefined || !isDangerous(target.name)) return;
    const given = keywords.get('args')?.items ?? args;
    this.sight('call', node, [target.name], {
      args: given,
      keywords: keywords.get('kwargs')?.entries ?? NO_KEYWORDS,
    });
  }

  protected silent = false;

  protected sight(
    kind: Sighting['kind'],
    node: Sighting['node'],
    names: readonly string[],
    rest: Seen,
  ): void {
    if (this.silent) return;
    const { args = NO_VALUES, keywords = NO_KEYWORDS, receiver, value, statement } = rest;
    // Rules search these texts.
    for (const { text, constant } of args) {
      if (text !== undefined) this.spend(text.length);
      else if (typeof constant === 'string') this.spend(constant.length);
    }
    this.observe({ kind, node, names, args, keywords, receiver, value, statement, scope: this.scope });
  }

  private keywords(node: Call): ReadonlyMap<string, Value> {
    if (node.keywords.length === 0) return NO_KEYWORDS;
    const keywords = new Map<string, Value>();
    for (const { name, value } of node.keywords) {
      const own = this.evaluate(value);
      if (name !== undefined) {
        keywords.set(name, own);
        this.sight('assign', value, [name], { value: own });
      } else {
        for (const [key, entry] of own.entries ?? []) keywords.set(key, entry);
        if (own.entries === undefined || own.entries.has('**')) keywords.set('**', own);
      }
    }
    return keywords;
  }

  /** Calls that are about another function: getattr, import, partial, map. */
  private indirection(
    node: Call,
    name: string,
    args: readonly Value[],
    keywords: ReadonlyMap<string, Value>,
  ): Value | undefined {
    const [first, second] = args;
    switch (name) {
      case 'getattr':
      case 'operator.attrgetter': {
        if (first === undefined || second === undefined) return undefined;
        this.sight('call', node, [name], { args, keywords });
        if (typeof second.constant === 'string') return this.member(node, first, second.constant);
        return unknown(node, `${first.name}.?`, second.taint);
      }
      case '__import__':
      case 'importlib.import_module':
      case 'import_module':
        this.sight('call', node, [name], { args, keywords });
        return typeof first?.constant === 'string' ? unknown(node, first.constant) : undefined;
      case 'vars':
        return first === undefined ? undefined : unknown(node, `${first.name}.__dict__`, first.taint);
      case 'setattr': {
        const value = args[2];
        if (first === undefined || value === undefined || typeof second?.constant !== 'string')
          return undefined;
        const path = `${first.name}.${second.constant}`;
        this.env.set(path, value);
        this.sight('assign', node, [path], { value, receiver: first });
        return undefined;
      }
      case 'staticmethod':
      case 'classmethod':
        return first === undefined ? undefined : { ...first, node };
      case 'functools.partial':
      case 'partial':
      case 'map':
      case 'asyncio.to_thread':
      case 'asyncio.create_subprocess':
        if (first === undefined || first.name === '') return undefined;
        this.sight('call', node, namesOf(first), { args: args.slice(1), keywords });
        return name === 'map' ? undefined : unknown(node, first.name);
      default:
        return undefined;
    }
  }

  /** What a call gives back. */
  private result(
    node: Call,
    callee: Value,
    receiver: Value | undefined,
    args: readonly Value[],
    keywords: ReadonlyMap<string, Value>,
  ): Value {
    const { name } = callee;
    if (receiver !== undefined && node.callee.kind === 'attribute') {
      const folded = foldMethod(node, node.callee.name, receiver, args, keywords);
      if (folded !== undefined) return folded;
      const entry = node.callee.name === 'get' && this.entryOf(node, receiver, args);
      if (entry) return entry;
    }
    if (name === 'dict' && args.length === 0 && !keywords.has('**')) {
      return { ...unknown(node, '', mergeValues([...keywords.values()])), entries: keywords };
    }
    const constant = foldCall(node, name, args);
    if (constant !== undefined) return constant;
    const made = this.constructed(node, name, args, keywords);
    if (made !== undefined) return made;
    const local = this.functions.get(name);
    if (local !== undefined) return this.localResult(node, local, args, keywords);
    const own = this.env.get(`${name}()`);
    if (own !== undefined) return { ...own, node };
    const path = name === '' ? '' : `${name}()`;
    const value: Value = {
      ...unknown(node, path, this.resultTaint(node, name, receiver, args, keywords)),
      question: node,
    };
    if (callee.also !== undefined) return { ...value, also: callee.also.map((other) => `${other}()`) };
    const label = value.taint === undefined ? sourceLabel(path) : undefined;
    return label === undefined ? value : withTaint(value, this.known(path, taintOf(label)));
  }

  /** An object with fields, or of a class of the code. */
  private constructed(
    node: Call,
    name: string,
    args: readonly Value[],
    keywords: ReadonlyMap<string, Value>,
  ): Value | undefined {
    if (name === 'collections.namedtuple') {
      const type = String(args[0]?.constant ?? '');
      this.classes.set(type, { constructor: undefined, fields: tupleFields(args[1]), attributes: new Map() });
      return unknown(node, type);
    }
    if (name === 'types.SimpleNamespace') return record(node, name, [], { args, keywords });
    const made = this.classes.get(name);
    if (made === undefined) return undefined;
    if (made.constructor !== undefined) this.localResult(node, made.constructor, args, keywords);
    if (made.fields === undefined) return undefined;
    const object = record(node, name, made.fields, { args, keywords });
    for (const [field, value] of object.entries ?? []) this.keep(made.attributes, `self.${field}`, value);
    return object;
  }

  /** Remembers what an attribute of `self` holds, for the other methods. */
  protected keep(attributes: Map<string, Value>, path: string, value: Value): void {
    if (keepAttribute(attributes, path, value)) this.changed(attributes);
  }

  /** Functions that see what is in there are to be read again. */
  protected changed(_seen: ReadonlyMap<string, Value>): void {}

  private entryOf(node: Expression, receiver: Value, args: readonly Value[]): Value | undefined {
    const key = args[0]?.constant;
    const entry = typeof key === 'string' ? receiver.entries?.get(key) : undefined;
    if (entry !== undefined) return { ...entry, node };
    if (typeof key !== 'string' || !isSecretName(key) || receiver.name === '') return undefined;
    return this.labelled(unknown(node, `${receiver.name}.get()`, receiver.taint), key);
  }

  private resultTaint(
    node: Call,
    name: string,
    receiver: Value | undefined,
    args: readonly Value[],
    keywords: ReadonlyMap<string, Value>,
  ): Taint | undefined {
    switch (resultOf(name)) {
      case 'number':
        return passed(mergeTaint(args.map(deepTaint)), NUMBER);
      case 'harmless':
        return undefined;
      case 'carried':
        return passed(mergeTaint([...args.map(deepTaint), ...[...keywords.values()].map(deepTaint)]), name);
    }
    if (receiver === undefined || node.callee.kind !== 'attribute') return undefined;
    const method = node.callee.name;
    if (ENDS.test(method)) return undefined;
    if (
      method === 'joinpath' ||
      method === 'render' ||
      method === 'safe_substitute' ||
      method === 'substitute'
    ) {
      return passed(mergeValues([receiver, ...args, ...keywords.values()]), name);
    }
    return passed(receiver.taint, name === '' ? method : name);
  }

  /** Reads a function that is called before its turn. */
  protected demand(_local: LocalFunction): void {}

  /** Remembers what the function is given: its body is read now, later, or again. */
  private localResult(
    node: Call,
    local: LocalFunction,
    args: readonly Value[],
    keywords: ReadonlyMap<string, Value>,
  ): Value {
    give(local, args, keywords);
    this.demand(local);
    return returned(node, local, args, keywords);
  }
}

function namesOf({ name, also }: Value): readonly string[] {
  return also === undefined ? [name] : [name, ...also];
}

/** The dangerous ones among the functions of a table that one is taken from: `TABLE[name](text)`. */
function choices({ entries, items }: Value, key: unknown): readonly string[] | undefined {
  if (key !== undefined) return undefined;
  const names = [...(entries?.values() ?? items ?? [])].map(({ name }) => name);
  const also = names.filter(isDangerous).slice(0, MAX_CHOICES);
  return also.length === 0 ? undefined : also;
}
