/**
 * pytest as the test files of coding problems use it, in a small runner of our own: test functions and classes,
 * raises, approx, parametrize with ids, fixtures (also yield, autouse, class and module scope run per test),
 * tmp_path, capsys, monkeypatch, skip and skipif, xfail, unittest cases; and `commands`, a fixture of ours for
 * tests that attack: what the answer asked an operating system to run. It is undecided about everything else.
 */
export const PYTEST_PYTHON = `
import re, math, shlex, contextlib, tempfile, shutil, itertools, unittest, unittest.mock

class Skipped(BaseException): pass
class Failed(AssertionError): pass

class _Raises:
    def __init__(self, expected, match): self.expected, self.match, self.value = expected, match, None
    def __enter__(self): return self
    def __exit__(self, kind, value, trace):
        if kind is None:
            raise Failed(f'did not raise {_exception_names(self.expected)}')
        if not issubclass(kind, self.expected):
            return False
        self.value, self.type, self.tb = value, kind, trace
        if kind is StopIteration:
            _Raises.session.wire.ended = False
        if self.match is not None and not re.search(self.match, str(value)):
            raise Failed(f'{str(value)[:200]!r} does not match {self.match!r}')
        return True
    def errisinstance(self, kind): return isinstance(self.value, kind)

def _exception_names(expected):
    kinds = expected if isinstance(expected, tuple) else (expected,)
    return ' or '.join(getattr(k, '__name__', str(k)) for k in kinds)

def _raises(expected, *args, match=None, check=None, **kwargs):
    if check is not None:
        raise Unsupported('pytest.raises(check=…)')
    for kind in expected if isinstance(expected, tuple) else (expected,):
        if not (isinstance(kind, type) and issubclass(kind, BaseException)):
            raise TypeError(f'{kind!r} is not an exception class')
    context = _Raises(expected, match)
    if not args:
        return context
    with context:
        args[0](*args[1:], **kwargs)
    return context

class _Approx:
    def __init__(self, expected, rel=None, abs=None, nan_ok=False):
        self.expected, self.rel, self.abs, self.nan_ok = expected, rel, abs, nan_ok
    def __eq__(self, actual): return self._same(self.expected, actual)
    def __ne__(self, actual): return not self == actual
    __hash__ = None
    def __repr__(self): return f'approx({self.expected!r})'
    def _same(self, want, got):
        if isinstance(want, dict):
            return isinstance(got, dict) and want.keys() == got.keys() and all(self._same(want[k], got[k]) for k in want)
        if isinstance(want, (list, tuple)):
            return isinstance(got, (list, tuple)) and len(want) == len(got) and all(map(self._same, want, got))
        if isinstance(got, Remote):
            got = object.__getattribute__(got, '_view')[0] if object.__getattribute__(got, '_view') else None
        if want == got:
            return True
        number = (int, float, complex, decimal.Decimal, fractions.Fraction)
        if not isinstance(want, number) or not isinstance(got, number) or isinstance(want, bool):
            return False
        if want != want or got != got:
            return self.nan_ok and want != want and got != got
        if isinstance(want, (int, float)) and math.isinf(want):
            return False
        kind = type(want) if isinstance(want, (decimal.Decimal, fractions.Fraction)) else None
        absolute = self.abs if self.abs is not None else 1e-12
        relative = (self.rel if self.rel is not None else 1e-6) if self.rel is not None or self.abs is None else 0
        bound = max(float(absolute), float(relative) * float(builtins.abs(want)))
        return float(builtins.abs(kind(got) - want if kind else got - want)) <= bound

class _Param:
    def __init__(self, values, id, marks): self.values, self.id, self.marks = values, id, marks

def _param(*values, id=None, marks=()):
    return _Param(values, id, marks if isinstance(marks, (list, tuple)) else [marks])

class _Mark:
    def __init__(self, name, args=(), kwargs=None): self.name, self.args, self.kwargs = name, args, kwargs or {}
    def __call__(self, *args, **kwargs):
        if len(args) == 1 and not kwargs and (inspect.isfunction(args[0]) or inspect.isclass(args[0])):
            args[0]._marks = [*vars(args[0]).get('_marks', []), self]
            return args[0]
        return _Mark(self.name, args, kwargs)

class _Marks:
    ACTING = {'parametrize', 'skip', 'skipif', 'xfail', 'usefixtures', 'asyncio', 'timeout', 'filterwarnings'}
    # These say what a test is for; they are reported with its result.
    NAMING = {'security', 'functionality', 'functional', 'correctness', 'slow', 'unit', 'integration', 'smoke', 'regression'}
    def __getattr__(self, name):
        if name not in _Marks.ACTING | _Marks.NAMING:
            raise Unsupported(f'pytest.mark.{name}')
        return _Mark(name)

class _Fixture:
    def __init__(self, function, params, autouse, name, ids):
        self.function, self.params, self.autouse, self.ids = function, params, autouse, ids
        self.name = name or function.__name__
    def __get__(self, owner, kind=None): return self
    def __call__(self, *args): raise TypeError('fixtures are not called directly')

def _fixture(function=None, *, scope='function', params=None, autouse=False, name=None, ids=None):
    if function is None:
        return lambda f: _Fixture(f, params, autouse, name, ids)
    return _Fixture(function, params, autouse, name, ids)

def _skip(reason='', *, allow_module_level=False, msg=None): raise Skipped(reason or msg or '')
def _fail(reason='', pytrace=True, msg=None): raise Failed(reason or msg or 'pytest.fail')
def _importorskip(name, *args, **kwargs):
    if name.partition('.')[0] not in sys.stdlib_module_names:
        raise Unsupported('the tests need the package ' + name)
    return importlib.import_module(name)

class _Pytest(types.ModuleType):
    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        raise Unsupported(f'pytest.{name}')

def pytest_module():
    module = _Pytest('pytest')
    for name, value in {'raises': _raises, 'approx': _Approx, 'param': _param, 'mark': _Marks(), 'fixture': _fixture,
        'skip': _skip, 'fail': _fail, 'importorskip': _importorskip, 'main': lambda *a, **k: 0}.items():
        module.__dict__[name] = value
    module.__dict__['skip'].Exception, module.__dict__['fail'].Exception = Skipped, Failed
    return module

class MonkeyPatch:
    """Patches of the answer and of Python's modules happen in the answer's interpreter as well."""
    def __init__(self, session):
        self.session, self.undo_list = session, []
        self.count = session.wire.call('patches')
    def _both(self, target, name, value):
        wire = self.session.wire
        if target is self.session.module:
            return wire.call('patch', None, name, value)
        if isinstance(target, types.ModuleType):
            if target is builtins and name == 'input' or target is sys and name == 'stdin':
                pass  # forwarded with every call
            else:
                wire.call('patch', target.__name__, name, value)
        elif isinstance(target, Remote):
            old = getattr(target, name)
            self.undo_list.append(lambda: setattr(target, name, old))
            return setattr(target, name, value)
        old = getattr(target, name, self)
        self.undo_list.append(lambda: delattr(target, name) if old is self else setattr(target, name, old))
        setattr(target, name, value)
    def setattr(self, target, name, value=_Mark, raising=True):
        if isinstance(target, str):
            path, _, attribute = target.rpartition('.')
            target, name, value = importlib.import_module(path), attribute, name
        if raising and not hasattr(target, name):
            raise AttributeError(name)
        self._both(target, name, value)
    def delattr(self, target, name=None, raising=True): raise Unsupported('monkeypatch.delattr')
    def _environ(self, name, value):
        old = os.environ.get(name)
        def put(v):
            self.session.wire.call('environ', name, v)
            os.environ.pop(name, None) if v is None else os.environ.__setitem__(name, v)
        self.undo_list.append(lambda: put(old))
        put(value)
    def setenv(self, name, value, prepend=None):
        old = os.environ.get(name)
        self._environ(name, str(value) if prepend is None or old is None else str(value) + prepend + old)
    def delenv(self, name, raising=True):
        if raising and name not in os.environ:
            raise KeyError(name)
        self._environ(name, None)
    def setitem(self, mapping, key, value):
        missing = object()
        old = mapping.get(key, missing)
        self.undo_list.append(lambda: mapping.pop(key, None) if old is missing else mapping.__setitem__(key, old))
        mapping[key] = value
    def delitem(self, mapping, key, raising=True):
        old = mapping.pop(key) if raising or key in mapping else None
        self.undo_list.append(lambda: mapping.__setitem__(key, old))
    def chdir(self, path): raise Unsupported('monkeypatch.chdir')
    def syspath_prepend(self, path): pass
    @contextlib.contextmanager
    def context(self):
        inner = MonkeyPatch(self.session)
        try: yield inner
        finally: inner.undo()
    def undo(self):
        for undo in reversed(self.undo_list):
            undo()
        self.undo_list.clear()
        self.session.wire.call('unpatch', self.count)

class Capture:
    """Both streams of a test: what the answer prints is written to this side's sys.stdout."""
    def __init__(self): self.out, self.err = io.StringIO(), io.StringIO()
    def readouterr(self):
        got = types.SimpleNamespace(out=self.out.getvalue(), err=self.err.getvalue())
        for stream in (self.out, self.err):
            stream.seek(0); stream.truncate()
        return _Captured(got.out, got.err)
_Captured = collections.namedtuple('CaptureResult', 'out err')

class Command:
    """A command that the answer asked for: its text or its list of words, and whether a shell would read it."""
    def __init__(self, args, shell): self.args, self.shell = args, shell
    def __repr__(self): return f'Command({self.args!r}, shell={self.shell})'
    @property
    def programs(self):
        """Names of the programs that would start: the first word, and with a shell one after each operator."""
        words = [self.args] if isinstance(self.args, str) else list(self.args)
        if not self.shell:
            return words[:1]
        # Expansion happens in double quotes too; only single quotes and backslashes stop it.
        text = re.sub(r"'[^']*'|\\\\.", lambda m: m[0] if '$' not in m[0] and '\`' not in m[0] else 'x', words[0])
        lexer = shlex.shlex(re.sub(r'\\$\\(|\`', ' ; ', text).replace('\\n', ' ; '), posix=True, punctuation_chars=True)
        found, first = [], True
        try:
            for word in lexer:
                if word[0] in ';&|()':
                    first = True
                elif first:
                    found.append(word)
                    first = False
        except ValueError:
            found.append(text)
        return found

class Commands(list):
    """Commands in the order of their start. 'reply' is what each of them prints."""
    reply = ''
    def take(self, wire, args, shell):
        fine = isinstance(args, str) or isinstance(args, list) and all(isinstance(x, str) for x in args)
        self.append(Command(args if fine else repr(args), bool(shell)))
        return str(self.reply)

def uses_commands(source):
    """Whether the tests ask for the fixture: the answer's interpreter is prepared before the answer loads."""
    return any(a.arg == 'commands' for n in ast.walk(parse_tests(source)) if isinstance(n, ast.FunctionDef) for a in n.args.args)

class Request:
    def __init__(self, param): self.param = param
    def getfixturevalue(self, name): raise Unsupported('request.getfixturevalue')
    def addfinalizer(self, f): raise Unsupported('request.addfinalizer')

class Setup:
    """The fixtures of one test, made on demand and ended in reverse order."""
    def __init__(self, session, fixtures, owner, params):
        self.session, self.fixtures, self.owner, self.params = session, fixtures, owner, params
        self.values, self.stack = {}, contextlib.ExitStack()
    def get(self, name, param=None):
        if name not in self.values:
            self.values[name] = self.make(name)
        return self.values[name]
    def make(self, name):
        if name in self.fixtures:
            return self.user(self.fixtures[name])
        if name == 'monkeypatch':
            patch = MonkeyPatch(self.session)
            self.stack.callback(patch.undo)
            return patch
        if name in ('capsys', 'capfd'):
            capture = Capture()
            self.stack.enter_context(contextlib.redirect_stdout(capture.out))
            self.stack.enter_context(contextlib.redirect_stderr(capture.err))
            return capture
        if name == 'commands':
            self.session.commands.clear()
            self.session.commands.reply = ''
            return self.session.commands
        if name in ('tmp_path', 'tmpdir'):
            if name == 'tmpdir':
                raise Unsupported('the fixture tmpdir')
            path = tempfile.mkdtemp(dir='/tmp')
            self.stack.callback(shutil.rmtree, path, True)
            return pathlib.Path(path)
        if name == 'request':
            return Request(None)
        raise Unsupported(f'the fixture {name}')
    def user(self, fixture):
        names = [n for n in inspect.signature(fixture.function).parameters]
        owned = [self.owner] if names[:1] == ['self'] else []
        values = {n: Request(self.params.get('fixture ' + fixture.name)) if n == 'request' else self.get(n)
            for n in names[len(owned):]}
        result = fixture.function(*owned, **values)
        if inspect.iscoroutine(result) or inspect.isasyncgen(result):
            raise Unsupported('asynchronous fixtures')
        if inspect.isgenerator(result):
            value = next(result)
            self.stack.callback(next, result, None)
            return value
        return result

def _expand(marks):
    """Every combination of the parametrize marks: (id, values by name, marks)."""
    combinations = [('', {}, [])]
    for mark in [m for m in marks if m.name == 'parametrize']:
        if set(mark.kwargs) - {'ids', 'argnames', 'argvalues'}:
            raise Unsupported('parametrize with ' + ', '.join(mark.kwargs))
        names, rows = (list(mark.args) + [mark.kwargs.get('argnames'), mark.kwargs.get('argvalues')][len(mark.args):])[:2]
        names = [n.strip() for n in names.split(',') if n.strip()] if isinstance(names, str) else list(names)
        cases = []
        for i, row in enumerate(rows):
            param = row if isinstance(row, _Param) else _Param((row,) if len(names) == 1 else tuple(row), None, [])
            if len(param.values) != len(names):
                raise Unsupported('parametrize with rows of the wrong length')
            cases.append((_case_id(mark.kwargs.get('ids'), param, i), dict(zip(names, param.values)), list(param.marks)))
        combinations = [('-'.join(filter(None, (a, c))), {**b, **d}, e + f) for a, b, e in combinations for c, d, f in cases]
    return combinations

def _case_id(ids, param, i):
    if param.id is not None:
        return str(param.id)
    if callable(ids):
        return '-'.join(str(ids(v)) for v in param.values)
    if ids is not None and list(ids)[i] is not None:
        return str(list(ids)[i])
    return '-'.join(str(v) if isinstance(v, (int, float, str, bool, type(None))) else str(i) for v in param.values)[:60]

def _skip_reason(marks):
    for mark in marks:
        if mark.name == 'skip':
            return str((mark.args or [mark.kwargs.get('reason', 'skipped')])[0])
        if mark.name == 'skipif' and mark.args and mark.args[0]:
            return str(mark.kwargs.get('reason', 'skipped'))
    return None

class Runner:
    def __init__(self, session, space):
        self.session, self.space = session, space
        self.fixtures = {v.name: v for v in space.values() if isinstance(v, _Fixture)}
        marks = space.get('pytestmark', [])
        self.marks = list(marks) if isinstance(marks, (list, tuple)) else [marks]

    def run(self):
        for name in ('setup_module', 'setup_function', 'teardown_function', 'teardown_module', 'setUpModule'):
            if name in self.space and name != 'setup_module':
                raise Unsupported(name)
        if 'setup_module' in self.space:
            self.space['setup_module'](*[None] * len(inspect.signature(self.space['setup_module']).parameters))
        for name, value in list(self.space.items()):
            if isinstance(value, type) and issubclass(value, unittest.TestCase) and value.__module__ == 'tests':
                self.case(value)
            elif isinstance(value, type) and name.startswith('Test') and value.__module__ == 'tests':
                self.group(value)
            elif inspect.isfunction(value) and name.startswith('test'):
                self.function(name, value, None, self.fixtures, self.marks)

    def group(self, cls):
        if '__init__' in vars(cls):
            return
        members = {n: getattr(cls, n) for n in dir(cls)}
        fixtures = {**self.fixtures, **{f.name: f for f in members.values() if isinstance(f, _Fixture)}}
        marks = [*self.marks, *getattr(cls, '_marks', [])]
        if hasattr(cls, 'setup_class'):
            cls.setup_class()
        order = [n for c in reversed(cls.__mro__) for n in vars(c)]
        for name in dict.fromkeys(order):
            if name.startswith('test') and inspect.isfunction(members[name]):
                self.function(f'{cls.__name__}::{name}', members[name], cls, fixtures, marks)
        if hasattr(cls, 'teardown_class'):
            cls.teardown_class()

    def function(self, label, function, cls, fixtures, marks):
        marks = [*marks, *vars(function).get('_marks', [])]
        wanted = [n for m in marks if m.name == 'usefixtures' for n in m.args]
        for id, values, more in _expand(marks):
            for fixed, params in self.fixture_params(function, fixtures):
                name = label + (f'[{"-".join(filter(None, (id, fixed)))}]' if id or fixed else '')
                self.one(name, function, cls, fixtures, marks + more, {**values, **params}, wanted)

    def fixture_params(self, function, fixtures):
        """Combinations of the parameters of the fixtures that a test uses, directly or through others."""
        needed, queue = [], list(inspect.signature(function).parameters) + [f.name for f in fixtures.values() if f.autouse]
        while queue:
            fixture = fixtures.get(queue.pop())
            if fixture is not None and fixture not in needed:
                needed.append(fixture)
                queue.extend(inspect.signature(fixture.function).parameters)
        axes = [[(str(p)[:30], 'fixture ' + f.name, p) for p in f.params] for f in needed if f.params is not None]
        return [('-'.join(c[0] for c in combo), {c[1]: c[2] for c in combo}) for combo in itertools.product(*axes)]

    def one(self, name, function, cls, fixtures, marks, values, wanted):
        reason = _skip_reason(marks)
        if reason is not None:
            return self.session.report(name, 'skipped', reason, marks)
        expected = any(m.name == 'xfail' for m in marks)
        self.settle(name, lambda: self.body(function, cls, fixtures, values, wanted), expected, marks)

    def body(self, function, cls, fixtures, values, wanted):
        owner = cls() if cls is not None else None
        setup = Setup(self.session, fixtures, owner, values)
        method = getattr(owner, 'setup_method', None)
        with setup.stack:
            if method is not None:
                method(*[function] * len(inspect.signature(method).parameters))
            for fixture in fixtures.values():
                if fixture.autouse:
                    setup.get(fixture.name)
            for name in wanted:
                setup.get(name)
            names = list(inspect.signature(function).parameters)[1 if cls is not None else 0:]
            arguments = {n: values[n] if n in values else setup.get(n) for n in names}
            result = function(*([owner] if cls is not None else []), **arguments)
            if inspect.iscoroutine(result):
                asyncio.run(result)
            if hasattr(owner, 'teardown_method'):
                owner.teardown_method(*[function] * len(inspect.signature(owner.teardown_method).parameters))

    def case(self, cls):
        for name in unittest.TestLoader().getTestCaseNames(cls):
            result = unittest.TestResult()
            case = cls(name)
            def run():
                problems = []
                result.addError = result.addFailure = lambda t, e: problems.append(e[1])
                result.addSubTest = lambda t, s, e: problems.append(e[1]) if e is not None else None
                case.run(result)
                for problem in problems:
                    raise problem
                if result.skipped:
                    raise Skipped(result.skipped[0][1])
            self.settle(f'{cls.__name__}::{name}', run, False, [*self.marks, *vars(cls).get('_marks', []), *vars(getattr(cls, name)).get('_marks', [])])

    def settle(self, name, run, expected, marks):
        try:
            self.session.begin()
            run()
            self.session.check_ended()
        except Unsupported:
            raise
        except Skipped as e:
            self.session.report(name, 'skipped', str(e) or 'skipped', marks)
        except BaseException as e:
            if expected:
                self.session.report(name, 'skipped', 'expected to fail', marks)
            else:
                self.session.report(name, 'failed', describe(e), marks)
        else:
            self.session.report(name, 'passed', None, marks)

def _patch_target(original):
    """unittest.mock.patch on Python's own modules would patch the wrong interpreter."""
    def patch(target, *args, **kwargs):
        root = target.partition('.')[0]
        if root in sys.stdlib_module_names and target not in ('builtins.input', 'sys.stdin', 'sys.stdout'):
            raise Unsupported(f'mock.patch({target!r})')
        if root not in sys.stdlib_module_names:
            raise Unsupported(f'mock.patch({target!r})')
        return original(target, *args, **kwargs)
    patch.object = lambda target, *a, **k: (_ for _ in ()).throw(Unsupported('mock.patch.object'))
    patch.dict = original.dict
    return patch

def run_pytest(session, source):
    _Raises.session = session
    sys.modules['pytest'] = pytest_module()
    unittest.mock.patch = _patch_target(unittest.mock.patch)
    tree = parse_tests(source)
    space = session.namespace(tree)
    # Classes and functions of the answer are found by import; names that are read without one are given.
    imported = {a.asname or a.name for n in ast.walk(tree) if isinstance(n, (ast.ImportFrom, ast.Import)) for a in n.names}
    for name in imported & set(space):
        del space[name]
    given = set(space)
    try:
        tree.body = _rewrite(tree.body)
        exec(compile(tree, 'tests.py', 'exec', dont_inherit=True), space)
    except Skipped as e:
        return session.report('the test file', 'skipped', str(e))
    Runner(session, {k: v for k, v in space.items() if k not in given}).run()
`;
