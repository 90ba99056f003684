/**
 * Deduplication and decontamination of 100,000 prompts: seconds and peak memory, beside Python's datasketch when it is
 * installed; and on a sample, every pair compared exactly: what banding misses against what it states. With --data the
 * prompts of public data sets are among them, and the benchmarks there are what training must not repeat.
 *
 * Usage: node bench/hygiene.ts [--prompts 100000] [--sample 5000] [--data FOLDER] [--seed 1] [--python python3]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CYSECBENCH_FILE, readCySecBench } from '../src/datasets/cysecbench.ts';
import { dataPath } from '../src/datasets/data-file.ts';
import { LEETCODE_TRAIN_FILE, readLeetCode } from '../src/datasets/leetcode.ts';
import { Random } from '../src/random.ts';
import { clean, figuresOf } from '../src/redteam/hygiene/clean.ts';
import type { EvaluationSet } from '../src/redteam/hygiene/decontaminate.ts';
import { deduplicate } from '../src/redteam/hygiene/deduplicate.ts';
import { DEFAULT_EVALUATION_SETS, evaluationSetsFrom } from '../src/redteam/hygiene/evaluation-sets.ts';
import {
  candidateProbability,
  DEFAULT_SIMILARITY,
  exactJaccard,
  shinglesOf,
} from '../src/redteam/hygiene/minhash.ts';
import { type Fingerprint, NearDuplicateIndex } from '../src/redteam/hygiene/near-duplicates.ts';
import { type BenchPrompt, benchPrompts, edited } from './hygiene-corpus.ts';

const { values } = parseArgs({
  options: {
    prompts: { type: 'string', default: '100000' },
    sample: { type: 'string', default: '5000' },
    data: { type: 'string' },
    seed: { type: 'string', default: '1' },
    python: { type: 'string', default: 'python3' },
  },
});
const seed = Number(values.seed);
const options = DEFAULT_SIMILARITY;
const same = (text: string): string => text;
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const sets = values.data === undefined ? [madeSet()] : realSets(values.data);
const made = madePrompts();
const prompts = made.map(({ text }) => text);
const lengths = prompts.map((text) => text.split(/\s+/).length).sort((a, b) => a - b);
const at = (share: number) => lengths[Math.floor(share * (lengths.length - 1))];
console.log(`# Hygiene of ${prompts.length} prompts\n`);
console.log(`Words of a prompt: median ${at(0.5)}, 90 % up to ${at(0.9)}, longest ${at(1)}.`);
console.log(`Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()}).\n`);

const ours = measure();
peer();
describeDrops();
checkSample();

/** Prompts that nobody may train on, when there are no files of any. */
function madeSet(): EvaluationSet {
  return {
    name: 'made',
    texts: benchPrompts(4_000, { seed: seed + 1_000, copies: 0 }).map(({ text }) => text),
  };
}

function realSets(folder: string): readonly EvaluationSet[] {
  const { sets: found, missing, problems } = evaluationSetsFrom(folder, DEFAULT_EVALUATION_SETS);
  const texts = found.reduce((sum, set) => sum + set.texts.length, 0);
  console.log(`${found.length} evaluation sets, ${texts} texts; rows not readable: ${problems.length}.`);
  console.log(`No file of: ${missing.map(({ name }) => name).join(', ') || 'none'}.\n`);
  return found;
}

/** Made prompts with near-duplicates, public ones, and edited entries of the evaluation sets, shuffled. */
function madePrompts(): BenchPrompt[] {
  const random = new Random(seed, 'bench hygiene');
  const held = sets.flatMap(({ texts }) => texts);
  const leaks = Array.from({ length: 1_000 }, () => ({ text: edited(random.pick(held), random) }));
  const real = values.data === undefined ? [] : publicPrompts(values.data).map((text) => ({ text }));
  const rest = Math.max(0, Number(values.prompts) - real.length - leaks.length);
  return [...benchPrompts(rest, { seed, copies: 0.15 }), ...random.shuffle([...real, ...leaks])].slice(
    0,
    Number(values.prompts),
  );
}

function publicPrompts(folder: string): string[] {
  const malicious = readCySecBench(dataPath(folder, CYSECBENCH_FILE)).rows;
  const coding = readLeetCode(dataPath(folder, LEETCODE_TRAIN_FILE)).rows;
  return [...malicious, ...coding].map(({ value }) => value.prompt);
}

function measure() {
  const before = process.cpuUsage();
  const began = performance.now();
  const cleaned = clean(prompts, same, sets);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  const figures = figuresOf(cleaned, sets, options.threshold);
  const megabytes = process.resourceUsage().maxRSS / 1024;
  console.log('| | seconds | processor seconds | peak memory, MB | contaminated | duplicates | kept |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  console.log(
    `| purpcode, one thread | ${seconds.toFixed(1)} | ${((user + system) / 1e6).toFixed(1)} | ` +
      `${megabytes.toFixed(0)} | ${figures.contaminated} | ${figures.duplicates} | ${figures.kept} |`,
  );
  return { seconds, processorSeconds: (user + system) / 1e6, figures };
}

interface PeerFigures {
  readonly version: string;
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly peakMegabytes: number;
  readonly contaminated: number;
  readonly duplicates: number;
  readonly kept: number;
}

function peer(): void {
  if (spawnSync(values.python, ['-c', 'import datasketch']).status !== 0) {
    console.log(`\nNo peer: ${values.python} has no datasketch.`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'purpcode-bench-'));
  try {
    const write = (name: string, texts: readonly string[]): string => {
      const path = join(folder, name);
      writeFileSync(path, texts.map((text) => `${JSON.stringify(text)}\n`).join(''));
      return path;
    };
    const held = sets.flatMap(({ texts }) => texts);
    const files = [write('held.jsonl', held), write('prompts.jsonl', prompts)];
    const { permutations, bands, rows, threshold } = options;
    const numbers = [permutations, bands, rows, threshold].map(String);
    const script = join(import.meta.dirname, 'hygiene-peer.py');
    const output = execFileSync(values.python, [script, ...files, ...numbers], { encoding: 'utf8' });
    const theirs = JSON.parse(output) as PeerFigures;
    console.log(
      `| datasketch ${theirs.version} | ${theirs.seconds.toFixed(1)} | ${theirs.processorSeconds.toFixed(1)} | ` +
        `${theirs.peakMegabytes.toFixed(0)} | ${theirs.contaminated} | ${theirs.duplicates} | ${theirs.kept} |`,
    );
    const ratio = (of: 'seconds' | 'processorSeconds') => (theirs[of] / ours[of]).toFixed(1);
    console.log(
      `\nRatio of seconds ${ratio('seconds')}×, of processor seconds ${ratio('processorSeconds')}×.`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function describeDrops(): void {
  const [oneMinute] = loadavg();
  console.log(`Load of the machine over the last minute: ${oneMinute!.toFixed(1)} processes.\n`);
  console.log('| evaluation set | exact | near |\n| --- | ---: | ---: |');
  for (const [set, { exact, near }] of Object.entries(ours.figures.bySet))
    console.log(`| ${set} | ${exact} | ${near} |`);
  console.log('\n| similarity of a duplicate, from | dropped |\n| --- | ---: |');
  for (const [from, count] of Object.entries(ours.figures.duplicatesBySimilarity))
    console.log(`| ${from} | ${count} |`);
  console.log('');
}
/** Every pair of a sample that is rich in near-duplicates: originals with their copies, then others. */
function checkSample(): void {
  const random = new Random(seed, 'bench sample');
  const size = Math.min(Number(values.sample), prompts.length);
  const linked = random
    .shuffle([...made.keys()].filter((i) => made[i]!.copyOf !== undefined))
    .flatMap((i) => [made[i]!.copyOf!, i]);
  const chosen = new Set(linked.slice(0, Math.floor(0.7 * size)));
  for (const i of random.shuffle([...made.keys()])) if (chosen.size < size) chosen.add(i);
  const texts = [...chosen].sort((a, b) => a - b).map((i) => prompts[i]!);

  const index = new NearDuplicateIndex(options);
  const prints = texts.map((text) => index.fingerprint(text));
  const bins = pairsBySimilarity(prints);
  console.log(`## Every pair of ${texts.length} prompts\n`);
  console.log(
    '| similarity | pairs | expected missed by 50 × 5 | observed | expected share | observed share |',
  );
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const [bin, { pairs, expected, missed }] of bins) {
    const shares = `${percent(expected / pairs)} | ${percent(missed / pairs)}`;
    console.log(`| ${bin} | ${pairs} | ${expected.toFixed(2)} | ${missed} | ${shares} |`);
  }

  const sets = texts.map((text) => shinglesOf(text, options.shingleWords));
  const exact: number[] = [];
  for (const [i, set] of sets.entries())
    if (!exact.some((j) => exactJaccard(sets[j]!, set) >= options.threshold)) exact.push(i);
  const kept = deduplicate([...texts.keys()], (i) => texts[i]!).kept;
  const [ofExact, ofKept] = [new Set(exact), new Set(kept)];
  const differ = kept.filter((i) => !ofExact.has(i)).length + exact.filter((i) => !ofKept.has(i)).length;
  console.log(
    `\nKept: ${kept.length} by MinHash, ${exact.length} by comparing all pairs; ${differ} texts differ.`,
  );
}

interface PairCounts {
  pairs: number;
  /** Sum over the pairs of the probability that no band agrees. */
  expected: number;
  missed: number;
}

function pairsBySimilarity(prints: readonly Fingerprint[]): [string, PairCounts][] {
  const bins = Array.from({ length: 11 }, (): PairCounts => ({ pairs: 0, expected: 0, missed: 0 }));
  for (const [i, a] of prints.entries())
    for (const b of prints.slice(0, i)) {
      const similarity = exactJaccard(a.shingles, b.shingles);
      if (similarity < 0.2) continue;
      // Steps of 0.1; the epsilon keeps 0.7 from being 0.69999.
      const bin = bins[Math.floor(similarity * 10 + 1e-9)]!;
      bin.pairs++;
      bin.expected += 1 - candidateProbability(similarity, options);
      if (!a.keys.some((key, band) => key === b.keys[band])) bin.missed++;
    }
  return bins.flatMap((counts, i): [string, PairCounts][] => {
    const name = i === 10 ? '1.0' : `${(i / 10).toFixed(1)}–${((i + 1) / 10).toFixed(1)}`;
    return counts.pairs === 0 ? [] : [[name, counts]];
  });
}
