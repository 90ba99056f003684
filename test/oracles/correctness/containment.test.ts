import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Execution } from '../../../src/oracles/correctness/sandbox.ts';
import { onEverySandbox, outcome, type Subject } from './contract.ts';

const LIMITS = { timeoutMs: 1000, memoryMiB: 128, outputKiB: 64 };

const TESTS = { functional: 'assert f(1) == 2' };
const HONEST = 'def f(x):\n    return x + 1';

async function runOn(sandbox: Subject, code: string, timeoutMs = LIMITS.timeoutMs): Promise<Execution> {
  const [execution] = await sandbox.run([{ code, tests: TESTS, timeoutMs }]);
  assert.ok(execution);
  return execution;
}
/** For what ends by itself: a busy machine must not make it late. */
const PATIENT = 20_000;

const body = (...lines: string[]) => `def f(x):\n${lines.map((line) => `    ${line}`).join('\n')}`;

/** Code, and the endings that contain it. None of them passes the test. */
const HOSTILE: Record<string, { code: string; ends: string[] }> = {
  'an infinite loop': { code: body('while True: pass'), ends: ['timeout'] },
  'an infinite loop at import': { code: 'while True: pass', ends: ['timeout'] },
  'a loop that swallows every exception': {
    code: body('while True:', '    try:', '        while True: pass', '    except BaseException: pass'),
    ends: ['timeout'],
  },
  'an endless generator': { code: body('return sum(1 for _ in iter(int, 1))'), ends: ['timeout'] },
  'a long sleep': { code: `import time\n${body('time.sleep(1000)')}`, ends: ['timeout'] },
  'a loop in C that never looks up': {
    code: body('return 0 in iter(int, 1) or sum(range(10**15))'),
    ends: ['timeout', 'failed'],
  },
  'a search in C without end': {
    code: `import itertools\n${body('return 1 in itertools.repeat(0)')}`,
    ends: ['timeout'],
  },
  'a backtracking pattern': {
    code: `import re\n${body("return re.match('(a+)+$', 'a' * 60 + 'b')")}`,
    ends: ['timeout'],
  },
  'deep recursion': { code: body('return f(x + 1)'), ends: ['failed'] },
  'deep recursion without a limit': {
    code: `import sys\nsys.setrecursionlimit(10**9)\n${body('return f(x + 1)')}`,
    ends: ['crashed', 'memory', 'failed', 'timeout'],
  },
  'a list bomb': { code: body('xs = []', 'while True: xs.append([0] * 10**6)'), ends: ['failed', 'memory'] },
  'one huge allocation': { code: body('return len(bytearray(8 * 10**9))'), ends: ['failed', 'memory'] },
  'a list bomb that swallows the error': {
    code: body('xs = []', 'while True:', '    try: xs.append([0] * 10**6)', '    except MemoryError: pass'),
    ends: ['timeout', 'memory'],
  },
  'a file bomb': {
    code: body('i = 0', 'while True:', "    open(f'/tmp/{i}', 'wb').write(bytes(10**7)); i += 1"),
    ends: ['timeout', 'memory', 'failed', 'crashed'],
  },
  'an output flood': { code: body("while True: print('x' * 1000)"), ends: ['crashed'] },
  'an output flood that swallows the error': {
    code: body('while True:', "    try: print('x' * 1000)", '    except BaseException: pass'),
    ends: ['crashed'],
  },
  'a fork bomb': { code: `import os\n${body('while True: os.fork()')}`, ends: ['failed'] },
  'a shell command': {
    code: `import os\n${body("return 2 if os.system('true') == 0 else 0")}`,
    ends: ['failed'],
  },
  'a child process': {
    code: `import subprocess\n${body("return 2 if subprocess.run(['true']).returncode == 0 else 0")}`,
    ends: ['failed'],
  },
  'a look into its parent': {
    code: `import os\n${body(
      'found = []',
      "for name in ('environ', 'mem', 'maps', 'fd/0', 'fd/1', 'fd/3', 'root/etc/passwd'):",
      "    try: found.append(open(f'/proc/{os.getppid()}/{name}', 'rb').read(1))",
      '    except OSError: pass',
      'return 2 if found else 0',
    )}`,
    ends: ['failed'],
  },
  'signals to everyone': {
    code: `import os, signal\n${body(
      'for pid in (-1, 0, os.getppid(), 1, 2, 3, os.getpid()):',
      '    for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):',
      '        try: os.kill(pid, number)',
      '        except (OSError, AttributeError): pass',
      'return 0',
    )}`,
    ends: ['failed', 'crashed'],
  },
  'a process of its own session': {
    code: `import os\n${body('if os.fork() == 0:', '    os.setsid()', '    while True: pass', 'return 2')}`,
    ends: ['failed'],
  },
  'a fork without Python': {
    code: `import ctypes\n${body('libc = ctypes.CDLL(None)', 'pids = [libc.fork(), libc.vfork(), libc.syscall(56, 17, 0, 0, 0, 0)]', 'return 2 if max(pids) >= 0 else 0')}`,
    ends: ['failed', 'undecided'],
  },
  'new namespaces and mounts': {
    code: `import ctypes\n${body(
      'libc = ctypes.CDLL(None)',
      'done = [libc.unshare(0x10000000), libc.unshare(0x20000), libc.mount(b"proc", b"/tmp", b"proc", 0, 0), libc.umount2(b"/tmp", 2), libc.chroot(b"/tmp"), libc.ptrace(16, 1, 0, 0)]',
      'return 2 if 0 in done else 0',
    )}`,
    ends: ['failed', 'undecided'],
  },
  'very many files': {
    code: body('for i in range(10**7):', "    open(f'/tmp/{i}', 'w').close()", 'return 2'),
    ends: ['timeout', 'failed', 'crashed', 'memory'],
  },
  'very many open files': {
    code: body("files = [open('/tmp/x', 'w') for _ in range(10**6)]", 'return 2'),
    ends: ['timeout', 'failed', 'crashed', 'memory'],
  },
  'very many threads': {
    code: `import threading\n${body('while True: threading.Thread(target=threading.Event().wait, daemon=True).start()')}`,
    ends: ['undecided', 'timeout', 'crashed', 'failed'],
  },
  'memory that no address space counts': {
    code: `import os\n${body('fd = os.memfd_create("x")', 'while True: os.write(fd, bytes(10**7))')}`,
    ends: ['failed'],
  },
  'messages without end to its own checker': {
    code: `import os\n${body('while True: os.write(3, b"\\xff" * 65536)')}`,
    ends: ['failed', 'crashed', 'timeout'],
  },
  'the module js': { code: `import js\n${HONEST}`, ends: ['failed'] },
  'the module pyodide_js': { code: `import pyodide_js\n${HONEST}`, ends: ['failed'] },
  'pyodide.code.run_js': {
    code: `from pyodide.code import run_js\n${body("return run_js('2')")}`,
    ends: ['failed', 'crashed'],
  },
  'the core behind the bridge': { code: `import _pyodide_core\n${HONEST}`, ends: ['failed', 'crashed'] },
  'the core by its loader': {
    code: `import sys, importlib.machinery as m\nspec = m.BuiltinImporter.find_spec('_pyodide_core')\ncore = m.BuiltinImporter.create_module(spec)\nm.BuiltinImporter.exec_module(core)\n${body("return 2 if hasattr(core, 'JsProxy') and core.run_js('1') else 0")}`,
    ends: ['failed', 'crashed'],
  },
  'JavaScript objects on the heap': {
    code: `import gc\n${body('for o in gc.get_objects():', "    if 'JsProxy' in type(o).__name__:", "        return 2 if o.constructor.constructor('return 1')() else 0", 'return 0')}`,
    ends: ['failed', 'crashed'],
  },
  'calls by address': {
    code: `import ctypes\n${body("ctypes.pythonapi.emscripten_run_script(b'globalThis.broken = 1')", 'return 2')}`,
    ends: ['undecided', 'failed'],
  },
  'the null pointer': {
    code: `import ctypes\n${body('ctypes.string_at(0, 10**9)', 'return 2')}`,
    ends: ['undecided', 'failed', 'crashed'],
  },
};

onEverySandbox(LIMITS, (sandbox) => {
  const run = (code: string) => runOn(sandbox, code);
  const judge = async (code: string) => outcome(await runOn(sandbox, code, PATIENT));
  for (const [name, { code, ends }] of Object.entries(HOSTILE)) {
    test(`${name} is contained and the next answer is judged as ever`, async () => {
      const limit = ends.includes('timeout') ? LIMITS.timeoutMs : PATIENT;
      const ended = outcome(await runOn(sandbox, code, limit));
      assert.ok(ends.includes(ended), `ended as ${ended}`);
      assert.equal(await judge(HONEST), 'passed');
    });
  }

  test('a file written by an answer is not on this machine, nor there for the next answer', async () => {
    const path = join(tmpdir(), `purpcode-sandbox-${process.pid}`);
    const write = `import os\n${body(`os.makedirs(${JSON.stringify(tmpdir())}, exist_ok=True)`, `open(${JSON.stringify(path)}, 'w').write('x')`, 'return x + 1')}`;
    assert.equal(await judge(write), 'passed');
    assert.equal(existsSync(path), false);
    const look = `import os\n${body(`return 1 if os.path.exists(${JSON.stringify(path)}) else 2`)}`;
    assert.equal(await judge(look), 'passed');
  });

  test('files of the machine cannot be read', async (t) => {
    if (sandbox.kind === 'sandbox-fusion') return t.skip('the files are those of the container');
    const paths = [import.meta.filename, process.execPath, '/etc/passwd'];
    const read = `import os\n${body(`return 1 if any(os.path.exists(p) for p in ${JSON.stringify(paths)}) else 2`)}`;
    assert.equal(await judge(read), 'passed');
  });

  test('a changed standard library is gone with the program that changed it', async () => {
    const change = `import os, sys\nz = next(p for p in sys.path if p.endswith('.zip'))\nos.chmod(z, 0o777)\nopen(z, 'wb').write(b'')\n${HONEST}`;
    await run(change);
    assert.equal(await judge(`import colorsys, wave, plistlib\n${HONEST}`), 'passed');
  });

  const inPlace = {
    'a write': 'f.write(bytes(os.path.getsize(z)))',
    'a write at a place': 'os.pwrite(f.fileno(), bytes(9999), 5000)',
    'a shared mapping': 'import mmap; m = mmap.mmap(f.fileno(), 0); m[:] = bytes(len(m)); m.flush()',
    'a cut': 'f.truncate(100)',
  };
  for (const [name, change] of Object.entries(inPlace)) {
    test(`so is one that was changed in place, by ${name}`, async () => {
      const open = `import os, sys\nz = next(p for p in sys.path if p.endswith('.zip'))\nos.chmod(z, 0o777)\nf = open(z, 'r+b')`;
      await run(`${open}\n${change}\nf.close()\nos.chmod(z, 0o644)\n${HONEST}`);
      assert.equal(await judge(`import colorsys, wave, plistlib\n${HONEST}`), 'passed');
    });
  }

  test('environment variables of this process are not visible', async () => {
    process.env.PURPCODE_TEST_SECRET = 'secret-4711';
    const look = `import os\n${body("return 1 if 'secret-4711' in str(dict(os.environ)) else 2")}`;
    assert.equal(await judge(look), 'passed');
    delete process.env.PURPCODE_TEST_SECRET;
  });

  test('a server on this machine is not reached', async (t) => {
    let connections = 0;
    const server = createServer(() => {
      connections += 1;
    });
    t.after(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const dial = `import socket, urllib.request\n${body(
      `for go in (lambda: socket.create_connection(('127.0.0.1', ${address.port}), 1), lambda: urllib.request.urlopen('http://127.0.0.1:${address.port}', timeout=1)):`,
      '    try: go()',
      '    except OSError: pass',
      '    else: return 0',
      'return 2',
    )}`;
    const [execution] = await sandbox.run([{ code: dial, tests: TESTS, timeoutMs: PATIENT }]);
    assert.equal(outcome(execution), 'passed');
    assert.equal(connections, 0);
  });

  test('threads run where there are any, and are undecided where there are none', async () => {
    const threads = `import threading\n${body('done = []', 't = threading.Thread(target=lambda: done.append(x + 1))', 't.start()', 't.join()', 'return done[0]')}`;
    assert.equal(await judge(threads), sandbox.kind === 'pyodide' ? 'undecided' : 'passed');
  });

  test('what was printed survives a loop that only a kill ends', async () => {
    const code = `import itertools\n${body("print('so far', x)", 'return 1 in itertools.repeat(0)')}`;
    const execution = await run(code);
    assert.equal(execution.kind, 'timeout');
    assert.equal(execution.kind === 'timeout' && execution.stdout, 'so far 1\n');
  });

  test('texts have the same hash in every process', async () => {
    const code = "print(hash('text'))\nwhile True: pass";
    const hashes = [await run(code), await run(code)].map((execution) =>
      execution.kind === 'timeout' ? execution.stdout : undefined,
    );
    assert.match(hashes[0] ?? '', /^-?\d+\n$/);
    if (sandbox.kind !== 'sandbox-fusion') assert.equal(hashes[0], hashes[1]);
  });

  test('partial results survive a timeout', async () => {
    const [execution] = await sandbox.run([
      {
        code: 'def f(x):\n    print("seen", x)\n    while x > 1: pass\n    return x',
        tests: { functional: 'assert f(1) == 1\nassert f(2) == 2' },
      },
    ]);
    assert.deepEqual(execution, {
      kind: 'timeout',
      message: 'not done after 1 s',
      tests: [{ name: 'line 1: assert f(1) == 1', outcome: 'passed' }],
      stdout: 'seen 1\nseen 2\n',
    });
  });
});
