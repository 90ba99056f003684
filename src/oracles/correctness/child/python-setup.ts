/**
 * Python that prepares an interpreter: `setup` runs our sources in a module of their own and cuts every way from Python
 * to the bridge; `forget` takes away what a program of the warm-up left; `finish` is the last that runs before the
 * memory image is taken.
 */
export const SETUP_PYTHON = `
def setup(source, channel):
    import builtins, sys, os, types, gc, importlib, asyncio, time, unittest.mock
    # Pyodide wraps these two to reach the browser's event loop.
    asyncio.run = getattr(asyncio.run, '__wrapped__', asyncio.run)
    time.sleep = getattr(time.sleep, '__wrapped__', time.sleep)
    for name in ('random', 'string', 'hashlib', 'heapq', 'bisect', 'statistics', 'typing', 'secrets', 'tempfile',
                 'ast', 'unittest', 'unittest.mock', 'csv', 'html', 'urllib.parse', 'hmac', 'copy', 'traceback'):
        importlib.import_module(name)
    module = types.ModuleType('sandbox_wire')
    # A copy: answers that replace builtins break themselves, not the channel.
    module.__dict__['__builtins__'] = dict(vars(builtins))
    exec(compile(source, 'sandbox', 'exec'), module.__dict__)
    serve = module.start(os.open(channel, os.O_RDWR))
    wire = serve.__self__
    sys.meta_path[:] = [f for f in sys.meta_path if 'pyodide' not in getattr(f, '__module__', type(f).__module__)]
    def fresh(value):
        return type(value)(value) if type(value) in (dict, list) else value
    state = {name: fresh(value) for name, value in vars(wire).items()}
    finders, patch = sys.meta_path[:], unittest.mock.patch
    def forget():
        for name in vars(wire).keys() - state.keys():
            delattr(wire, name)
        for name, value in state.items():
            setattr(wire, name, fresh(value))
        for name in [n for n in sys.modules if n.partition('.')[0] in ('solution', 'pytest')]:
            del sys.modules[name]
        sys.meta_path[:], unittest.mock.patch = finders, patch
    def fill_holes():
        """
        The allocator (dlmalloc: Pyodide is built without Python's own) takes from what was freed before it takes
        new memory, and starting up leaves thousands of holes all over the heap. Once they are taken, what a
        program allocates lies together: a quarter of the pages to put back, and fewer misses of the caches.
        """
        end, blocks = id(bytes(1 << 20)), []
        for size in (*(1 << n for n in range(16, 9, -1)), *range(504, 0, -8), 0):
            while True:
                blocks.append(bytes(size) if size else object())
                if id(blocks[-1]) >= end:
                    break
        return blocks
    def finish():
        for name in [n for n in sys.modules if n.partition('.')[0] in ('js', 'pyodide_js', 'pyodide', '_pyodide', '_pyodide_core')]:
            del sys.modules[name]
        for name in ('_', 'LD_LIBRARY_PATH', 'PYTHONINSPECT', 'PYTHONUNBUFFERED'):
            os.environ.pop(name, None)
        asyncio.events._set_running_loop(None)
        main = sys.modules['__main__'].__dict__
        for name in [n for n in main if not n.startswith('__')]:
            del main[name]
        sys._sandbox = serve
        gc.collect()
        module.blocks = fill_holes()
        gc.freeze()
    sys.modules['__main__'].__dict__.update(forget=forget, finish=finish)
    return id(serve)
`;
