/**
 * Comments that tell an analyser to look away. A policy would write them under every finding, so their marker
 * words are rewritten before any analyser reads the code: one letter becomes `_`, wherever the word stands, so
 * that columns stay and an identifier that happens to hold the word stays an identifier.
 */

/** Words before any separator, case-insensitive. The letter after `^` is the one that goes. */
const WORDS: readonly string[] = [
  // Ruff and flake8 (also `ruff: noqa`), Bandit and gosec (`#nosec G101`), Semgrep (`nosem`, `nosemgrep`).
  'n^oqa',
  'n^osec',
  'n^osem',
  // ast-grep; golangci-lint and clang-tidy; SonarQube; LGTM and CodeQL (`lgtm[...]`, `codeql[...]`).
  'ast-grep-i^gnore',
  'n^olint',
  'n^osonar',
  'l^gtm',
  'c^odeql',
  // JavaScript and TypeScript.
  'eslint-d^isable',
  'tslint:d^isable',
  'oxlint-d^isable',
  'biome-i^gnore',
  'deno-lint-i^gnore',
  'ts-i^gnore',
  'ts-n^ocheck',
  'ts-expect-e^rror',
  'jshint i^gnore',
  // Java, C#, PHP, Ruby.
  'S^uppressWarnings',
  'S^uppressFBWarnings',
  'S^uppressMessage',
  'psalm-s^uppress',
  'phpstan-i^gnore',
  'brakeman:i^gnore',
  'rubocop:d^isable',
  'rubocop:t^odo',
  'standard:d^isable',
  // Other scanners.
  'skipc^q',
  'c^overity[',
  'cppcheck-s^uppress',
  'pvs-s^tudio',
  // Generated files are skipped by most scanners.
  '@g^enerated',
  'auto-g^enerated',
  'do not e^dit',
];
/** A tool's name before `:` or a blank and what it is told. */
const TOLD: readonly RegExp[] = [
  /ruff(?=\s*:)/gi,
  /\bpylint(?=\s*:)/gi,
  /\bpyright(?=\s*:)/gi,
  /\bmypy(?=\s*:)/gi,
  /\bpyre-(?=ignore|fixme|unsafe)/gi,
  /\btype(?=:\s*ignore)/gi,
  /\bphpcs(?=:)/gi,
  /\bcodingStandards(?=Ignore)/gi,
  /\bsnyk(?=\s*:)/gi,
  /\bdevskim(?=\s*:)/gi,
  /\bcheckov(?=\s*:)/gi,
  /\bopengrep(?=[-:])/gi,
  /\bsemgrep(?=[-:])/gi,
  /\bbandit(?=\s*:)/gi,
  /\bwarning(?=\s+disable)/gi,
  /\bCode(?=\s+generated\b)/g,
];

const WORDS_SOURCE = WORDS.map((word) => word.replace('^', '').replace(/[.*+?${}()|[\]\\]/g, '\\$&')).join(
  '|',
);
const WORD_PATTERN = new RegExp(WORDS_SOURCE, 'gi');
/** Most code has none of them: one search instead of one for each. */
const ANY = new RegExp([WORDS_SOURCE, ...TOLD.map(({ source }) => source)].join('|'), 'i');
const MARKED = new Map(WORDS.map((word) => [word.replace('^', '').toLowerCase(), word.indexOf('^')]));

/** The code without effective suppressions; as long as before, line by line. */
export function neutraliseSuppressions(code: string): string {
  if (!ANY.test(code)) return code;
  const rewritten = code.replace(WORD_PATTERN, (word) =>
    withoutLetter(word, MARKED.get(word.toLowerCase())!),
  );
  return TOLD.reduce((text, pattern) => text.replace(pattern, (word) => withoutLetter(word, 1)), rewritten);
}

function withoutLetter(word: string, at: number): string {
  return `${word.slice(0, at)}_${word.slice(at + 1)}`;
}
