/**
 * One Python interpreter (Pyodide) without a way to JavaScript: messages pass through a device file, and after
 * every program its memory becomes what it was after boot. That is exact where cleaning up
 * in Python is guesswork (patched builtins, modules, open generators, half-unwound frames), takes a few
 * milliseconds, and makes it safe to end a program by throwing through its WebAssembly frames.
 */
import { type FileSystem, FileTree } from './file-tree.ts';
import { gateImports, type Seal } from './lockdown.ts';
import { MemoryImage } from './memory-image.ts';
import { SETUP_PYTHON } from './python-setup.ts';
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
  loadPyodide(options: {
    indexURL: string;
    stdLibURL?: string;
    env: Record<string, string>;
  }): Promise<Pyodide>;
}

export interface InterpreterOptions {
  /** Path of pyodide.mjs and its folder, ending in a slash. */
  readonly script: string;
  readonly folder: string;
  /** Path of Python's library; without one that of the folder. */
  readonly library: string | undefined;
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
  readonly #pyodide: Pyodide;
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

  private constructor(pyodide: Pyodide, seal: Seal, options: InterpreterOptions) {
    this.#pyodide = pyodide;
    this.#wasm = pyodide._module;
    this.#seal = seal;
    this.#limits = options.limits;
    this.#outputBytes = options.outputBytes;
  }

  /** Loads Pyodide, the Python sources and the channel. Before programs of others run, `keep`. */
  static async boot(options: InterpreterOptions): Promise<Interpreter> {
    const seal: Seal = { sealed: false };
    const module: PyodideModule = await import(options.script);
    // The order of a set of texts is the same in every process, so that a verdict that hangs on it is, too.
    const env = { HOME: '/home/pyodide', PYTHONUNBUFFERED: '1', PYTHONHASHSEED: '0' };
    const pyodide = await withGatedImports(seal, options.limits, () =>
      module.loadPyodide({
        indexURL: options.folder,
        env,
        ...(options.library === undefined ? {} : { stdLibURL: options.library }),
      }),
    );
    const interpreter = new Interpreter(pyodide, seal, options);
    interpreter.#connect();
    interpreter.#serve = Number(
      pyodide.runPython(`${SETUP_PYTHON}\nsetup(${JSON.stringify(options.python)}, '${CHANNEL}')`),
    );
    interpreter.#wasm._Py_IncRef(interpreter.#serve);
    interpreter.#files = new FileTree(interpreter.#wasm.FS);
    return interpreter;
  }

  #connect(): void {
    const pyodide = this.#pyodide;
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

  /** Forgets a program of the warm-up, as far as the next one or an answer could come upon it. */
  forget(): void {
    this.#pyodide.runPython('forget()');
    this.#clear();
  }

  /** Seals the bridge and takes the memory image: from here on every program finds the same interpreter. */
  keep(): void {
    this.forget();
    this.#pyodide.runPython('finish()');
    const wasm = this.#wasm;
    this.#removeModules();
    this.#stack = wasm.stackSave();
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
    this.#clear();
  }

  #clear(): void {
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
