/** Every public data set that is read: its files, and how a file is checked. */
import * as codelmsec from './codelmsec.ts';
import * as cweval from './cweval.ts';
import * as cybermetric from './cybermetric.ts';
import * as cyberseceval from './cyberseceval.ts';
import * as cysecbench from './cysecbench.ts';
import type { DataFile } from './data-file.ts';
import * as harmbench from './harmbench.ts';
import * as humaneval from './humaneval.ts';
import * as leetcode from './leetcode.ts';
import * as mbpp from './mbpp.ts';
import * as osv from './osv.ts';
import * as phtest from './phtest.ts';
import type { Rows } from './rows.ts';
import * as safecoder from './safecoder.ts';
import * as sallm from './sallm.ts';
import * as strongreject from './strongreject.ts';
import * as xscode from './xscode.ts';
import * as xstest from './xstest.ts';

export interface RegisteredFile {
  readonly file: DataFile;
  /** Reads a copy of it. @throws ConfigError, IoError */
  readonly read: (path: string) => Rows<unknown>;
}

export interface DataSet {
  /** As the command line names it; also the folder of its files. */
  readonly name: string;
  readonly title: string;
  /** A page for people. */
  readonly home: string;
  readonly files: readonly RegisteredFile[];
}

export const DATA_SETS: readonly DataSet[] = [
  {
    name: 'cyberseceval',
    title: 'CyberSecEval: insecure coding (SCG), MITRE, FRR',
    home: 'https://github.com/meta-llama/PurpleLlama/tree/main/CybersecurityBenchmarks',
    files: [
      { file: cyberseceval.INSTRUCT_FILE, read: cyberseceval.readSecureCoding },
      { file: cyberseceval.AUTOCOMPLETE_FILE, read: cyberseceval.readSecureCoding },
      { file: cyberseceval.MITRE_FILE, read: cyberseceval.readMitre },
      { file: cyberseceval.FRR_FILE, read: cyberseceval.readFalseRefusals },
    ],
  },
  {
    name: 'codelmsec',
    title: 'CodeLMSec: prompts with the code that finishes them insecurely',
    home: 'https://github.com/codelmsec/codelmsec',
    files: [
      { file: codelmsec.PAIRS_FILE, read: codelmsec.readPromptCodePairs },
      { file: codelmsec.CWES_FILE, read: codelmsec.readListOfCwes },
    ],
  },
  {
    name: 'cweval',
    title: 'CWEval: functional and secure, by tests',
    home: 'https://github.com/Co1lin/CWEval',
    files: [{ file: cweval.CWEVAL_FOLDER, read: cweval.readCweval }],
  },
  {
    name: 'sallm',
    title: 'SALLM: Python prompts with insecure code',
    home: 'https://github.com/s2e-lab/SALLM',
    files: [{ file: sallm.SALLM_FILE, read: sallm.readSallm }],
  },
  {
    name: 'safecoder',
    title: 'SafeCoder and SVEN: functions before and after security fixes',
    home: 'https://github.com/eth-sri/SafeCoder',
    files: [
      { file: safecoder.SAFECODER_TRAIN_FILE, read: safecoder.readFixes },
      { file: safecoder.SAFECODER_VALIDATION_FILE, read: safecoder.readFixes },
    ],
  },
  {
    name: 'osv',
    title: 'OSV: security advisories with their fixing commits',
    home: 'https://google.github.io/osv.dev/data/',
    files: [{ file: osv.OSV_FOLDER, read: osv.readAdvisories }],
  },
  {
    name: 'cysecbench',
    title: 'CySecBench: malicious requests in ten categories',
    home: 'https://github.com/cysecbench/dataset',
    files: [{ file: cysecbench.CYSECBENCH_FILE, read: cysecbench.readCySecBench }],
  },
  {
    name: 'harmbench',
    title: 'HarmBench: harmful behaviours',
    home: 'https://github.com/centerforaisafety/HarmBench',
    files: [{ file: harmbench.HARMBENCH_FILE, read: harmbench.readHarmBench }],
  },
  {
    name: 'strongreject',
    title: 'StrongREJECT: forbidden prompts',
    home: 'https://github.com/alexandrasouly/strongreject',
    files: [{ file: strongreject.STRONGREJECT_FILE, read: strongreject.readStrongReject }],
  },
  {
    name: 'xscode',
    title: "XSCode: the recipe's overrefusal prompts for code",
    home: 'https://huggingface.co/datasets/purpcode/XSCode',
    files: [{ file: xscode.XSCODE_FILE, read: xscode.readXsCode }],
  },
  {
    name: 'xstest',
    title: 'XSTest: safe prompts that look unsafe, and unsafe contrasts',
    home: 'https://github.com/paul-rottger/xstest',
    files: [{ file: xstest.XSTEST_FILE, read: xstest.readXsTest }],
  },
  {
    name: 'phtest',
    title: 'PHTest: pseudo-harmful prompts',
    home: 'https://github.com/umd-huang-lab/FalseRefusal',
    files: [{ file: phtest.PHTEST_FILE, read: phtest.readPhTest }],
  },
  {
    name: 'humaneval',
    title: 'HumanEval and HumanEval+',
    home: 'https://github.com/openai/human-eval',
    files: [
      { file: humaneval.HUMANEVAL_FILE, read: humaneval.readHumanEval },
      { file: humaneval.HUMANEVAL_PLUS_FILE, read: humaneval.readHumanEvalPlus },
    ],
  },
  {
    name: 'mbpp',
    title: 'MBPP and MBPP+',
    home: 'https://github.com/google-research/google-research/tree/master/mbpp',
    files: [
      { file: mbpp.MBPP_FILE, read: mbpp.readMbpp },
      { file: mbpp.MBPP_SANITIZED_FILE, read: mbpp.readSanitizedMbpp },
      { file: mbpp.MBPP_PLUS_FILE, read: mbpp.readMbppPlus },
    ],
  },
  {
    name: 'leetcode',
    title: 'LeetCodeDataset: coding problems with tests',
    home: 'https://github.com/newfacade/LeetCodeDataset',
    files: [
      { file: leetcode.LEETCODE_TRAIN_FILE, read: leetcode.readLeetCode },
      { file: leetcode.LEETCODE_TEST_FILE, read: leetcode.readLeetCode },
    ],
  },
  {
    name: 'cybermetric',
    title: 'CyberMetric: multiple-choice questions on security',
    home: 'https://github.com/cybermetric/CyberMetric',
    files: [{ file: cybermetric.CYBERMETRIC_FILE, read: cybermetric.readCyberMetric }],
  },
];
