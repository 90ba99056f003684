/** Messages between purpcode and a sandbox child, over Node's IPC channel. */
import type { TestResult } from '../sandbox.ts';

/** First message to a child. */
export interface Boot {
  /** URL of pyodide.mjs. */
  readonly pyodide: string;
  /** Path of Python's library; without one Pyodide's own. */
  readonly library?: string;
  /** Limit of each interpreter's memory, bytes. */
  readonly memoryBytes: number;
  /** What a program may print in all, bytes. */
  readonly outputBytes: number;
}

export interface RunRequest {
  readonly id: number;
  readonly code: string;
  readonly entry: string;
  readonly timeoutMs: number;
  readonly tests:
    | { readonly form: 'functional' | 'pytest'; readonly source: string }
    | { readonly form: 'stdin'; readonly inputs: readonly string[] };
}

/** How one input of the stdin form ended. */
export interface PairOutput {
  readonly stdout: string;
  readonly exitCode: number;
  /** The exception that ended the program: class name, one line, bare message. */
  readonly error?: readonly [string, string, string];
}

export interface RunReply {
  readonly id: number;
  readonly tests: readonly TestResult[];
  readonly pairs: readonly PairOutput[];
  readonly stdout: string;
  /** Why it stopped before its end. `sandbox`: our own failure. */
  readonly stopped?: { readonly kind: StopKind; readonly message: string };
  /** The tests or the answer need what the sandbox lacks. */
  readonly unsupported?: string;
  /** An interpreter could not be brought back to its first state: replace this child. */
  readonly worn: boolean;
}

export type StopKind = 'timeout' | 'memory' | 'crashed' | 'sandbox';

/** Tests and output are sent as they come so that a killed child leaves partial results. */
export type FromChild =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'output'; readonly id: number; readonly text: string }
  | { readonly kind: 'test'; readonly id: number; readonly test: TestResult }
  | { readonly kind: 'reply'; readonly reply: RunReply };

export type ToChild =
  | { readonly kind: 'boot'; readonly boot: Boot }
  | { readonly kind: 'run'; readonly run: RunRequest };
