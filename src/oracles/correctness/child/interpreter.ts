/**
 * One Python interpreter (Pyodide) without a way to JavaScript: messages pass through a device file, and after
 * every program its memory becomes what it was after boot. That is exact where cleaning up
 * in Python is guesswork (patched builtins, modules, open generators, half-unwound frames), takes a few
 * milliseconds, and makes it safe to end a program by throwing through its WebAssembly frames.
 */
import { type FileSystem, FileTree } from './file-tree.ts';
import { gateImports, type Seal } from './lockdown.ts';
import { MemoryImage } from './memory-image.ts';
import { type Limits, Stop } from './stop.ts';
import type { WebAssemblyHost, WebAssemblyMemory } from './web-assembly.ts';

declare const WebAssembly: WebAssemblyHost;

/** What we use of Emscripten's module object. Pointers are byte offsets into the memory. */
interface Wasm {
  readonly FS: FileSystem;
  readonly HEAPU8: Uint8Array;
  readonly memory: WebAssemblyMemory;
  _PyObject_CallNoArgs(callable: number): number;
  _PyGILState_Ensure(): number;
  _PyGILState_Release(state: number): void;
  _Py_IncRef(object: number): void;
  _Py_DecRef(object: number): void;
  /** Where CPython keeps the pointer to its table of built-in modules: pairs of name and init function. */
  readonly _PyImport_Inittab: number;
  _sbrk(increment: number): number;
  stackSave(): number;
  stackRestore(pointer: number): void;
  /** The lowest address of the stack, which grows downwards. */
  _emscripten_stack_get_end(): number;
}

interface Pyodide {
  readonly _module: Wasm;
  runPython(code: string): unknown;
  setInterruptBuffer(buffer: Uint8Array): void;
  setStdin(options: { read(buffer: Uint8Array): number }): void;
  setStdout(options: { write(buffer: Uint8Array): number }): void;
  setStderr(options: { write(buffer: Uint8Array): number }): void;
}

interface PyodideModule {
  loadPyodide(options: { indexURL: string; env: Record<string, string> }): Promise<Pyodide>;
}

export interface InterpreterOptions {
  /** Path of pyodide.mjs and its folder, ending in a slash. */
  readonly script: string;
  readonly folder: string;
  /** Defines `start(fd)`, which returns the function that serves one message. */
  readonly python: string;
  readonly limits: Limits;
  /** What the program may print in all, bytes. */
  readonly outputBytes: number;
}

/** Receives what the interpreter writes to its channel: a letter and JSON. */
type Receiver = (tag: string, message: string) => void;

/** The bridge to JavaScript, raw memory access, and CPython's own test modules. */
const REMOVED_MODULES = /^(_pyodide_core|_ctypes.*|_test.*|_xxtestfuzz|xxsubtype|_remote_debugging)$/;

const CHANNEL = '/dev/channel';
/** Device number outside of those that Emscripten and Pyodide use. */
const CHANNEL_DEVICE = [200, 0] as const;

export class Interpreter {
  readonly #wasm: Wasm;
  readonly #limits: Limits;
  readonly #outputBytes: number;
  readonly #seal: Seal;
  #serve = 0;
  #stack = 0;
  #image: MemoryImage | undefined;
  #files: FileTree | undefined;
  #inbox: Buffer = Buffer.alloc(0);
  #input: Buffer = Buffer.alloc(0);
  #output: Buffer[] = [];
  #printed = 0;
  receiver: Receiver = () => {};
  /** Hears what the program prints as it is printed. */
  printer: (text: string) => void = () => {};

  private constructor(wasm: Wasm, seal: Seal, options: InterpreterOptions) {
    this.#wasm = wasm;
    this.#seal = seal;
    this.#limits = options.limits;
    this.#outputBytes = options.outputBytes;
  }

  /** Loads Pyodide, the Python sources and the channel, seals the bridge and takes the memory image. */
  static async boot(options: InterpreterOptions): Promise<Interpreter> {
    const seal: Seal = { sealed: false };
    const module: PyodideModule = await import(options.script);
    const pyodide = await withGatedImports(seal, options.limits, () =>
      module.loadPyodide({ indexURL: options.folder, env: { HOME: '/home/pyodide', PYTHONUNBUFFERED: '1' } }),
    );
    const interpreter = new Interpreter(pyodide._module, seal, options);
    interpreter.#connect(pyodide);
    interpreter.#serve = Number(
      pyodide.runPython(`${SETUP}\nsetup(${JSON.stringify(options.python)}, '${CHANNEL}')`),
    );
    interpreter.#wasm._Py_IncRef(interpreter.#serve);
    interpreter.#keep();
    return interpreter;
  }

  #connect(pyodide: Pyodide): void {
    const { FS } = this.#wasm;
    pyodide.setStdin({ read: (buffer) => this.#takeInput(buffer) });
    pyodide.setStdout({ write: (buffer) => this.#print(buffer) });
    pyodide.setStderr({ write: (buffer) => this.#print(buffer, false) });
    // A program checks for signals (our time limit) only once an interrupt buffer is set.
    pyodide.setInterruptBuffer(new Uint8Array(1));
    const device = FS.makedev(...CHANNEL_DEVICE);
    FS.registerDevice(device, {
      open: () => {},
      close: () => {},
      read: (_stream: object, buffer: Uint8Array, offset: number, length: number) => {
        const size = this.#inbox.copy(buffer, offset, 0, length);
        this.#inbox = this.#inbox.subarray(size);
        return size;
      },
      write: (_stream: object, buffer: Uint8Array, offset: number, length: number) => {
        const text = Buffer.from(buffer.subarray(offset, offset + length)).toString('utf8');
        this.receiver(text.slice(0, 1), text.slice(1));
        return length;
      },
    });
    FS.mkdev(CHANNEL, 0o666, device);
  }

  /** Renames built-in modules that lead out of Python, so that no import finds them. */
  #removeModules(): void {
    const memory = Buffer.from(this.#wasm.HEAPU8.buffer);
    const table = memory.readUInt32LE(this.#wasm._PyImport_Inittab);
    let removed = 0;
    for (let entry = table; memory.readUInt32LE(entry) !== 0; entry += 8) {
      const at = memory.readUInt32LE(entry);
      const name = memory.toString('latin1', at, memory.indexOf(0, at));
      if (!REMOVED_MODULES.test(name)) continue;
      memory[at] = 1;
      removed += 1;
    }
    if (removed === 0) throw new Stop('sandbox', "Pyodide's table of built-in modules was not found");
  }

  #keep(): void {
    const wasm = this.#wasm;
    this.#removeModules();
    this.#stack = wasm.stackSave();
    this.#files = new FileTree(wasm.FS);
    this.#image = new MemoryImage(wasm.memory, wasm._sbrk(0), {
      from: wasm._emscripten_stack_get_end(),
      to: this.#stack,
    });
    this.#seal.sealed = true;
  }

  /** Puts files and memory back. False when the interpreter must be replaced. */
  restore(): boolean {
    const whole = this.restoreFiles();
    this.restoreMemory();
    return whole;
  }

  /** False when the program changed files of ours: the interpreter must be replaced. */
  restoreFiles(): boolean {
    return this.#files?.restore() ?? false;
  }

  restoreMemory(): void {
    const wasm = this.#wasm;
    this.#image?.restore(wasm._sbrk(0));
    wasm.stackRestore(this.#stack);
    this.#inbox = Buffer.alloc(0);
    this.#input = Buffer.alloc(0);
    this.#output = [];
    this.#printed = 0;
  }

  /** The program's files, where both interpreters keep them. */
  get files(): FileTree {
    if (this.#files === undefined) throw new Stop('sandbox', 'the interpreter is not ready');
    return this.#files;
  }

  /** The interpreter's whole memory now, bytes. It never shrinks. */
  get memoryBytes(): number {
    return this.#wasm.HEAPU8.length;
  }

  /** Hands over a message, with what the other side printed before it, and runs the interpreter on it. */
  call(message: string, printed = ''): void {
    this.deliver(message, printed);
    const wasm = this.#wasm;
    // In a call back, this interpreter is inside os.write, which has let go of Python's lock.
    const lock = wasm._PyGILState_Ensure();
    const result = wasm._PyObject_CallNoArgs(this.#serve);
    if (result === 0) throw new Stop('crashed', 'the answer broke the interpreter');
    wasm._Py_DecRef(result);
    wasm._PyGILState_Release(lock);
  }

  /** Puts a message where the interpreter reads next. */
  deliver(message: string, printed = ''): void {
    const head = Buffer.from(printed, 'utf8');
    this.#inbox = Buffer.concat([Buffer.from(`${head.length}\n`), head, Buffer.from(message, 'utf8')]);
  }

  /** What the program reads from standard input. */
  set input(text: string) {
    this.#input = Buffer.from(text, 'utf8');
  }

  /** What was printed since the last call of this function. */
  takeOutput(): string {
    const text = Buffer.concat(this.#output).toString('utf8');
    this.#output = [];
    return text;
  }

  #takeInput(buffer: Uint8Array): number {
    const size = this.#input.copy(buffer, 0, 0, buffer.length);
    this.#input = this.#input.subarray(size);
    return size;
  }

  #print(buffer: Uint8Array, keep = true): number {
    this.#limits.check();
    this.#printed += buffer.length;
    if (this.#printed > this.#outputBytes) {
      this.#limits.stop(new Stop('crashed', `printed more than ${this.#outputBytes} bytes`));
    }
    if (keep) {
      this.#output.push(Buffer.from(buffer));
      this.printer(Buffer.from(buffer).toString('utf8'));
    }
    return buffer.length;
  }
}

/** Runs our Python in a module of its own and cuts every way from Python to the bridge that is left. */
const SETUP = `
def setup(source, channel):
    import builtins, sys, os, types, gc, importlib, asyncio, time
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
    sys.meta_path[:] = [f for f in sys.meta_path if 'pyodide' not in getattr(f, '__module__', type(f).__module__)]
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
    gc.freeze()
    return id(serve)
`;

/** Gates the imports of the interpreter that `load` starts; instantiation is otherwise untouched. */
async function withGatedImports<T>(seal: Seal, limits: Limits, load: () => Promise<T>): Promise<T> {
  const instantiate = WebAssembly.instantiate;
  let gated = false;
  const replacement = (source: unknown, imports?: Record<string, Record<string, unknown>>) => {
    const environment = imports?.env;
    if (!gated && environment !== undefined && 'fd_write' in environment) {
      gateImports(environment, seal, limits);
      gated = true;
    }
    return instantiate(source, imports);
  };
  Object.defineProperty(WebAssembly, 'instantiate', { value: replacement, configurable: true });
  try {
    const loaded = await load();
    if (!gated) throw new Stop('sandbox', 'Pyodide was not instantiated as expected');
    return loaded;
  } finally {
    Object.defineProperty(WebAssembly, 'instantiate', { value: instantiate, configurable: true });
  }
}
