/** Progress of a command, in the style of the stream that it is written to. */
import { createProgress, type Progress } from '../runs/progress.ts';

/** @param stream standard error, where standard output is for results. */
export function commandProgress(
  { json = false }: { readonly json?: boolean },
  stream: NodeJS.WriteStream = process.stderr,
): Progress {
  return createProgress({
    write: (text) => stream.write(text),
    style: json ? 'json' : stream.isTTY ? 'terminal' : 'plain',
    columns: stream.columns ?? 100,
  });
}
