/** `purpcode doctor`: what is installed and works, what is missing, and how to get it. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { disableTelemetry } from '../engines/embedded/telemetry.ts';
import { messageOf } from '../errors.ts';
import { HOW_TO_INSTALL as HOW_TO_INSTALL_LLAMA } from '../models/gguf/library.ts';
import type { ToolName } from '../oracles/code-security/external/find-tool.ts';

const OLDEST_NODE = 24;
const MEMORY_GIB = 3;
const DISK_GIB = 1;
const GIB = 2 ** 30;
const TOOL_TIMEOUT_MS = 15_000;

interface Check {
  readonly name: string;
  /** Without a required part purpcode does not work; the others add to it. */
  readonly required: boolean;
  /** @returns what was found, in one line. @throws when the part is missing or does not work. */
  readonly probe: () => string | Promise<string>;
  /** How to get or mend it. */
  readonly mend: string;
}

interface CheckResult {
  readonly name: string;
  readonly required: boolean;
  readonly ok: boolean;
  /** What was found, or what is wrong. */
  readonly detail: string;
  readonly mend?: string;
}

const HOW_TO_INSTALL: Readonly<Record<ToolName, string>> = {
  bandit: 'pip install bandit',
  semgrep: 'pip install semgrep',
  codeql: 'the CodeQL bundle from https://github.com/github/codeql-action/releases',
};

const CHECKS: readonly Check[] = [
  {
    name: 'Node',
    required: true,
    probe: nodeVersion,
    mend: `install Node ${OLDEST_NODE} or newer from https://nodejs.org`,
  },
  {
    name: 'onnxruntime-node',
    required: true,
    probe: multiplyMatrices,
    mend: 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node (skip: without a CUDA download)',
  },
  {
    name: 'Ruff (WebAssembly)',
    required: true,
    probe: findWeakness,
    mend: 'npm install @astral-sh/ruff-wasm-nodejs',
  },
  {
    name: 'ast-grep',
    required: true,
    probe: findWeaknesses,
    mend: 'npm install @ast-grep/napi and the @ast-grep/lang-… packages again',
  },
  { name: 'Pyodide', required: true, probe: runProgram, mend: 'npm install pyodide' },
  { name: 'node:sqlite', required: true, probe: sqliteVersion, mend: 'use an official build of Node' },
  {
    name: 'nano base model',
    required: true,
    probe: nanoBase,
    mend: 'install purpcode again; in a clone: git checkout assets/nano-base, or node scripts/pretrain-nano.ts',
  },
  {
    name: 'CPU and memory',
    required: false,
    probe: processorAndMemory,
    mend: `the nano recipe wants 2 cores and ${MEMORY_GIB} GiB; with less memory lower rl.groups`,
  },
  {
    name: 'disk',
    required: false,
    probe: freeDisk,
    mend: `a nano run takes up to ${DISK_GIB} GiB: free some space, or put it elsewhere with --run`,
  },
  {
    name: 'bubblewrap',
    required: false,
    probe: nativeSandbox,
    mend: 'native test runs (sandbox.kind: bubblewrap): apt install bubblewrap python3, on Linux',
  },
  analyser('Bandit', 'bandit', 'more analysis of Python'),
  analyser('Semgrep', 'semgrep', 'more analysis, many languages'),
  analyser('CodeQL', 'codeql', 'deep analysis'),
  {
    name: 'node-llama-cpp',
    required: false,
    probe: llamaLibrary,
    mend: `models from GGUF files (provider: gguf): ${HOW_TO_INSTALL_LLAMA}`,
  },
  tool(
    'PyTorch',
    'python3',
    ['-c', 'import torch; print(torch.__version__)'],
    'only for the comparisons in bench/: pip install torch',
  ),
];

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Checks what is installed. Exit code 0 when everything required works, else 2.')
    .option('--json', 'print the checks as JSON')
    .action(async ({ json }: { json?: true }) => {
      const results = await runChecks(CHECKS);
      const ok = results.every((result) => result.ok || !result.required);
      console.log(json ? JSON.stringify({ ok, checks: results }, null, 2) : formatReport(results, ok));
      if (!ok) process.exitCode = 2;
    });
}

async function runChecks(checks: readonly Check[]): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, required, probe, mend } of checks) {
    try {
      results.push({ name, required, ok: true, detail: await probe() });
    } catch (error) {
      const [detail = ''] = messageOf(error).split('\n');
      results.push({ name, required, ok: false, detail, mend });
    }
  }
  return results;
}

function formatReport(results: readonly CheckResult[], ok: boolean): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const section = (required: boolean) =>
    results
      .filter((result) => result.required === required)
      .flatMap(({ name, ok, detail, mend }) => {
        const state = ok ? 'ok     ' : required ? 'FAILED ' : 'missing';
        const line = `  ${state}  ${name.padEnd(width)}  ${detail}`;
        return mend === undefined ? [line] : [line, `${' '.repeat(width + 13)}${mend}`];
      });
  return [
    'Required',
    ...section(true),
    '',
    'Optional',
    ...section(false),
    '',
    ok ? 'Everything required works.' : 'Something required does not work: see FAILED above.',
  ].join('\n');
}

function nodeVersion(): string {
  const { version, versions, platform, arch } = process;
  const found = `${version} on ${platform} ${arch}`;
  if (Number.parseInt(versions.node, 10) < OLDEST_NODE) throw new Error(`${found} is too old`);
  return found;
}

/** C = A B through the library that trains and samples; a model of one node, written out in ONNX's protobuf. */
async function multiplyMatrices(): Promise<string> {
  disableTelemetry();
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(matMulModel());
  try {
    const matrix = (values: number[]) => new Tensor('float32', values, [2, 2]);
    const { C } = await session.run({ A: matrix([1, 2, 3, 4]), B: matrix([5, 6, 7, 8]) });
    const product = Array.from((C?.data ?? []) as Float32Array).join(' ');
    if (product !== '19 22 43 50') throw new Error(`a product of two matrices came out as ${product}`);
  } finally {
    await session.release();
  }
  return `${packageVersion('onnxruntime-node')} loads and multiplies`;
}

/** The ONNX model `C = MatMul(A, B)`, all float [2, 2]. Field numbers are those of onnx.proto. */
function matMulModel(): Uint8Array {
  const field = (number: number, payload: string | number[]): number[] => {
    const bytes = typeof payload === 'string' ? [...Buffer.from(payload)] : payload;
    return [(number << 3) | 2, bytes.length, ...bytes];
  };
  const integer = (number: number, value: number): number[] => [number << 3, value];
  const dimension = field(1, integer(1, 2));
  const float2x2 = field(1, [...integer(1, 1), ...field(2, [...dimension, ...dimension])]);
  const value = (name: string): number[] => [...field(1, name), ...field(2, float2x2)];
  const node = [...field(1, 'A'), ...field(1, 'B'), ...field(2, 'C'), ...field(4, 'MatMul')];
  const graph = [
    ...field(1, node),
    ...field(2, 'product'),
    ...field(11, value('A')),
    ...field(11, value('B')),
    ...field(12, value('C')),
  ];
  return Uint8Array.from([...integer(1, 8), ...field(7, graph), ...field(8, integer(2, 13))]);
}

async function findWeakness(): Promise<string> {
  const { createRuffAnalyser } = await import('../oracles/code-security/ruff.ts');
  const code = 'import hashlib\nprint(hashlib.md5(b"x").hexdigest())\n';
  const [result] = await createRuffAnalyser().analyse([{ code, language: 'python' }]);
  if (result?.kind !== 'analysed') throw new Error(result?.cause ?? 'Ruff gave no result');
  const finding = result.findings.find(({ cwes }) => cwes.length > 0);
  if (finding === undefined) throw new Error('Ruff does not see a use of MD5');
  return `${packageVersion('@astral-sh/ruff-wasm-nodejs')} finds ${finding.rule} (CWE-${finding.cwes[0]})`;
}

/** A weakness in every language through our own rules. */
async function findWeaknesses(): Promise<string> {
  const { createAstGrepAnalyser } = await import('../oracles/code-security/ast-grep/analyser.ts');
  const snippets = Object.entries(EVAL_IN).map(([language, code]) => ({ language, code }));
  const results = await createAstGrepAnalyser().analyse(snippets);
  const blind = snippets.filter((_snippet, index) => {
    const result = results[index];
    if (result?.kind === 'failed') throw new Error(result.cause);
    return result?.findings.every(({ cwes }) => cwes.length === 0) ?? true;
  });
  if (blind.length > 0)
    throw new Error(`sees no eval in ${blind.map(({ language }) => language).join(', ')}`);
  return `${packageVersion('@ast-grep/napi')} finds weaknesses in Python, JavaScript and PHP`;
}

const EVAL_IN = {
  python: 'run = eval\n\ndef answer(text):\n    return run(text)\n',
  javascript: 'function answer(text) { return eval(text); }\n',
  php: '<?php eval($_GET["text"]);\n',
} as const;

/** One program through the whole sandbox: a child process, its walls, Python. */
async function runProgram(): Promise<string> {
  const { createPyodideSandbox } = await import('../oracles/correctness/pyodide-sandbox.ts');
  const sandbox = createPyodideSandbox({ workers: 1, spares: 0 });
  try {
    const code = 'def double(x):\n    return 2 * x\n';
    const [execution] = await sandbox.run([{ code, tests: { functional: 'assert double(3) == 6' } }]);
    if (execution?.kind === 'undecided') throw new Error(execution.cause);
    if (execution?.kind !== 'finished' || execution.tests.some(({ outcome }) => outcome !== 'passed')) {
      throw new Error(`a correct program did not pass its test: ${JSON.stringify(execution)}`);
    }
  } finally {
    await sandbox.close();
  }
  return `${packageVersion('pyodide')} runs a program in its sandbox`;
}

async function sqliteVersion(): Promise<string> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(':memory:');
  const row = database.prepare('select sqlite_version() as version').get();
  database.close();
  return `SQLite ${String(row?.version)}`;
}

async function nanoBase(): Promise<string> {
  const { readCheckpoint } = await import('../engines/embedded/checkpoint.ts');
  // The depth is the same in source and in the built package.
  const folder = fileURLToPath(new URL('../../assets/nano-base', import.meta.url));
  if (!existsSync(folder)) throw new Error('assets/nano-base is not there');
  const { weights } = await readCheckpoint(folder);
  const { layers, width, vocabularySize } = weights.config;
  return `${layers} layers, width ${width}, vocabulary ${vocabularySize}`;
}

function processorAndMemory(): string {
  const memory = totalmem() / GIB;
  const found = `${availableParallelism()} cores, ${memory.toFixed(1)} GiB of memory`;
  if (memory < MEMORY_GIB) throw new Error(found);
  return found;
}

async function freeDisk(): Promise<string> {
  const { bavail, bsize } = await statfs('.');
  const free = (bavail * bsize) / GIB;
  const found = `${free.toFixed(1)} GiB free here`;
  if (free < DISK_GIB) throw new Error(found);
  return found;
}

async function nativeSandbox(): Promise<string> {
  const { detectBubblewrap } = await import('../oracles/correctness/sandboxes.ts');
  const status = await detectBubblewrap();
  if (status.kind === 'missing') throw new Error(status.reason);
  return status.detail;
}

async function llamaLibrary(): Promise<string> {
  const { probeLibrary } = await import('../models/gguf/library.ts');
  return probeLibrary();
}

function analyser(name: string, tool: ToolName, what: string): Check {
  const probe = async () => {
    const { findTool } = await import('../oracles/code-security/external/find-tool.ts');
    return (await findTool(tool)).version;
  };
  return { name, required: false, probe, mend: `${what}: ${HOW_TO_INSTALL[tool]}` };
}

/** An optional program: it is there if it can print its version. */
function tool(name: string, command: string, args: readonly string[], mend: string): Check {
  return {
    name,
    required: false,
    mend,
    probe: async () => {
      try {
        const { stdout, stderr } = await promisify(execFile)(command, [...args], {
          timeout: TOOL_TIMEOUT_MS,
        });
        return (stdout || stderr).trim().split('\n')[0] ?? '';
      } catch (error) {
        const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
        throw new Error(absent ? `${command} is not on the PATH` : 'it does not run', { cause: error });
      }
    },
  };
}

/** The folder of an installed package, also where its `exports` hide package.json. */
function packageFolder(name: string): string {
  let folder = dirname(createRequire(import.meta.url).resolve(name));
  while (!existsSync(join(folder, 'package.json')) || !folder.endsWith(join(...name.split('/')))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`${name} has no package.json`);
    folder = parent;
  }
  return folder;
}

function packageVersion(name: string): string {
  const manifest = createRequire(import.meta.url)(join(packageFolder(name), 'package.json')) as {
    version: string;
  };
  return manifest.version;
}
