/** Every benchmark that can be named, in the order of the paper's tables. */
import { ConfigError } from '../../errors.ts';
import { CODELMSEC } from './codelmsec.ts';
import { HUMANEVAL, HUMANEVAL_PLUS, LEETCODE, MBPP, MBPP_PLUS, MBPP_SANITIZED } from './coding-problems.ts';
import { CWEVAL } from './cweval.ts';
import { CYBERMETRIC, SECURITY_QA } from './cybermetric.ts';
import { CYBERSECEVAL_AUTOCOMPLETE, CYBERSECEVAL_INSTRUCT, FRR, MITRE } from './cyberseceval.ts';
import { CYSECBENCH, HARMBENCH, STRONGREJECT } from './malicious-requests.ts';
import { PHTEST } from './phtest.ts';
import { SALLM } from './sallm.ts';
import type { BenchmarkSource } from './source.ts';
import { XSCODE } from './xscode.ts';
import { XSTEST, XSTEST_UNSAFE } from './xstest.ts';

export const BENCHMARKS: readonly BenchmarkSource[] = [
  CYBERSECEVAL_INSTRUCT,
  CODELMSEC,
  CWEVAL,
  MITRE,
  FRR,
  XSCODE,
  XSTEST,
  PHTEST,
  HUMANEVAL_PLUS,
  MBPP_PLUS,
  SECURITY_QA,
  CYBERSECEVAL_AUTOCOMPLETE,
  SALLM,
  XSTEST_UNSAFE,
  CYSECBENCH,
  HARMBENCH,
  STRONGREJECT,
  HUMANEVAL,
  MBPP,
  MBPP_SANITIZED,
  LEETCODE,
  CYBERMETRIC,
];

/** @throws ConfigError listing the names that there are. */
export function findBenchmark(name: string): BenchmarkSource {
  const found = BENCHMARKS.find((benchmark) => benchmark.name === name);
  if (found === undefined) {
    throw new ConfigError(`there is no benchmark ${name}`, {
      hint: `there are ${BENCHMARKS.map((benchmark) => benchmark.name).join(', ')}, and any file of prompts (.jsonl)`,
    });
  }
  return found;
}
