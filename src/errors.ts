/**
 * The one error root. Every failure that a user can act on is a `PurpcodeError`: its message says what
 * went wrong and where (file and line, endpoint, command), its hint says how to mend it. The CLI prints both
 * and keeps the stack for `--debug`; anything else that reaches the CLI is a bug of ours.
 */
export type ErrorCode =
  | 'config' // a recipe, option or input row is wrong
  | 'io' // a file or folder cannot be read or written
  | 'run' // a run folder is damaged or belongs to another recipe
  | 'engine' // training or sampling failed
  | 'oracle' // an analyser, sandbox or judge failed
  | 'model' // a model endpoint could not be asked
  | 'missing-tool'; // something optional is not installed

export interface ErrorDetails {
  readonly cause?: unknown;
  /** What the user can do about it: a command, a setting, a file to look at. */
  readonly hint?: string;
}

export class PurpcodeError extends Error {
  override readonly name: string = 'PurpcodeError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
  }
}

export class ConfigError extends PurpcodeError {
  override readonly name = 'ConfigError';
  constructor(message: string, details?: ErrorDetails) {
    super('config', message, details);
  }
}

export class RunError extends PurpcodeError {
  override readonly name = 'RunError';
  constructor(message: string, details?: ErrorDetails) {
    super('run', message, details);
  }
}

export class IoError extends PurpcodeError {
  override readonly name = 'IoError';
  constructor(message: string, details?: ErrorDetails) {
    super('io', message, details);
  }
}

export class EngineError extends PurpcodeError {
  override readonly name = 'EngineError';
  constructor(message: string, details?: ErrorDetails) {
    super('engine', message, details);
  }
}

export class OracleError extends PurpcodeError {
  override readonly name = 'OracleError';
  constructor(message: string, details?: ErrorDetails) {
    super('oracle', message, details);
  }
}

/**
 * What a failed call says of the calls after it: `budget`, none may be made; `request`, the model refuses this one and
 * may take others; `endpoint`, there is no use in asking before something is mended.
 */
export type ModelFailure = 'budget' | 'request' | 'endpoint';

export class ModelError extends PurpcodeError {
  override readonly name = 'ModelError';
  readonly failure: ModelFailure;
  constructor(message: string, details: ErrorDetails & { readonly failure?: ModelFailure } = {}) {
    super('model', message, details);
    this.failure = details.failure ?? 'endpoint';
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
