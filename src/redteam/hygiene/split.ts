/**
 * Train, development and test sides of a corpus with the same share of every weakness, category and source on each:
 * iterative stratification (Sechidis et al. 2011), label by label, the rarest first. What belongs together is never
 * torn apart: near-duplicates, a prompt and its jailbroken versions, prompts of one seed code.
 */
import { z } from 'zod';
import type { Task } from '../../oracles/task.ts';
import { Random } from '../../random.ts';
import { userTurnsOf } from './clean.ts';
import { DEFAULT_SIMILARITY, type SimilarityOptions } from './minhash.ts';
import { NearDuplicateIndex } from './near-duplicates.ts';

export const SIDES = ['train', 'development', 'test'] as const;
export type Side = (typeof SIDES)[number];

const share = z.number().min(0).max(1);

/** How much of the corpus goes where; a side with 0 stays empty. */
export const splitSharesSchema = z
  .strictObject({
    /** Share of the prompts to train on. */
    train: share.default(0.8),
    /** Share to choose settings by. */
    development: share.default(0.1),
    /** Share that is looked at once. */
    test: share.default(0.1),
  })
  .refine((shares) => Math.abs(shares.train + shares.development + shares.test - 1) < 1e-9, {
    message: 'train, development and test do not add up to 1',
  });
export type SplitShares = z.infer<typeof splitSharesSchema>;

export interface SplitOptions {
  readonly shares: SplitShares;
  readonly seed: number | string;
  readonly similarity?: SimilarityOptions;
}

export interface Split {
  /** The tasks of each side, in their order. */
  readonly sides: Readonly<Record<Side, readonly Task[]>>;
  /** Sets of tasks that stay together, single tasks among them. */
  readonly groups: number;
  /** tasksByLabel['CWE-89'].test: how even the split came out. */
  readonly tasksByLabel: Readonly<Record<string, Readonly<Record<Side, number>>>>;
}

export function stratifiedSplit(tasks: readonly Task[], options: SplitOptions): Split {
  const { shares, seed, similarity = DEFAULT_SIMILARITY } = options;
  const groups = groupsOf(tasks, similarity);
  const labels = tasks.map(labelsOf);
  const sideOf = stratify(
    groups.map((members) => ({ size: members.length, labels: members.flatMap((i) => labels[i]!) })),
    shares,
    seed,
  );
  const sideOfTask = new Array<Side>(tasks.length);
  for (const [g, members] of groups.entries()) for (const i of members) sideOfTask[i] = sideOf[g]!;
  const tasksByLabel: Record<string, Record<Side, number>> = {};
  for (const label of [...new Set(labels.flat())].sort())
    tasksByLabel[label] = { train: 0, development: 0, test: 0 };
  for (const [i, own] of labels.entries()) for (const label of own) tasksByLabel[label]![sideOfTask[i]!]++;
  const side = (name: Side) => tasks.filter((_, i) => sideOfTask[i] === name);
  return {
    sides: { train: side('train'), development: side('development'), test: side('test') },
    groups: groups.length,
    tasksByLabel,
  };
}

/** What each side should have its share of. */
function labelsOf({ source, cwes, provenance }: Task): string[] {
  const category = provenance.category === undefined ? [] : [`category ${provenance.category}`];
  return [`source ${source}`, ...[...new Set(cwes)].map((cwe) => `CWE-${cwe}`), ...category];
}

/** Positions of tasks that belong together, in order of their first. */
function groupsOf(tasks: readonly Task[], similarity: SimilarityOptions): number[][] {
  const sets = new DisjointSets(tasks.length);
  const index = new NearDuplicateIndex(similarity);
  const firstOf = new Map<string, number>();
  for (const [i, task] of tasks.entries()) {
    const fingerprint = index.fingerprint(userTurnsOf(task));
    for (const near of index.findAll(fingerprint)) sets.join(near.index, i);
    index.add(fingerprint);
    for (const key of lineageOf(task)) {
      const first = firstOf.get(key);
      if (first === undefined) firstOf.set(key, i);
      else sets.join(first, i);
    }
  }
  return [...Map.groupBy(tasks.keys(), (i) => sets.find(i)).values()];
}

/** Itself, the task that it is a jailbroken version of, the code that it was made from. */
function lineageOf({ id, provenance: { task, seed } }: Task): string[] {
  return [
    `task ${id}`,
    ...(task === undefined ? [] : [`task ${task}`]),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
  ];
}

interface Group {
  readonly size: number;
  /** One entry for each task that has the label. */
  readonly labels: readonly string[];
}

function stratify(groups: readonly Group[], shares: SplitShares, seed: number | string): Side[] {
  const open = SIDES.filter((side) => shares[side] > 0);
  const wantedOf = (tasks: number) => new Map(open.map((side) => [side, shares[side] * tasks]));
  // Tasks that each side still wants: of every label, and in all.
  const counts = Map.groupBy(
    groups.flatMap(({ labels }) => labels),
    (label) => label,
  );
  const wanted = new Map([...counts].map(([label, { length }]) => [label, wantedOf(length)]));
  const wantedInAll = wantedOf(groups.reduce((sum, { size }) => sum + size, 0));
  const withLabel = new Map([...wanted.keys()].sort().map((label) => [label, new Set<number>()]));
  for (const [g, { labels }] of groups.entries()) for (const label of labels) withLabel.get(label)!.add(g);

  const result = new Array<Side>(groups.length);
  for (let rarest = fewest(withLabel); rarest !== undefined; rarest = fewest(withLabel)) {
    const random = new Random(seed, 'split', rarest);
    // Large groups first: small ones even out what they leave.
    const order = random
      .shuffle([...withLabel.get(rarest)!].sort((a, b) => a - b))
      .sort((a, b) => groups[b]!.size - groups[a]!.size);
    for (const g of order) {
      const { size, labels } = groups[g]!;
      const side = neediest(open, [wanted.get(rarest)!, wantedInAll], random);
      result[g] = side;
      const take = (from: Map<Side, number>, tasks: number) => from.set(side, from.get(side)! - tasks);
      take(wantedInAll, size);
      for (const label of labels) {
        take(wanted.get(label)!, 1);
        withLabel.get(label)!.delete(g);
      }
    }
  }
  return result;
}

/** The label with the fewest groups that have no side yet; the first by name among equals. */
function fewest(withLabel: ReadonlyMap<string, ReadonlySet<number>>): string | undefined {
  let found: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const [label, { size }] of withLabel) if (size > 0 && size < least) [found, least] = [label, size];
  return found;
}

/** The side that wants most of the first; among equals of the second; among equals of both, a random one. */
function neediest(open: readonly Side[], wants: readonly ReadonlyMap<Side, number>[], random: Random): Side {
  let sides = open;
  for (const want of wants) {
    const most = Math.max(...sides.map((side) => want.get(side)!));
    sides = sides.filter((side) => want.get(side)! > most - 1e-9);
  }
  return random.pick(sides);
}

/** Union-find with path halving. */
class DisjointSets {
  readonly #parents: Uint32Array;

  constructor(size: number) {
    this.#parents = Uint32Array.from({ length: size }, (_, i) => i);
  }

  find(item: number): number {
    const parents = this.#parents;
    let at = item;
    while (parents[at] !== at) at = parents[at] = parents[parents[at]!]!;
    return at;
  }

  /** The smaller root stays: sets are named by their first item. */
  join(a: number, b: number): void {
    const [x, y] = [this.find(a), this.find(b)];
    this.#parents[Math.max(x, y)] = Math.min(x, y);
  }
}
