/** What main thread and worker say to each other. */
import { EngineError, type ErrorCode, IoError, messageOf, PurpcodeError } from '../../errors.ts';
import type { EngineService } from './service.ts';

type Method = {
  [K in keyof EngineService]: EngineService[K] extends (...args: never[]) => unknown ? K : never;
}[keyof EngineService];

export type Arguments<M extends Method> = Parameters<EngineService[M]>;
export type Result<M extends Method> = Awaited<ReturnType<EngineService[M]>>;
export type { Method };

export interface Request {
  readonly call: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

export type Reply =
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly error: SentError };

interface SentError {
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  readonly stack: string | undefined;
}

export function sendableError(error: unknown): SentError {
  const known = error instanceof PurpcodeError ? error : undefined;
  return {
    code: known?.code,
    message: messageOf(error),
    hint: known?.hint,
    stack: error instanceof Error ? error.stack : undefined,
  };
}

/** The error as the main thread throws it; what the worker did not expect is an EngineError with its stack. */
export function receivedError({ code, message, hint, stack }: SentError): PurpcodeError {
  const details = { ...(hint !== undefined && { hint }), cause: stack };
  if (code === 'io') return new IoError(message, details);
  return new EngineError(code ? message : `the embedded engine failed: ${message}`, details);
}
