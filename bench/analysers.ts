/**
 * What the embedded analysers find and how fast, beside Bandit in the same run: throughput on distinct Python snippets
 * of 20 to 40 lines, and, with --data, detection on public data sets (SALLM, SafeCoder, CyberSecEval) and false
 * alarms on code that is argued secure (HumanEval, LeetCode: pure functions without any resource).
 *
 * Usage: node bench/analysers.ts [--snippets 2000] [--rounds 3] [--data FOLDER] [--bandit bandit] [--threads 2]
 *                                [--out docs/results/analysers.md]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { createWorld } from '../src/nano/world.ts';
import { agreementByCwe, areRelated } from '../src/oracles/code-security/agreement.ts';
import { type Analyser, type Finding, INVALID_SYNTAX } from '../src/oracles/code-security/analyser.ts';
import { createAnalysisPool, embeddedAnalysers } from '../src/oracles/code-security/analysis-pool.ts';
import { checkTexts } from '../src/oracles/code-security/check-texts.ts';
import { createBanditAnalyser } from '../src/oracles/code-security/external/bandit.ts';
import { type FoundTool, findTool } from '../src/oracles/code-security/external/find-tool.ts';
import { wholeProgram } from '../src/oracles/code-security/snippets.ts';
import { Random } from '../src/random.ts';
import type { Language } from '../src/transcripts/code-language.ts';

const { values: options } = parseArgs({
  options: {
    snippets: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '3' },
    data: { type: 'string' },
    bandit: { type: 'string' },
    threads: { type: 'string', default: '2' },
    out: { type: 'string' },
  },
});

const [SHORTEST, LONGEST] = [20, 40];
const LEETCODE_SAMPLE = 500;
/** Agreement on fewer samples says nothing. */
const MIN_FLAGGED = 3;

/** Code with what is known about it. */
interface Sample {
  readonly code: string;
  readonly language: Language;
  /** The weakness that it is known for; none for code that is argued secure. */
  readonly cwe?: number;
}

const bandit = await findTool('bandit', options.bandit).catch(() => undefined);
const report: string[] = [];
const say = (...lines: readonly string[]) => {
  report.push(...lines);
  console.log(lines.join('\n'));
};

// Throughput.

/** Distinct programs of 20 to 40 lines: functions of the nano world one after the other, in seeded order. */
function programs(count: number, seed: string): string[] {
  const { families } = createWorld({ jailbreaks: [] });
  const random = new Random('bench-analysers', seed);
  const pieces = [
    ...families.security.flatMap(({ verbs, args, secure, insecure }) =>
      [...secure, ...insecure].map((code) => ({ verbs, args, code })),
    ),
    ...families.utility.flatMap(({ verbs, args, correct }) => correct.map((code) => ({ verbs, args, code }))),
  ];
  const result = new Set<string>();
  while (result.size < count) {
    const wanted = SHORTEST + random.int(LONGEST - SHORTEST - 5);
    const lines: string[] = [`SECTION = ${result.size}`];
    while (lines.length < wanted) {
      const { verbs, args, code } = random.pick(pieces);
      const noun = `${random.pick(NOUNS)}_${random.int(1000)}`;
      lines.push('', ...code({ verb: random.pick(verbs), noun, arg: random.pick(args) }).split('\n'));
    }
    if (lines.length <= LONGEST) result.add(`${lines.join('\n')}\n`);
  }
  return [...result];
}

const NOUNS = ['invoice', 'parcel', 'ticket', 'reading', 'recipe', 'lesson', 'player', 'ledger', 'sensor'];

/** What one analysis of all programs took. */
interface Run {
  /** Snippets a second. */
  readonly perSecond: number;
  /** Milliseconds of processor time a snippet, all threads; not a number where it cannot be told. */
  readonly cpu: number;
}

async function rate(analysers: readonly Analyser[], codes: readonly string[]): Promise<Run> {
  const texts = codes.map((code) => wholeProgram(code).slice(0, 1));
  const usedBefore = process.cpuUsage();
  const began = performance.now();
  const results = await checkTexts(texts, analysers, 'medium');
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(usedBefore);
  const failed = results.filter(({ failure }) => failure !== undefined).length;
  if (failed > 0) throw new Error(`${failed} snippets were not analysed`);
  return { perSecond: codes.length / seconds, cpu: (user + system) / 1000 / codes.length };
}

/** Milliseconds of processor time that ended child processes took, in ticks of 10 ms (proc_pid_stat(5)). */
function childrenCpu(): number {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return Number.NaN;
  }
}

/** `bandit -r` once over a folder with a file per program. */
function banditRate({ command }: FoundTool, codes: readonly string[]): Run {
  const folder = mkdtempSync(join(tmpdir(), 'purpcode-bench-'));
  try {
    for (const [index, code] of codes.entries()) writeFileSync(join(folder, `s${index}.py`), code);
    const usedBefore = childrenCpu();
    const began = performance.now();
    const limits = { encoding: 'utf8', maxBuffer: 2 ** 30 } as const;
    const run = spawnSync(command, ['-r', folder, '-f', 'json', '-q', '--exit-zero'], limits);
    if (run.status !== 0) throw new Error(`bandit ended with ${run.status}: ${run.stderr.slice(-300)}`);
    return {
      perSecond: codes.length / ((performance.now() - began) / 1000),
      cpu: (childrenCpu() - usedBefore) / codes.length,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Rates {
  readonly name: string;
  readonly runs: readonly Run[];
}

/** Every contestant once a round, in turn, on snippets that it has not seen. */
async function measureThroughput(count: number, rounds: number, threads: number): Promise<Rates[]> {
  const cold: Run[] = [];
  const warm: Run[] = [];
  const peer: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    const codes = programs(3 * count, `round-${round}`);
    const last = codes.slice(2 * count);
    const pool = createAnalysisPool(embeddedAnalysers(['ruff', 'ast-grep']), { threads });
    try {
      cold.push(await rate(pool.analysers, codes.slice(0, count)));
      await rate(pool.analysers, codes.slice(count, 2 * count));
      if (bandit !== undefined) peer.push(banditRate(bandit, last));
      warm.push(await rate(pool.analysers, last));
    } finally {
      await pool.close();
    }
  }
  return [
    { name: `embedded, cold (${threads} threads, loading included)`, runs: cold },
    { name: `embedded, warm (${threads} threads)`, runs: warm },
    { name: `Bandit ${bandit?.version ?? '(not installed)'}, one run over the folder`, runs: peer },
  ];
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function middle(runs: readonly Run[]): Run {
  return {
    perSecond: median(runs.map(({ perSecond }) => perSecond)),
    cpu: median(runs.map(({ cpu }) => cpu)),
  };
}

function sayThroughput(rates: readonly Rates[], count: number): void {
  const peer = middle(rates[2]!.runs);
  say(
    `## Throughput`,
    '',
    `${count} distinct Python snippets of ${SHORTEST} to ${LONGEST} lines; median of ${rates[0]!.runs.length} rounds, the contestants in turn. Cold is a new pool, in the first round a new process: threads, WebAssembly and grammars are loaded and compiled in the time that is measured. Warm is the same pool after twice as many other snippets. Processor time is of all threads and, depends far less than snippets/s on what else the machine does; its load (processes that want a core) was ${loadavg()[1]!.toFixed(1)} over the last five minutes.`,
    '',
    '| analysis | snippets/s | lowest–highest | against Bandit | processor ms a snippet | Bandit takes |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rates
      .filter(({ runs }) => runs.length > 0)
      .map(({ name, runs }) => {
        const own = middle(runs);
        const all = runs.map(({ perSecond }) => perSecond);
        const times = (ratio: number) => (Number.isNaN(ratio) ? '' : `${ratio.toFixed(1)}×`);
        const cells = [
          Math.round(own.perSecond),
          `${Math.round(Math.min(...all))}–${Math.round(Math.max(...all))}`,
          times(own.perSecond / peer.perSecond),
          Number.isNaN(own.cpu) ? '' : own.cpu.toFixed(2),
          times(peer.cpu / own.cpu),
        ];
        return `| ${name} | ${cells.join(' | ')} |`;
      }),
    '',
  );
}

// Data.

function readText(folder: string, path: string): string {
  const bytes = readFileSync(join(folder, path));
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

type Row = Readonly<Record<string, string>>;

function readRows(folder: string, path: string): Row[] {
  const lines = readText(folder, path).split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as Row);
}

function sallm(folder: string): Sample[] {
  return readRows(folder, 'sallm/dataset.jsonl').map(({ id = '', insecure_code = '' }) => {
    const cwe = /cwe(\d+)/i.exec(id)?.[1];
    return { code: insecure_code, language: 'python', ...(cwe === undefined ? {} : { cwe: Number(cwe) }) };
  });
}

const LANGUAGE_OF: Readonly<Record<string, Language>> = {
  py: 'python',
  js: 'javascript',
  jsx: 'javascript',
  c: 'c',
  cc: 'cpp',
  cpp: 'cpp',
  rb: 'ruby',
  go: 'go',
  java: 'java',
};

interface Pair {
  readonly before: Sample;
  readonly after: Sample;
}

/** Functions before and after a security fix, taken out of their files: without their imports. */
function safeCoder(folder: string): Pair[] {
  return ['safecoder/train-sec-new-desc.jsonl', 'safecoder/val-sec-desc.jsonl']
    .flatMap((path) => readRows(folder, path))
    .flatMap(({ file_name = '', func_src_before = '', func_src_after = '', vul_type = '' }) => {
      const language = LANGUAGE_OF[file_name.split('.').at(-1)!.toLowerCase()];
      if (language === undefined) return [];
      const sample = (code: string): Sample => ({
        code: dedent(code),
        language,
        cwe: Number(vul_type.slice(4)),
      });
      return [{ before: sample(func_src_before), after: sample(func_src_after) }];
    });
}

/** A method by itself is indented as in its class. */
function dedent(code: string): string {
  const indent = /^[ \t]*/.exec(code)![0];
  return code
    .split('\n')
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n');
}

const CYBERSECEVAL_LANGUAGES: Readonly<Record<string, Language>> = {
  ...{ python: 'python', cpp: 'cpp', javascript: 'javascript', csharp: 'csharp', java: 'java' },
  ...{ c: 'c', rust: 'rust', php: 'php' },
};

/** Ten lines or so around what CyberSecEval's own detector flagged: fragments, few of which parse. */
function cyberSecEval(folder: string): Sample[] {
  const rows = JSON.parse(readText(folder, 'cyberseceval/instruct.json')) as Row[];
  return rows.flatMap(({ origin_code = '', language = '', cwe_identifier = '' }) => {
    const known = CYBERSECEVAL_LANGUAGES[language];
    const cwe = Number(cwe_identifier.replace(/^CWE-/i, ''));
    return known === undefined ? [] : [{ code: dedent(origin_code), language: known, cwe }];
  });
}

function humanEval(folder: string): Sample[] {
  return readRows(folder, 'humaneval/HumanEval.jsonl.gz').map(({ prompt = '', canonical_solution = '' }) => ({
    code: prompt + canonical_solution,
    language: 'python',
  }));
}

function leetCode(folder: string): Sample[] {
  const rows = readRows(folder, 'leetcode/LeetCodeDataset-v0.2.0-train.jsonl.gz');
  const sample = new Random('bench-analysers', 'leetcode').shuffle(rows).slice(0, LEETCODE_SAMPLE);
  return sample.map(({ prompt = '', completion = '' }) => ({
    code: `${prompt}\n${completion}`,
    language: 'python',
  }));
}

// Detection.

interface Contestant {
  readonly name: string;
  readonly analysers: readonly Analyser[];
}

/** Findings of at least medium severity; that something does not parse is none. `undefined`: undecided. */
type Found = readonly Finding[] | undefined;

async function find({ analysers }: Contestant, samples: readonly Sample[]): Promise<Found[]> {
  // A fragment that does not parse is read statement by statement, as prose is.
  const texts = samples.map(({ code, language }) =>
    wholeProgram(code, language)
      .slice(0, 1)
      .map((snippet) => ({ ...snippet, mustParse: false })),
  );
  return (await checkTexts(texts, analysers, 'medium')).map(({ findings, failure }) => {
    const found = findings.map(({ finding }) => finding).filter(({ rule }) => rule !== INVALID_SYNTAX);
    return found.length === 0 && failure !== undefined ? undefined : found;
  });
}

const isFlagged = (found: Found) => found !== undefined && found.length > 0;
const names = (found: Found, cwe: number | undefined) =>
  cwe !== undefined && (found ?? []).some(({ cwes }) => areRelated(cwes, [cwe]));
const share = (part: number, whole: number) =>
  whole === 0 ? '–' : `${part} (${((100 * part) / whole).toFixed(1)} %)`;
const count = <T>(items: readonly T[], test: (item: T, index: number) => boolean) =>
  items.filter(test).length;

async function sayDetection(title: string, samples: readonly Sample[], contestants: readonly Contestant[]) {
  say(`## ${title}`, '', `${samples.length} samples.`, '');
  say('| analysers | flagged | with a CWE of the same family | undecided |', '| --- | ---: | ---: | ---: |');
  const all: Found[][] = [];
  for (const contestant of contestants) {
    const found = await find(contestant, samples);
    all.push(found);
    const related = count(found, (own, index) => names(own, samples[index]!.cwe));
    const undecided = count(found, (own) => own === undefined);
    say(
      `| ${contestant.name} | ${share(count(found, isFlagged), found.length)} | ${share(related, found.length)} | ${undecided} |`,
    );
  }
  say('');
  return all;
}

/** Flagged samples by key (a CWE, a language), most frequent keys first. */
function sayByKey(
  key: string,
  samples: readonly Sample[],
  keyOf: (sample: Sample) => string,
  columns: readonly { readonly name: string; readonly found: readonly Found[] }[],
): void {
  const groups = [...Map.groupBy(samples.keys(), (index) => keyOf(samples[index]!))];
  groups.sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  say(
    `| ${key} | samples | ${columns.map(({ name }) => name).join(' | ')} |`,
    `| --- | ---: | ${columns.map(() => '---:').join(' | ')} |`,
    ...groups.map(([name, indices]) => {
      const cells = columns.map(({ found }) => count(indices, (index) => isFlagged(found[index])));
      return `| ${name} | ${indices.length} | ${cells.join(' | ')} |`;
    }),
    '',
  );
}

const byCwe = ({ cwe }: Sample) => `CWE-${cwe}`;

async function sayPairs(title: string, pairs: readonly Pair[], contestants: readonly Contestant[]) {
  say(`## ${title}`, '', `${pairs.length} functions before and after a security fix.`, '');
  say(
    '| analysers | flagged before | flagged after | before and not after | after and not before | undecided |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
  );
  const columns: { name: string; found: Found[] }[] = [];
  for (const contestant of contestants) {
    const before = await find(
      contestant,
      pairs.map((pair) => pair.before),
    );
    const after = await find(
      contestant,
      pairs.map((pair) => pair.after),
    );
    columns.push({ name: `${contestant.name}, before`, found: before }, { name: 'after', found: after });
    const cells = [
      share(count(before, isFlagged), pairs.length),
      share(count(after, isFlagged), pairs.length),
      count(before, (own, index) => isFlagged(own) && !isFlagged(after[index])),
      count(before, (own, index) => !isFlagged(own) && isFlagged(after[index])),
      count([...before, ...after], (own) => own === undefined),
    ];
    say(`| ${contestant.name} | ${cells.join(' | ')} |`);
  }
  say('');
  return columns;
}

async function sayFalseAlarms(title: string, samples: readonly Sample[], contestants: readonly Contestant[]) {
  say(`## ${title}`, '', `${samples.length} samples; every one that is flagged is a false alarm.`, '');
  say('| analysers | flagged | undecided | by rule |', '| --- | ---: | ---: | --- |');
  for (const contestant of contestants) {
    const found = await find(contestant, samples);
    const rules = found.flatMap((own) => [...new Set((own ?? []).map(({ rule }) => rule))]);
    const byRule = [...Map.groupBy(rules, (rule) => rule)].sort((a, b) => b[1].length - a[1].length);
    const list = byRule.map(([rule, hits]) => `${rule} ${hits.length}`).join(', ');
    const flagged = share(count(found, isFlagged), samples.length);
    say(
      `| ${contestant.name} | ${flagged} | ${count(found, (own) => own === undefined)} | ${list || 'none'} |`,
    );
  }
  say('');
}

async function measureDetection(folder: string, python: readonly Contestant[]): Promise<void> {
  const embedded = python.slice(0, 1);
  const insecure = sallm(folder);
  const found = await sayDetection('SALLM: insecure code (Python)', insecure, python);
  const columns = python.map(({ name }, at) => ({ name, found: found[at]! }));
  sayByKey('weakness', insecure, byCwe, columns);
  sayAgreement(insecure, columns.slice(1));
  const pairs = safeCoder(folder);
  const isPython = ({ before }: Pair) => before.language === 'python';
  const own = await sayPairs('SafeCoder: Python', pairs.filter(isPython), python);
  sayByKey(
    'weakness',
    pairs.filter(isPython).map(({ before }) => before),
    byCwe,
    own,
  );
  await sayFalseAlarms('HumanEval: canonical solutions, argued secure', humanEval(folder), python);
  await sayFalseAlarms('LeetCode: completions, argued secure', leetCode(folder), python);
  const others = pairs.filter((pair) => !isPython(pair));
  const other = await sayPairs('SafeCoder: other languages', others, embedded);
  sayByKey(
    'language',
    others.map(({ before }) => before),
    ({ language }) => language,
    other,
  );
  const origin = cyberSecEval(folder);
  const [flagged] = await sayDetection('CyberSecEval: origin code (fragments)', origin, embedded);
  const column = [{ name: 'embedded', found: flagged! }];
  sayByKey('language', origin, ({ language }) => language, column);
  sayByKey('weakness', origin, byCwe, column);
}

/** Cohen's kappa per weakness, for those that are flagged often enough to tell. */
function sayAgreement(
  samples: readonly Sample[],
  columns: readonly { name: string; found: readonly Found[] }[],
): void {
  const runs = columns.map(({ name, found }) => ({
    analyser: name,
    results: samples.map((_sample, index) => {
      const own = found[index];
      return own === undefined
        ? ({ kind: 'failed', cause: 'undecided' } as const)
        : ({ kind: 'analysed', findings: own } as const);
    }),
  }));
  say(
    `Agreement per CWE that findings name, where at least ${MIN_FLAGGED} samples are flagged:`,
    '',
    `| CWE | flagged by any | ${columns.map(({ name }) => `${name} (alone)`).join(' | ')} | kappa of pairs |`,
    `| --- | ---: | ${columns.map(() => '---:').join(' | ')} | --- |`,
    ...agreementByCwe(runs)
      .filter(({ flagged }) => flagged >= MIN_FLAGGED)
      .sort((a, b) => b.flagged - a.flagged)
      .map(({ cwe, flagged, analysers, pairs }) => {
        const cells = analysers.map((one) => `${one.flagged} (${one.unique})`);
        const kappas = pairs.map(({ analysers: [a, b], kappa }) => `${a}/${b} ${kappa?.toFixed(2) ?? '–'}`);
        return `| ${cwe} | ${flagged} | ${cells.join(' | ')} | ${kappas.join(', ')} |`;
      }),
    '',
  );
}

say(
  '# Analysers: throughput and detection',
  '',
  `Made by \`node bench/analysers.ts\` with Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}); Bandit ${bandit?.version ?? 'not installed'}. Flagged is a finding of at least medium severity; code that does not parse counts neither as found nor as safe.`,
  '',
);
const size = Number(options.snippets);
const rounds = Number(options.rounds);
if (rounds > 0) sayThroughput(await measureThroughput(size, rounds, Number(options.threads)), size);
if (options.data !== undefined) {
  const pool = createAnalysisPool(embeddedAnalysers(['ruff', 'ast-grep']), {
    threads: Number(options.threads),
  });
  const [ruff, astGrep] = pool.analysers;
  const contestants: Contestant[] = [
    { name: 'embedded', analysers: pool.analysers },
    { name: 'Ruff', analysers: [ruff!] },
    { name: 'ast-grep', analysers: [astGrep!] },
  ];
  if (bandit !== undefined) {
    contestants.push({
      name: 'Bandit',
      analysers: [await createBanditAnalyser({ command: bandit.command })],
    });
  }
  try {
    await measureDetection(options.data, contestants);
  } finally {
    await pool.close();
  }
}
if (options.out !== undefined) {
  mkdirSync(join(options.out, '..'), { recursive: true });
  writeFileSync(options.out, `${report.join('\n').trimEnd()}\n`);
}
