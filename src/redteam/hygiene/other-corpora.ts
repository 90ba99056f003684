/** Public corpora with weaknesses to their prompts: what red-teaming's own corpus is held against as sets. */
import { existsSync } from 'node:fs';
import { PAIRS_FILE, readPromptCodePairs } from '../../datasets/codelmsec.ts';
import { CWEVAL_FOLDER, readCweval } from '../../datasets/cweval.ts';
import { INSTRUCT_FILE, readSecureCoding } from '../../datasets/cyberseceval.ts';
import { type DataFile, dataPath } from '../../datasets/data-file.ts';
import type { Rows } from '../../datasets/rows.ts';
import { readSallm, SALLM_FILE } from '../../datasets/sallm.ts';
import type { Corpus } from './overlap.ts';

interface CorpusRow {
  readonly prompt: string;
  readonly cwe: number;
}

const READERS: readonly (readonly [name: string, file: DataFile, read: (path: string) => Rows<CorpusRow>])[] =
  [
    ['CyberSecEval instruct', INSTRUCT_FILE, readSecureCoding],
    ['CodeLMSec', PAIRS_FILE, readPromptCodePairs],
    ['CWEval', CWEVAL_FOLDER, readCweval],
    ['SALLM', SALLM_FILE, readSallm],
  ];

/** Those whose file is in the data folder. @throws ConfigError for a file that is something else; IoError */
export function otherCorpora(dataFolder: string): Corpus[] {
  return READERS.flatMap(([name, file, read]) => {
    const path = dataPath(dataFolder, file);
    if (!existsSync(path)) return [];
    const prompts = read(path).rows.map(({ value }) => ({ text: value.prompt, cwes: [value.cwe] }));
    return [{ name, prompts }];
  });
}
