/** What both kinds of native sandbox give their processes: Python sources, modules and limits. */
import { ANSWER_PYTHON } from '../child/python-answer.ts';
import { PYTEST_PYTHON } from '../child/python-pytest.ts';
import { TESTS_PYTHON } from '../child/python-tests.ts';
import { WIRE_PYTHON } from '../child/python-wire.ts';
import { CELL_PYTHON, FRAMES_PYTHON } from './python-cell.ts';

/** Loaded before the first program, as most programs or the runner need them. */
const MODULES = [
  ...['random', 'string', 'hashlib', 'heapq', 'bisect', 'statistics', 'typing', 'secrets', 'tempfile', 'ast'],
  ...['unittest', 'unittest.mock', 'csv', 'html', 'urllib.parse', 'hmac', 'copy', 'traceback', 'shutil'],
  ...[
    'itertools',
    'contextlib',
    'math',
    're',
    'dataclasses',
    'enum',
    'pickle',
    'shelve',
    'atexit',
    'threading',
  ],
];

/** Sources of the two processes of a program. */
export function nativeSources(): { answer: string; tests: string; modules: readonly string[] } {
  const cell = FRAMES_PYTHON + CELL_PYTHON;
  return {
    answer: WIRE_PYTHON + ANSWER_PYTHON + cell,
    tests: WIRE_PYTHON + TESTS_PYTHON + PYTEST_PYTHON + cell,
    modules: MODULES,
  };
}

/** Limits of a process by their names in Python's resource module. */
export function processLimits(bytes: {
  readonly memoryBytes: number;
  readonly filesBytes: number;
}): Record<string, number> {
  return {
    RLIMIT_AS: bytes.memoryBytes,
    RLIMIT_FSIZE: bytes.filesBytes,
    RLIMIT_NOFILE: 128,
    RLIMIT_NPROC: 256,
    RLIMIT_CORE: 0,
    RLIMIT_MEMLOCK: 0,
    RLIMIT_MSGQUEUE: 0,
  };
}
