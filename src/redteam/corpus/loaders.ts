/** Vulnerable code of public data sets, in one form. Malformed rows are named and left out, by the readers. */
import { PAIRS_FILE, readPromptCodePairs } from '../../datasets/codelmsec.ts';
import { INSTRUCT_FILE, readSecureCoding } from '../../datasets/cyberseceval.ts';
import { readCodeRows } from '../../datasets/generic-jsonl-code.ts';
import type { Row, Rows } from '../../datasets/rows.ts';
import { readFixes, SAFECODER_TRAIN_FILE } from '../../datasets/safecoder.ts';
import { readSallm, SALLM_FILE } from '../../datasets/sallm.ts';
import { createPythonParser } from '../../oracles/code-security/ruff.ts';
import { LANGUAGES } from '../../transcripts/code-language.ts';
import {
  type CorpusSnippet,
  countDrop,
  DEFAULT_LENGTHS,
  type Drops,
  type LengthLimits,
  type LoadedSource,
  lengthFault,
  type Origin,
} from './snippet.ts';
import { parsingPart, standingAlone } from './source-text.ts';

/** A row's code before its length is looked at, or why it has none. */
type Found = Pick<CorpusSnippet, 'code' | 'language' | 'cwes'> & { readonly origin?: Partial<Origin> };

/** SafeCoder and SVEN, the code before the fix. @param source `safecoder-validation` for the half held out */
export function loadSafecoder(
  path: string,
  { source, lengths }: { readonly source: string; readonly lengths?: LengthLimits },
): LoadedSource {
  const { licence } = SAFECODER_TRAIN_FILE;
  return load(readFixes(path), { source, licence, lengths }, ({ before, language, cwe, commit }) => {
    if (language === undefined) return 'unknown-language';
    const url = commit === undefined ? {} : { url: commit.replace(/^(?:https:\/\/)?/, 'https://') };
    return { code: standingAlone(before), language, cwes: [cwe], origin: url };
  });
}

/** SALLM, the insecure answers. A benchmark (benchmarks.ts). */
export function loadSallm(path: string, lengths?: LengthLimits): LoadedSource {
  const { licence } = SALLM_FILE;
  return load(readSallm(path), { source: 'sallm', licence, lengths }, ({ insecureCode, cwe }) => ({
    code: standingAlone(insecureCode),
    language: 'python',
    cwes: [cwe],
  }));
}

/**
 * CyberSecEval, the code of the wild that its prompts were made from: some lines before and after a finding. Of
 * Python the part around the finding that parses is taken, for Ruff reads nothing else. A benchmark.
 */
export function loadCyberSecEval(path: string, lengths?: LengthLimits): LoadedSource {
  const { licence } = INSTRUCT_FILE;
  const parser = createPythonParser('corpus');
  const parses = (code: string) => parser(code).length === 0;
  return load(readSecureCoding(path), { source: 'cyberseceval', licence, lengths }, (row) => {
    const language = LANGUAGES.find((name) => name === row.language);
    if (language === undefined) return 'unknown-language';
    if (language !== 'python') return { code: standingAlone(row.originCode), language, cwes: [row.cwe] };
    const line = row.originCode.split('\n').indexOf(row.lineText);
    const code = line < 0 ? undefined : parsingPart(row.originCode, line, parses);
    return code === undefined ? 'no-part-parses' : { code, language, cwes: [row.cwe] };
  });
}

/** CodeLMSec, the beginnings with the code that finishes them. A benchmark. */
export function loadCodelmsec(path: string, lengths?: LengthLimits): LoadedSource {
  const { licence } = PAIRS_FILE;
  return load(readPromptCodePairs(path), { source: 'codelmsec', licence, lengths }, (row) => {
    const language = LANGUAGES.find((name) => name === row.language);
    if (language === undefined) return 'unknown-language';
    return { code: standingAlone(row.prompt + row.code), language, cwes: [row.cwe] };
  });
}

/** A file of one's own; what it says of origins counts, and a source that it names is a source of its own. */
export function loadOwnCode(path: string, lengths?: LengthLimits): LoadedSource[] {
  const rows = readCodeRows(path);
  const bySource = Map.groupBy(rows.rows, ({ value }) => value.origin.source);
  return [...bySource].map(([source, own], index) => {
    // Rows without a readable origin are the file's: they count once, with its first source.
    const problems = index === 0 ? rows.problems : [];
    const part = { rows: own, problems, count: own.length + problems.length };
    return load(part, { source, lengths }, ({ id, code, language, cwes, origin }, { place }) => {
      // Of an optional field that is not there the parsed row has no key.
      const rest = origin as Partial<Origin>;
      return { code: standingAlone(code), language, cwes, origin: { ...rest, place: `${place} ${id}` } };
    });
  });
}

function load<T>(
  { rows, problems, count }: Rows<T>,
  about: { readonly source: string; readonly licence?: string; readonly lengths?: LengthLimits | undefined },
  find: (row: T, at: Row<T>) => Found | string,
): LoadedSource {
  const { source, licence, lengths = DEFAULT_LENGTHS } = about;
  const dropped: Drops = {};
  if (problems.length > 0) countDrop(dropped, 'malformed', problems.length);
  const snippets = rows.flatMap((row): CorpusSnippet[] => {
    const found = find(row.value, row);
    const fault = typeof found === 'string' ? found : lengthFault(found.code, lengths);
    if (fault !== undefined) {
      countDrop(dropped, fault);
      return [];
    }
    const { origin, ...code } = found as Found;
    const from = { source, place: row.place, ...(licence !== undefined && { licence }) };
    return [{ ...code, origin: { ...from, ...origin } }];
  });
  return { source, snippets, problems, counts: { rows: count, snippets: snippets.length, dropped } };
}
