/**
 * Black-box search (SPEC "Jailbreak families"): a population of prompts for every goal, asked, verified and varied
 * until an oracle fails or the budget is used up. All goals go on in step, so that the oracles see one batch a round.
 * A function of its options and the models' replies: a killed search goes on from the cache.
 */
import { contentKey } from '../../content-key.ts';
import { mapConcurrent } from '../../models/map-concurrent.ts';
import type { Task } from '../../oracles/task.ts';
import { Random } from '../../random.ts';
import type { Message } from '../../transcripts/message.ts';
import type { Asked, Candidate, SearchOptions, SearchState } from './candidate.ts';
import type { AttackGoal } from './goal.ts';
import { drawComposition, primitivesFor } from './library.ts';
import { attackedTask } from './library-tasks.ts';
import { applyPrimitives } from './primitive.ts';
import { progressOf } from './progress.ts';
import type { TargetAnswer } from './target.ts';
import { propose } from './variation.ts';

export interface SearchResult {
  readonly goal: AttackGoal;
  /** The first prompt that an oracle failed the answer to. */
  readonly winner: Asked | undefined;
  /** All that were tried, in order. */
  readonly asked: readonly Asked[];
}

/** Results in the order of the goals. @throws ModelError when there is no use in going on. */
export async function searchJailbreaks(
  goals: readonly AttackGoal[],
  options: SearchOptions,
): Promise<SearchResult[]> {
  const states = goals.map((goal): SearchState => {
    const library = primitivesFor(options.library, goal.task);
    return { goal, library, asked: [], keys: new Set(), winner: undefined, exhausted: false };
  });
  const isOpen = ({ winner, exhausted, asked }: SearchState) =>
    winner === undefined && !exhausted && asked.length < options.limits.prompts;
  for (let round = 0; states.some(isOpen); round++) {
    await searchRound(states.filter(isOpen), round, options);
    options.onRound?.(states.filter((state) => !isOpen(state)).length);
  }
  return states.map(({ goal, winner, asked }) => ({ goal, winner, asked }));
}

/** What was tried as a task with the oracles of the original; provenance tells how it came about. */
export function searchedTask({ task }: AttackGoal, { turns, operators, round }: Asked): Task {
  return attackedTask(task, [...task.messages.slice(0, -1), ...turns], {
    jailbreak: operators.join(' > '),
    jailbreakFamily: 'search',
    rounds: round + 1,
  });
}

async function searchRound(
  states: readonly SearchState[],
  round: number,
  options: SearchOptions,
): Promise<void> {
  const proposed = await proposals(states, round, options);
  const ask = async ({ state, turns }: (typeof proposed)[number]): Promise<TargetAnswer> =>
    options.target.ask([...state.goal.task.messages.slice(0, -1), ...turns]);
  const limit = { limit: options.target.concurrency };
  const answers = await Array.fromAsync(mapConcurrent(proposed, limit, ask));
  const verdicts = await options.oracle.check(
    proposed.map(({ state }, index) => ({ task: state.goal.task, answer: answers[index]! })),
  );
  for (const [index, { state, candidate, turns }] of proposed.entries()) {
    const [answer, verdict] = [answers[index]!, verdicts[index]!];
    const progress = progressOf(state.goal, answer, verdict);
    const asked: Asked = { ...candidate, turns, round, answer, verdict, progress };
    state.asked.push(asked);
    if (verdict.kind === 'broken') state.winner ??= asked;
  }
}

interface Proposed {
  readonly state: SearchState;
  readonly candidate: Candidate;
  readonly turns: readonly Message[];
}

/** New candidates of all goals, at most `width` each and none that was asked before. */
async function proposals(
  states: readonly SearchState[],
  round: number,
  options: SearchOptions,
): Promise<Proposed[]> {
  const { limits, seed, attacker } = options;
  const slots = states.flatMap((state) =>
    Array.from({ length: Math.min(limits.width, limits.prompts - state.asked.length) }, (_, slot) => ({
      state,
      slot,
    })),
  );
  const limit = { limit: attacker?.concurrency ?? 1 };
  const made = await Array.fromAsync(
    mapConcurrent(slots, limit, async ({ state, slot }) => {
      const random = new Random(seed, 'search', state.goal.task.id, round, slot);
      const candidate =
        round === 0 ? firstCandidate(state, slot, random) : await propose(state, random, options);
      return { state, candidate };
    }),
  );
  const proposed = made.flatMap(({ state, candidate }) => admit(state, candidate, options) ?? []);
  for (const state of states) {
    if (proposed.some((other) => other.state === state)) continue;
    const fresh = freshCandidate(state, round, options);
    if (fresh === undefined) state.exhausted = true;
    else proposed.push(fresh);
  }
  return proposed;
}

/** The request as it is, then one primitive each. */
function firstCandidate({ goal, library }: SearchState, slot: number, random: Random): Candidate {
  const seed: Candidate = { base: goal.request, primitives: [], operators: ['seed'] };
  if (slot === 0) return seed;
  const primitives = drawComposition(library, { size: 1 }, random);
  return { ...seed, primitives, operators: ['seed', ...primitives.map(({ id }) => `compose ${id}`)] };
}

/** A random composition that was not asked yet, where a round has bred nothing new. */
function freshCandidate(state: SearchState, round: number, options: SearchOptions): Proposed | undefined {
  for (let draw = 0; draw < 10; draw++) {
    const random = new Random(options.seed, 'search fresh', state.goal.task.id, round, draw);
    const primitives = drawComposition(state.library, { size: 2 }, random);
    const operators = ['seed', ...primitives.map(({ id }) => `compose ${id}`)];
    const proposed = admit(state, { base: state.goal.request, primitives, operators }, options);
    if (proposed !== undefined) return proposed;
  }
  return undefined;
}

/** The turns of a candidate; undefined for one that was asked before. */
function admit(state: SearchState, candidate: Candidate, { seed }: SearchOptions): Proposed | undefined {
  const { base, primitives } = candidate;
  const ids = primitives.map(({ id }) => id);
  const turns = applyPrimitives(primitives, base, new Random(seed, 'search apply', base, ...ids));
  const key = contentKey(turns);
  if (state.keys.has(key)) return undefined;
  state.keys.add(key);
  return { state, candidate, turns };
}
