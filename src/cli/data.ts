/** `purpcode data`: public data sets and benchmark files, where from, under which licence, and whether they are whole. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { compareChecksum } from '../datasets/checksum.ts';
import { type DataFile, dataPath } from '../datasets/data-file.ts';
import { downloadFile } from '../datasets/download.ts';
import { DATA_SETS, type DataSet, type RegisteredFile } from '../datasets/registry.ts';
import type { RowProblem } from '../datasets/rows.ts';
import { ConfigError, messageOf, PurpcodeError } from '../errors.ts';

interface DataOptions {
  readonly data: string;
  readonly json?: boolean;
}

const MEGABYTE = 2 ** 20;
/** Problems of a file that are shown; `--json` has all. */
const SHOWN_PROBLEMS = 5;

export function dataCommand(): Command {
  const command = new Command('data').description('data sets: where from, licence, checksum, rows');
  for (const [name, about] of Object.entries(ABOUT)) {
    command
      .command(name)
      .description(about)
      .argument('[names...]', 'data sets (default: all)')
      .option('--data <folder>', 'the data folder', 'data')
      .option('--json', 'for machines');
  }
  const sub = (name: string) => command.commands.find((one) => one.name() === name)!;
  sub('list').action(list);
  sub('get')
    .option('--max-size <MB>', 'of one file', megabytes, 512)
    .addHelpText(
      'after',
      '\nWhat is there is left as it is. Exit codes: 0 done, 2 something could not be had.',
    )
    .action(get);
  sub('check')
    .addHelpText(
      'after',
      '\nExit codes: 0 right, 1 a checksum differs, a file is another one, or nothing is there of a set that was named.',
    )
    .action(check);
  return command;
}

const ABOUT = {
  list: 'files, licences and what is there',
  get: 'download files from their official homes',
  check: 'checksums, and rows that can and cannot be read',
};

function megabytes(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('expected a number above 0');
  return value;
}

interface Chosen extends RegisteredFile {
  readonly set: DataSet;
}

function choose(names: readonly string[]): Chosen[] {
  const unknown = names.filter((name) => !DATA_SETS.some((set) => set.name === name));
  if (unknown.length > 0) {
    throw new ConfigError(`there is no data set ${unknown.join(', ')}`, {
      hint: `there are ${DATA_SETS.map(({ name }) => name).join(', ')}`,
    });
  }
  return DATA_SETS.filter(({ name }) => names.length === 0 || names.includes(name)).flatMap((set) =>
    set.files.map((file) => ({ ...file, set })),
  );
}

function print(rows: readonly object[], text: string, { json }: DataOptions): void {
  console.log(json === true ? JSON.stringify(rows, null, 2) : text);
}

// list

function list(names: readonly string[], options: DataOptions): void {
  const rows = choose(names).map(({ set, file }) => ({
    dataSet: set.name,
    title: set.title,
    home: set.home,
    path: file.path,
    url: file.url ?? null,
    licence: file.licence,
    attribution: file.attribution ?? null,
    sha256: file.sha256 ?? null,
    gitBlob: file.gitBlob ?? null,
    found: found(options.data, file)?.path ?? null,
  }));
  const groups = Map.groupBy(rows, ({ dataSet }) => dataSet);
  const text = [...groups.values()].flatMap((files) => [
    `${files[0]!.dataSet}: ${files[0]!.title}`,
    `  ${files[0]!.home}`,
    ...files.map(
      (file) =>
        `  ${file.found === null ? '-' : '+'} ${file.path}  ${file.licence}${otherCopy(file)}${file.url === null ? '  (by hand)' : noChecksum(file)}`,
    ),
  ]);
  text.push('', `+ is in ${options.data}, - is not; \`purpcode data get <name>\` downloads`);
  print(rows, text.join('\n'), options);
}

/** Files that nobody could show us: what is downloaded can be checked by its rows alone. */
function noChecksum({ sha256, gitBlob }: { sha256: string | null; gitBlob: string | null }): string {
  return sha256 === null && gitBlob === null ? '  (no checksum is known)' : '';
}

function otherCopy({ path, found: place }: { readonly path: string; readonly found: string | null }): string {
  return place === null || place === path ? '' : `  (as ${place})`;
}

/** The copy that is used, its path below the data folder. */
function found(dataFolder: string, file: DataFile): { readonly path: string } | undefined {
  const place = dataPath(dataFolder, file);
  if (!existsSync(place)) return undefined;
  const path = [file.path, ...(file.alternatives ?? [])].find((name) => join(dataFolder, name) === place)!;
  return { path };
}

// get

async function get(
  names: readonly string[],
  options: DataOptions & { readonly maxSize: number },
): Promise<void> {
  const rows: { path: string; outcome: 'downloaded' | 'there' | 'by hand' | 'failed'; detail: string }[] = [];
  for (const { set, file } of choose(names)) {
    const add = (outcome: (typeof rows)[number]['outcome'], detail: string) => {
      rows.push({ path: file.path, outcome, detail });
      if (options.json !== true) console.log(`${file.path}: ${outcome}${detail === '' ? '' : `, ${detail}`}`);
    };
    const there = found(options.data, file);
    if (there !== undefined) add('there', there.path === file.path ? '' : `as ${there.path}`);
    else if (file.url === undefined) add('by hand', `from ${set.home}`);
    else {
      console.error(`${file.path} from ${file.url}\n  ${licenceOf(file)}`);
      try {
        const path = await downloadFile(file, options.data, { maxBytes: options.maxSize * MEGABYTE });
        const isKnown = file.sha256 !== undefined || file.gitBlob !== undefined;
        const checked = isKnown ? 'checksum right' : 'its checksum is not known';
        add('downloaded', file.folder === true ? checked : `${statSync(path).size} bytes, ${checked}`);
      } catch (error) {
        const hint = error instanceof PurpcodeError && error.hint !== undefined ? ` (${error.hint})` : '';
        add('failed', `${messageOf(error)}${hint}`);
      }
    }
  }
  if (options.json === true) console.log(JSON.stringify(rows, null, 2));
  if (rows.some(({ outcome }) => outcome === 'failed')) process.exitCode = 2;
}

function licenceOf({ licence, attribution }: DataFile): string {
  return `licence: ${licence}${attribution === undefined ? '' : `; ${attribution}`}`;
}

// check

interface CheckedFile {
  readonly path: string;
  readonly found: string | null;
  readonly checksum: 'right' | 'wrong' | 'unknown' | null;
  readonly rows: number | null;
  readonly readable: number | null;
  readonly problems: readonly RowProblem[];
  readonly error: string | null;
}

function check(names: readonly string[], options: DataOptions): void {
  const checked = choose(names).map((chosen) => checkFile(chosen, options.data));
  print(checked, checked.flatMap(describeCheck).join('\n'), options);
  const wrong = checked.some(({ checksum, error }) => checksum === 'wrong' || error !== null);
  // Asked about by name, nothing is no right answer.
  const absent = names.some((name) =>
    choose([name]).every(({ file }) => found(options.data, file) === undefined),
  );
  if (wrong || absent) process.exitCode = 1;
}

function checkFile({ file, read }: RegisteredFile, dataFolder: string): CheckedFile {
  const copy = found(dataFolder, file);
  const nothing = { checksum: null, rows: null, readable: null, problems: [], error: null };
  if (copy === undefined) return { path: file.path, found: null, ...nothing };
  const about = { ...nothing, path: file.path, found: copy.path };
  try {
    const checksum = checksumState(join(dataFolder, copy.path), copy.path, file);
    const { count, rows, problems } = read(join(dataFolder, copy.path));
    return { ...about, checksum, rows: count, readable: rows.length, problems };
  } catch (error) {
    return { ...about, error: messageOf(error) };
  }
}

/** Another packing or part of the data set has another checksum, which nobody published. */
function checksumState(path: string, name: string, file: DataFile): CheckedFile['checksum'] {
  if (name !== file.path && file.folder !== true) return 'unknown';
  const sums = compareChecksum(path, file);
  return sums === undefined ? 'unknown' : sums.found === sums.known ? 'right' : 'wrong';
}

function describeCheck({
  path,
  found: place,
  checksum,
  rows,
  readable,
  problems,
  error,
}: CheckedFile): string[] {
  if (place === null) return [`- ${path}: not there`];
  const name = place === path ? path : `${path} (as ${place})`;
  if (error !== null) return [`x ${name}: ${error}`];
  const more = problems.length - SHOWN_PROBLEMS;
  return [
    `${checksum === 'wrong' ? 'x' : '+'} ${name}: checksum ${checksum}, ${readable} of ${rows} rows can be read`,
    ...problems.slice(0, SHOWN_PROBLEMS).map((problem) => `    ${problem.place}: ${problem.reason}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ];
}
