/**
 * Python of the interpreter that runs answers. Everything in it is within the answer's reach and may lie: the
 * other side takes values from it, never results of tests.
 */
export const ANSWER_PYTHON = `
def _load(wire, code, name):
    """Runs the answer as a module; its public names."""
    module = types.ModuleType(name)
    sys.modules[name] = module
    module.__dict__['__builtins__'] = builtins
    wire.module, wire.patched = module, []
    exec(compile(code, 'answer.py', 'exec', dont_inherit=True), module.__dict__)
    return sorted(n for n in module.__dict__ if isinstance(n, str) and not n.startswith('__'))

def _finish():
    """What Python does at its end: waits for threads and runs what was registered for then."""
    import atexit, threading
    try:
        for thread in threading.enumerate():
            if thread is not threading.current_thread() and not thread.daemon:
                thread.join()
        atexit._run_exitfuncs()
        sys.stdout.flush()
    except Exception:
        pass

def _main(wire, code):
    """Runs the answer as a program; its exit code and the error that ended it, or None."""
    try:
        _load(wire, code, '__main__')
    except SystemExit as e:
        return (e.code if isinstance(e.code, int) else 0 if e.code is None else 1), None
    except BaseException as e:
        import traceback
        line = _line_of(e)
        text = traceback.format_exception_only(e)[-1].strip()
        return 1, [type(e).__name__, text if line is None else f'{text} (answer line {line})', str(e)]
    finally:
        _finish()
    return 0, None

def _globals(wire, *names):
    """Globals of the answer; a module of the standard library is named, not handed over."""
    found = [wire.module.__dict__[n] for n in names]
    return [('module', v.__name__) if isinstance(v, types.ModuleType) else ('value', v) for v in found]

def _patch(wire, module, name, value):
    target = wire.module if module is None else importlib.import_module(module)
    wire.patched.append((target, name, getattr(target, name, wire)))
    setattr(target, name, value)

def _unpatch(wire, count):
    while len(wire.patched) > count:
        target, name, old = wire.patched.pop()
        delattr(target, name) if old is wire else setattr(target, name, old)

def _await(wire, coroutine):
    return asyncio.run(coroutine) if inspect.iscoroutine(coroutine) else asyncio.run(_wrap(coroutine))

async def _wrap(awaitable):
    return await awaitable

def _next_item(wire, it):
    try:
        return False, next(it)
    except StopIteration as e:
        return True, e.value

_BINARY = {'__' + r + n + '__' for r in ('', 'r') for n in ('add', 'sub', 'mul', 'truediv', 'floordiv', 'mod',
    'pow', 'matmul', 'and', 'or', 'xor', 'lshift', 'rshift')} | {'__lt__', '__le__', '__gt__', '__ge__'}

def _dunder(wire, v, name, *args):
    if isinstance(v, type) and name == '__getitem__':
        return v[args[0]]
    method = getattr(type(v), name, None)
    if method is not None:
        return method(v, *args)
    if name in _BINARY:
        return NotImplemented
    if name in ('__iadd__', '__isub__', '__imul__'):
        return getattr(operator, name)(v, *args)
    raise TypeError(f'{type(v).__name__!r} object does not support {name}')

def _exit(wire, v, error=None):
    """Leaves a context: 'error' is what the tests raised in it."""
    if error is None:
        return type(v).__exit__(v, None, None, None)
    return type(v).__exit__(v, type(error), error, error.__traceback__)

def _record_commands(wire):
    """
    Commands go to the tests instead of an operating system, by subprocess, os.system and os.popen; other ways to
    start a program (os.exec*, os.spawn*, asyncio's) fail as ever. Nothing can be unsaid: the list is not here.
    """
    import subprocess
    def words(args):
        if isinstance(args, (str, bytes, os.PathLike)):
            return os.fsdecode(args)
        return [os.fsdecode(a) for a in args]
    class Popen:
        def __init__(self, args, bufsize=-1, executable=None, stdin=None, stdout=None, stderr=None, shell=False,
                     text=None, universal_newlines=None, encoding=None, errors=None, **options):
            reply = wire.call('command', words(args), bool(shell))
            self.args, self.pid, self.returncode = args, 2, None
            plain = text or universal_newlines or encoding or errors
            kind = io.StringIO if plain else io.BytesIO
            printed = reply if plain else reply.encode()
            self.stdout = kind(printed) if stdout == subprocess.PIPE else None
            self.stderr = kind() if stderr == subprocess.PIPE else None
            self.stdin = kind() if stdin == subprocess.PIPE else None
        def communicate(self, input=None, timeout=None):
            self.returncode = 0
            return tuple(None if s is None else s.read() for s in (self.stdout, self.stderr))
        def wait(self, timeout=None):
            self.returncode = 0
            return 0
        def poll(self): return self.wait()
        def kill(self): pass
        def terminate(self): pass
        def send_signal(self, signal): pass
        def __enter__(self): return self
        def __exit__(self, *problem): self.wait()
    def system(command):
        wire.call('command', words(command), True)
        return 0
    def popen(command, mode='r', buffering=-1):
        return io.StringIO(wire.call('command', words(command), True))
    subprocess.Popen, os.system, os.popen = Popen, system, popen

def answer_ops():
    return {
        'load': _load, 'main': _main, 'names': _globals, 'patch': _patch, 'unpatch': _unpatch, 'await': _await,
        'patches': lambda w: len(w.patched),
        'record_commands': _record_commands,
        'next': _next_item, 'iter': lambda w, v: _Iterator(iter(v)), 'dunder': _dunder, 'exit': _exit,
        'call': lambda w, f, *a, **k: f(*a, **k),
        'getattr': lambda w, v, n: getattr(v, n),
        'attr_of': lambda w, ref, n: getattr(w.table[ref], n),
        'setattr': lambda w, v, n, x: setattr(v, n, x),
        'delattr': lambda w, v, n: delattr(v, n),
        'eq': lambda w, a, b: bool(a == b), 'contains': lambda w, v, x: x in v,
        'bool': lambda w, v: bool(v), 'hash': lambda w, v: hash(v),
        'str': lambda w, v: str(v), 'repr': lambda w, v: repr(v), 'format': lambda w, v, s: format(v, s),
        'dir': lambda w, v: dir(v),
        'isinstance': lambda w, v, c: isinstance(v, c), 'issubclass': lambda w, v, c: issubclass(v, c),
        'environ': lambda w, k, v: os.environ.__setitem__(k, v) if v is not None else os.environ.pop(k, None),
    }

class _Iterator:
    """Keeps built-in iterators on this side: they cross as references."""
    def __init__(self, inner): self.inner = inner
    def __next__(self): return next(self.inner)
    def __iter__(self): return self

def start(fd):
    wire = Wire(fd, trusted=False)
    wire.ops = answer_ops()
    return wire.serve
`;
