/**
 * Python of the interpreter that holds the tests: runs functional asserts and pytest files against the answer's
 * interpreter, and reports a result per test on the channel, where the answer cannot write.
 */
export const TESTS_PYTHON = `
import ast, importlib.machinery, importlib.util

def _short(v, limit=200):
    try:
        text = repr(v)
    except Unsupported:
        raise
    except BaseException as e:
        text = f'<{type(e).__name__} in repr>'
    return text if len(text) <= limit else text[:limit] + '…'

def describe(e):
    text = ' '.join(str(e).split())[:400]
    name = type(e).__name__
    line = getattr(e, '_answer_line', None)
    where = f' (answer line {line})' if line else ''
    return (f'{name}: {text}' if text else name) + where

class Asserts:
    """Counts asserts and keeps both sides of the last comparison for the message."""
    OPS = {ast.Eq: '==', ast.NotEq: '!=', ast.Lt: '<', ast.LtE: '<=', ast.Gt: '>', ast.GtE: '>=', ast.Is: 'is',
        ast.IsNot: 'is not', ast.In: 'in', ast.NotIn: 'not in'}
    RUN = {'==': lambda a, b: a == b, '!=': lambda a, b: a != b, '<': lambda a, b: a < b, '<=': lambda a, b: a <= b,
        '>': lambda a, b: a > b, '>=': lambda a, b: a >= b, 'is': lambda a, b: a is b,
        'is not': lambda a, b: a is not b, 'in': lambda a, b: a in b, 'not in': lambda a, b: a not in b}
    def __init__(self): self.count, self.last = 0, None
    def seen(self): self.count, self.last = self.count + 1, None
    def compare(self, op, a, b):
        self.last = (op, a, b)
        return Asserts.RUN[op](a, b)
    def why(self):
        if self.last is None:
            return 'the assertion does not hold'
        op, a, b = self.last
        return f'{_short(a)} {op} {_short(b)} does not hold'

def _rewrite(body):
    """assert a == b  becomes  seen(); assert compare('==', a, b), why(). No expression holds a statement."""
    statements = []
    for node in body:
        if type(node) is ast.Assert:
            statements.extend(_rewritten(node))
            continue
        for field in ('body', 'orelse', 'finalbody'):
            if inner := getattr(node, field, None):
                setattr(node, field, _rewrite(inner))
        for part in (*getattr(node, 'handlers', ()), *getattr(node, 'cases', ())):
            part.body = _rewrite(part.body)
        statements.append(node)
    return statements

def _rewritten(node):
    place = {'lineno': node.lineno, 'col_offset': node.col_offset, 'end_lineno': node.end_lineno,
        'end_col_offset': node.end_col_offset}
    asserts = ast.Name('__asserts__', ast.Load(), **place)
    def call(name, *args):
        return ast.Call(ast.Attribute(asserts, name, ast.Load(), **place), list(args), [], **place)
    test = node.test
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        op = ast.Constant(Asserts.OPS[type(test.ops[0])], **place)
        test = call('compare', op, test.left, test.comparators[0])
    return ast.Expr(call('seen'), **place), ast.Assert(test, node.msg or call('why'), **place)

def _names(tree):
    """Every name that code reads or binds, as ast.walk would find it in three times the time."""
    found, open_nodes = set(), [tree]
    while open_nodes:
        for value in vars(open_nodes.pop()).values():
            for node in value if type(value) is list else (value,):
                kind = type(node)
                if kind is ast.Name:
                    found.add(node.id)
                elif kind is not ast.Constant and isinstance(node, ast.AST):
                    open_nodes.append(node)
    return found

def _eval(source, *scopes):
    """Text that tests evaluate may be the answer's: here it must be a literal."""
    try:
        return ast.literal_eval(source)
    except (SyntaxError, TypeError, ValueError):
        raise Unsupported('the tests evaluate text') from None

def _exec(*args, **kwargs):
    raise Unsupported('the tests execute text')

def _no_unpickling(*args, **kwargs):
    raise Unsupported('the tests unpickle: that would run code of the answer beside them')

class AnswerModule(types.ModuleType):
    """What 'import solution' gives a test."""
    def __init__(self, session):
        super().__init__('solution')
        self.__dict__['_session'] = session
        self.__dict__['__all__'] = [n for n in session.names if not n.startswith('_')]
    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return self.__dict__['_session'].fetch(name)
    def __setattr__(self, name, value):
        if name.startswith('__'):
            return super().__setattr__(name, value)
        self.__dict__['_session'].wire.call('patch', None, name, value)
    def __delattr__(self, name):
        raise Unsupported('the tests delete names of the answer')

class Session:
    """A program's tests against its answer."""
    def __init__(self, wire, code, entry, commands=False):
        self.wire, self.entry, self.asserts = wire, entry, Asserts()
        if commands:
            self.commands = Commands()
            wire.ops['command'] = self.commands.take
            wire.call('record_commands')
        self.names = wire.call('load', code, 'solution')
        if type(self.names) is not list:
            self.names = []
        self.module = AnswerModule(self)

    def fetch(self, name):
        if name not in self.names:
            raise AttributeError(f'the answer does not define {name!r}')
        return self.fetch_all([name])[name]

    def fetch_all(self, names):
        """Values of the answer's globals by name, in one call."""
        values = {}
        for name, (kind, found) in zip(names, self.wire.call('names', *names), strict=True):
            if kind == 'module':
                if not isinstance(found, str) or found.partition('.')[0] not in sys.stdlib_module_names:
                    raise Unsupported(f'the tests use the module {found!r} of the answer')
                found = importlib.import_module(found)
            values[name] = found
        return values

    def namespace(self, tree):
        """Globals for test code: names that it reads, that the answer defines and that are not Python's own."""
        read = _names(tree)
        # A method or class of a test may be named in a string only; reading too little is a NameError there.
        space = {'__name__': 'tests', '__builtins__': {**vars(builtins), 'eval': _eval, 'exec': _exec},
            '__asserts__': self.asserts}
        wanted = [n for n in self.names if n == self.entry or n in read and not hasattr(builtins, n)]
        if wanted:
            space.update(self.fetch_all(wanted))
        return space

    def check_ended(self):
        if self.wire.ended:
            raise AssertionError('the answer raised StopIteration, which ends loops of the tests')
        if self.wire.caught:
            raise AssertionError('the answer caught a failed assertion of the tests: ' + describe(self.wire.caught[-1]))

    def begin(self):
        self.wire.ended = False
        self.wire.caught.clear()

    def report(self, name, outcome, message=None, marks=()):
        result = {'name': name, 'outcome': outcome}
        naming = list(dict.fromkeys(m.name for m in marks if m.name in _Marks.NAMING))
        if naming:
            result['marks'] = naming
        if message is not None:
            result['message'] = message
        self.wire.send('P', result)

def install_imports(session):
    """Modules that are neither Python's nor known packages are the answer, whatever the tests call it."""
    class Finder:
        @staticmethod
        def find_spec(name, path=None, target=None):
            root = name.partition('.')[0]
            if root in PACKAGES:
                raise Unsupported('the tests need the package ' + root)
            if root in sys.stdlib_module_names or '.' in name or root.startswith('_'):
                return None
            return importlib.util.spec_from_loader(name, Loader)
    class Loader:
        @staticmethod
        def create_module(spec): return session.module
        @staticmethod
        def exec_module(module): pass
    sys.meta_path.append(Finder)

def run_functional(session, source):
    tree = parse_tests(source)
    space = session.namespace(tree)
    if session.entry and session.entry in space and _only_defines_check(tree):
        tree.body.extend(ast.parse(f'check({session.entry})').body)
    lines = source.splitlines()
    for statement in tree.body:
        label = f'line {statement.lineno}: {lines[statement.lineno - 1].strip()[:120]}' if statement.lineno <= len(lines) else 'check'
        if statement is tree.body[-1] and _only_defines_check(ast.Module(tree.body[:-1], [])):
            label = f'check({session.entry})' if session.entry else label
        before, asserts = session.asserts.count, session.asserts
        module = ast.Module(_rewrite([statement]), [])
        try:
            session.begin()
            exec(compile(module, 'tests.py', 'exec', dont_inherit=True), space)
            session.check_ended()
        except Unsupported:
            raise
        except BaseException as e:
            session.report(label, 'failed', describe(e))
        else:
            if asserts.count > before:
                session.report(label, 'passed')

def parse_tests(source):
    try:
        return ast.parse(source, 'tests.py')
    except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
        raise Unsupported(f'the tests do not parse: {e}')

def _only_defines_check(tree):
    names = [s.name for s in tree.body if isinstance(s, ast.FunctionDef)]
    calls = [s for s in tree.body if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)]
    return 'check' in names and not calls

def run_tests(wire, form, source, code, entry):
    # Once: the answer must not have code of its own run here.
    del wire.ops['run']
    try:
        session = Session(wire, code, entry, form == 'pytest' and uses_commands(source))
        install_imports(session)
        (run_functional if form == 'functional' else run_pytest)(session, source)
    except Unsupported:
        raise
    except BaseException as e:
        wire.send('P', {'name': 'the answer runs', 'outcome': 'failed', 'message': describe(e)})

def _run_coroutine(main, run=asyncio.run, **options):
    return Remote._op(main, 'await') if isinstance(main, Remote) else run(main, **options)
asyncio.run = _run_coroutine

def _callback_attribute(wire, v, name):
    """Attributes of the tests' objects for the answer: public ones of plain instances only."""
    if name.startswith('_') or isinstance(v, _NO_ATTRIBUTES):
        raise AttributeError(name)
    found = getattr(v, name)
    if isinstance(found, (types.ModuleType, types.FrameType, types.CodeType, types.TracebackType)):
        raise AttributeError(name)
    return found

def _callback_call(wire, f, *args, **kwargs):
    """Only what was handed over: type('X', (), {'__eq__': str}) would make an object equal to anything."""
    if wire.table.get(id(f)) is not f:
        raise TypeError('the tests did not hand this over')
    return f(*args, **kwargs)

def _callback_next(wire, it):
    try:
        return False, next(it)
    except StopIteration as e:
        return True, e.value

def _callback_dunder(wire, v, name, *args):
    if name not in ('__len__', '__getitem__', '__setitem__', '__enter__', '__exit__', '__add__', '__sub__',
        '__mul__', '__lt__', '__gt__', '__le__', '__ge__', '__neg__', '__int__', '__float__', '__index__',
        '__fspath__', '__abs__', '__radd__', '__rmul__'):
        raise AttributeError(name)
    return getattr(v, name)(*args)

class _Finder:
    """Imports from Python's own folders alone: the answer writes to all others."""
    @staticmethod
    def find_spec(name, path=None, target=None):
        own = [p for p in (sys.path if path is None else path) if isinstance(p, str) and p.startswith(_LIBRARY)]
        return importlib.machinery.PathFinder.find_spec(name, own, target)
    @staticmethod
    def invalidate_caches(): pass
_LIBRARY = tuple(p for p in sys.path if p.startswith('/lib/' if sys.platform == 'emscripten' else '/'))

def _close_doors():
    import pickle, shelve
    sys.meta_path[:] = [_Finder if f is importlib.machinery.PathFinder else f for f in sys.meta_path]
    for module, names in ((pickle, ('load', 'loads', 'Unpickler', '_Unpickler')), (shelve, ('open', 'Unpickler'))):
        for name in names:
            setattr(module, name, _no_unpickling)

def start(fd):
    _close_doors()
    wire = Wire(fd, trusted=True)
    wire.ops = {
        'run': run_tests, 'call': _callback_call, 'next': _callback_next, 'getattr': _callback_attribute,
        'iter': lambda w, v: iter(v), 'dunder': _callback_dunder, 'bool': lambda w, v: bool(v),
        'str': lambda w, v: str(v), 'repr': lambda w, v: repr(v), 'hash': lambda w, v: hash(v),
        'eq': lambda w, a, b: bool(a == b), 'contains': lambda w, v, x: x in v,
        'attr_of': lambda w, ref, n: _callback_attribute(w, w.table[ref], n),
    }
    return wire.serve
`;
