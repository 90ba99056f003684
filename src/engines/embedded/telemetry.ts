/**
 * From version 1.29 on, onnxruntime on Linux reports sessions and models to its maker unless this variable is set when
 * the first session is created. A worker thread cannot set it: the native code sees the main thread's variables. A
 * value that is there already is left alone.
 */
export function disableTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}
