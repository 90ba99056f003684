/**
 * Benchmarks as sets of texts that no training prompt may repeat. Every row that can be read is in its set, whether
 * its benchmark scores it or not, in the author's words and as it is put to a model.
 */
import { existsSync } from 'node:fs';
import { choicePrompt, completionPrompt, contestPrompt, problemPrompt } from '../../datasets/asking.ts';
import { PAIRS_FILE, readPromptCodePairs } from '../../datasets/codelmsec.ts';
import type { CodingProblem } from '../../datasets/coding-problem.ts';
import { CWEVAL_FOLDER, readCweval } from '../../datasets/cweval.ts';
import { CYBERMETRIC_FILE, readCyberMetric } from '../../datasets/cybermetric.ts';
import {
  AUTOCOMPLETE_FILE,
  FRR_FILE,
  INSTRUCT_FILE,
  MITRE_FILE,
  readFalseRefusals,
  readMitre,
  readSecureCoding,
} from '../../datasets/cyberseceval.ts';
import { CYSECBENCH_FILE, readCySecBench } from '../../datasets/cysecbench.ts';
import { type DataFile, dataPath } from '../../datasets/data-file.ts';
import { HARMBENCH_FILE, readHarmBench } from '../../datasets/harmbench.ts';
import {
  HUMANEVAL_FILE,
  HUMANEVAL_PLUS_FILE,
  readHumanEval,
  readHumanEvalPlus,
} from '../../datasets/humaneval.ts';
import { LEETCODE_TEST_FILE, readLeetCode } from '../../datasets/leetcode.ts';
import {
  MBPP_FILE,
  MBPP_PLUS_FILE,
  MBPP_SANITIZED_FILE,
  readMbpp,
  readMbppPlus,
  readSanitizedMbpp,
} from '../../datasets/mbpp.ts';
import { PHTEST_FILE, readPhTest } from '../../datasets/phtest.ts';
import type { RowProblem, Rows } from '../../datasets/rows.ts';
import { readSallm, SALLM_FILE } from '../../datasets/sallm.ts';
import { readStrongReject, STRONGREJECT_FILE } from '../../datasets/strongreject.ts';
import { readXsCode, XSCODE_FILE } from '../../datasets/xscode.ts';
import { readXsTest, XSTEST_FILE } from '../../datasets/xstest.ts';
import { ConfigError } from '../../errors.ts';
import type { EvaluationSet } from './decontaminate.ts';

interface SetSource {
  readonly file: DataFile;
  readonly read: (path: string) => Rows<readonly string[]>;
}

/** @param texts what a row says that training must not say: one or several wordings. */
function source<T>(
  file: DataFile,
  read: (path: string) => Rows<T>,
  texts: (row: T) => readonly string[],
): SetSource {
  return {
    file,
    read: (path) => {
      const { rows, ...rest } = read(path);
      return { ...rest, rows: rows.map(({ value, place }) => ({ place, value: texts(value) })) };
    },
  };
}

const prompt = (row: { readonly prompt: string }): string[] => [row.prompt];
const code = (row: { readonly prompt: string; readonly language?: string }): string[] => [
  row.prompt,
  completionPrompt(row.prompt, row.language === 'c' ? 'C' : 'Python', row.language ?? 'python'),
];
const problem = (row: CodingProblem): string[] => [row.prompt, problemPrompt(row)];

const SOURCES = {
  'cyberseceval-instruct': source(INSTRUCT_FILE, readSecureCoding, prompt),
  'cyberseceval-autocomplete': source(AUTOCOMPLETE_FILE, readSecureCoding, prompt),
  codelmsec: source(PAIRS_FILE, readPromptCodePairs, code),
  cweval: source(CWEVAL_FOLDER, readCweval, code),
  sallm: source(SALLM_FILE, readSallm, code),
  mitre: source(MITRE_FILE, readMitre, (row) =>
    row.shape === 'newer' ? [row.prompt, row.base] : [row.prompt, `${row.system}\n\n${row.prompt}`],
  ),
  frr: source(FRR_FILE, readFalseRefusals, prompt),
  xscode: source(XSCODE_FILE, readXsCode, prompt),
  xstest: source(XSTEST_FILE, readXsTest, prompt),
  phtest: source(PHTEST_FILE, readPhTest, prompt),
  humaneval: source(HUMANEVAL_FILE, readHumanEval, problem),
  'humaneval-plus': source(HUMANEVAL_PLUS_FILE, readHumanEvalPlus, problem),
  mbpp: source(MBPP_FILE, readMbpp, problem),
  'mbpp-sanitized': source(MBPP_SANITIZED_FILE, readSanitizedMbpp, problem),
  'mbpp-plus': source(MBPP_PLUS_FILE, readMbppPlus, problem),
  leetcode: source(LEETCODE_TEST_FILE, readLeetCode, (row) => [row.prompt, contestPrompt(row)]),
  cybermetric: source(CYBERMETRIC_FILE, readCyberMetric, (row) => [row.question, choicePrompt(row)]),
  harmbench: source(HARMBENCH_FILE, readHarmBench, (row) => [row.behaviour, row.prompt]),
  strongreject: source(STRONGREJECT_FILE, readStrongReject, prompt),
  cysecbench: source(CYSECBENCH_FILE, readCySecBench, prompt),
} satisfies Record<string, SetSource>;

export type EvaluationSetName = keyof typeof SOURCES;

/** Named as the benchmarks of `purpcode eval`. */
export const EVALUATION_SET_NAMES = Object.keys(SOURCES) as readonly EvaluationSetName[];

/** All but those that red-teaming takes malicious requests from: CySecBench, HarmBench and StrongREJECT. */
export const DEFAULT_EVALUATION_SETS: readonly EvaluationSetName[] = EVALUATION_SET_NAMES.filter(
  (name) => !['cysecbench', 'harmbench', 'strongreject'].includes(name),
);

export interface EvaluationSets {
  /** In the order of the names; a row with several wordings is several texts of one place. */
  readonly sets: readonly EvaluationSet[];
  /** Named, and no file of it is there: overlap with it is not known. */
  readonly missing: readonly { readonly name: string; readonly path: string }[];
  /** Rows that could not be read, by set: overlap with them is not known either. */
  readonly problems: readonly (RowProblem & { readonly set: string })[];
}

/** @throws ConfigError for a name that there is not, or a file that is something else; IoError */
export function evaluationSetsFrom(dataFolder: string, names: readonly string[]): EvaluationSets {
  const sets: EvaluationSet[] = [];
  const missing: { name: string; path: string }[] = [];
  const problems: (RowProblem & { set: string })[] = [];
  for (const name of new Set(names)) {
    const found = sourceOf(name);
    const path = dataPath(dataFolder, found.file);
    if (!existsSync(path)) {
      missing.push({ name, path });
      continue;
    }
    const rows = found.read(path);
    const texts = rows.rows.flatMap(({ value, place }) => value.map((text) => ({ text, place })));
    sets.push({ name, texts: texts.map(({ text }) => text), places: texts.map(({ place }) => place) });
    problems.push(...rows.problems.map((row) => ({ set: name, ...row })));
  }
  return { sets, missing, problems };
}

function sourceOf(name: string): SetSource {
  const found = EVALUATION_SET_NAMES.find((known) => known === name);
  if (found === undefined)
    throw new ConfigError(`there is no evaluation set ${name}`, {
      hint: `there are ${EVALUATION_SET_NAMES.join(', ')}`,
    });
  return SOURCES[found];
}
