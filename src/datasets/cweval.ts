/** CWEval (Peng et al., arXiv 2501.08200): functions with pytest files that test both what they do and how safely. */
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../errors.ts';
import { LANGUAGE_OF_EXTENSION } from '../transcripts/code-language.ts';
import type { DataFile } from './data-file.ts';
import { checkRows, listFiles, type RawRow, type Rows, readData } from './rows.ts';

/** `<weakness>_<n>` of the Python tasks. */
const TASKS =
  '020_0 022_0 022_2 078_0 079_0 095_0 113_0 117_0 1333_0 326_0 326_1 327_0 327_1 327_2 329_0 347_0 377_0 400_0 502_0 643_0 732_2 760_0 918_0 918_1 943_0';

/** Folder and ending of a language, and the Python tasks that it lacks. */
const LANGUAGES: Readonly<Record<string, readonly string[]>> = {
  py: [],
  c: ['095_0', '1333_0', '327_1', '400_0', '502_0'],
  cpp: ['095_0', '327_1', '377_0', '502_0'],
  go: ['095_0', '1333_0', '327_1', '377_0', '400_0', '502_0'],
  js: ['022_2', '377_0'],
};

function membersOf(language: string): string[] {
  const tasks = TASKS.split(' ').filter((task) => !LANGUAGES[language]!.includes(task));
  const suffix = language === 'py' ? '' : `_${language}`;
  return tasks.flatMap((task) => [
    `${language}/cwe_${task}${suffix}_task.${language}`,
    `${language}/cwe_${task}${suffix}_test.py`,
  ]);
}

/** Python's tasks can be run; those of the other languages are named as not run, so that a score says out of how many. */
export const CWEVAL_FOLDER: DataFile = {
  path: 'cweval/core',
  url: 'https://raw.githubusercontent.com/Co1lin/CWEval/e9a2a124c8c53679b6d8d27adfd2f6c40e7576d7/benchmark/core/',
  sha256: 'a7153628eb7caa7e9942be0663411336d1ec67b8dfb097004cffec93f3845b4e',
  licence: 'Apache-2.0',
  folder: true,
  members: Object.keys(LANGUAGES).flatMap(membersOf),
  alternatives: ['cweval/benchmark/core', 'CWEval/benchmark/core'],
};

const MARKER = /^[ \t]*(?:#|\/\/)\s*BEGIN SOLUTION[ \t]*$/m;
const TASK_FILE = /^(\w+)\/((cwe_0*(\d+)_\d+)(?:_\w+)?)_task(\.\w+)$/;

const taskRow = z.object({
  /** `py/cwe_022_0`. */
  id: z.string(),
  cwe: z.number(),
  language: z.string(),
  /** Module name by which the tests import the task: `cwe_022_0_task`. */
  module: z.string(),
  /** Imports, signature and description: what stands before the solution. */
  prompt: z.string().min(1),
  /** The whole file, with the authors' solution. */
  solution: z.string().min(1),
  /** The pytest file. */
  tests: z.string().min(1),
});
export type CwevalTask = z.infer<typeof taskRow>;

export function readCweval(folder: string): Rows<CwevalTask> {
  const files = listFiles(folder);
  const rows = files.flatMap((file) => {
    const match = TASK_FILE.exec(file);
    return match === null ? [] : [readTask(folder, file, match, new Set(files))];
  });
  return checkRows(
    folder,
    {
      name: "CWEval's core folder",
      expected:
        'folders py, c, … of cwe_<number>_<n>_task.<ending> with cwe_<number>_<n>_test.py beside each',
      schema: taskRow,
    },
    rows,
  );
}

function readTask(folder: string, file: string, match: RegExpExecArray, files: ReadonlySet<string>): RawRow {
  const [, language, stem, , number, ending] = match;
  const testFile = `${language}/${stem}_test.py`;
  if (!files.has(testFile)) return { place: file, fault: `there is no ${testFile}` };
  try {
    const solution = readData(join(folder, file));
    const marker = MARKER.exec(solution);
    if (marker === null) return { place: file, fault: 'there is no line "BEGIN SOLUTION"' };
    return {
      place: file,
      value: {
        id: `${language}/${stem}`,
        cwe: Number(number),
        language: LANGUAGE_OF_EXTENSION.get(ending!) ?? language!,
        module: `${stem}_task`,
        prompt: solution.slice(0, marker.index).trimEnd(),
        solution,
        tests: readData(join(folder, testFile)),
      },
    };
  } catch (error) {
    return { place: file, fault: messageOf(error) };
  }
}
