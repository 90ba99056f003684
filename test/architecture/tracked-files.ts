/** What no tracked file may be or hold. */

const MAX_LINES = 600;
const MAX_BYTES = 10 * 2 ** 20;

/** Paths of one machine and addresses of package registries: they mean nothing, or too much, elsewhere. */
const MACHINE_TRACES: readonly RegExp[] = [
  /(?<![\w.~-])\/(?:work|root)\/[\w.-]/,
  /(?<![\w.~-])\/(?:home|Users)\/[\w.-]+\/[\w.-]/,
  /\bhttps?:\/\/[\w.-]*(?:registry|artifactory|nexus|npm-proxy|pypi)[\w.-]*/i,
];

export interface TrackedFile {
  /** From the repository's root, with slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** @returns a line for every offence; empty when the file is fine. */
export function fileOffences({ path, bytes }: TrackedFile): string[] {
  if (bytes.length > MAX_BYTES) return [`${path}: ${Math.ceil(bytes.length / 2 ** 20)} MiB, more than 10`];
  if (bytes.subarray(0, 8192).includes(0)) return [];
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  const traces = lines.flatMap((line, index) =>
    MACHINE_TRACES.flatMap((pattern) => {
      const found = pattern.exec(line)?.[0];
      return found === undefined ? [] : [`${path}:${index + 1}: ${found}`];
    }),
  );
  const count = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  const tooLong = /\.[cm]?[jt]sx?$/.test(path) && count > MAX_LINES;
  return tooLong ? [...traces, `${path}: ${count} lines, more than ${MAX_LINES}`] : traces;
}
