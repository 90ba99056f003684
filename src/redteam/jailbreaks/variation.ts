/** How a search makes new candidates of those that came closest. */
import type { Random } from '../../random.ts';
import type { AskSettings, Attacker } from './attacker.ts';
import type { Asked, Candidate, SearchOptions, SearchState } from './candidate.ts';
import { drawComposition } from './library.ts';
import { compositionFault, inOrderOfApplication } from './primitive.ts';
import { outcomeInWords } from './progress.ts';
import { LANGUAGES, mergeAsk, rewriteAsk, translateAsk } from './rewriting.ts';

/** How often an operator is drawn; those of the attacker only where there is one. */
const WEIGHTS = { rewrite: 4, merge: 1, translate: 1, compose: 3, cross: 2 };
/** Of the candidates, those that the attacker writes. */
export const ATTACKER_SHARE =
  (WEIGHTS.rewrite + WEIGHTS.merge + WEIGHTS.translate) / Object.values(WEIGHTS).reduce((sum, w) => sum + w);
const WITHOUT_ATTACKER = { rewrite: 0, merge: 0, translate: 0, compose: 3, cross: 2 };

/** Attempts that the attacker is shown, the closest last. */
const SHOWN_ATTEMPTS = 3;

/** One candidate. Where the attacker has nothing to offer, which is counted, primitives are composed instead. */
export async function propose(
  state: SearchState,
  random: Random,
  { attacker, limits, secret }: SearchOptions,
): Promise<Candidate> {
  const best = closest(state.asked, limits.keep);
  const [parent, other] = [draw(best, random), draw(best, random)];
  const operator = random.weighted(attacker === undefined ? WITHOUT_ATTACKER : WEIGHTS);
  const settings = { seed: random.int(2 ** 31), secret };
  if (attacker !== undefined && operator !== 'compose' && operator !== 'cross') {
    const written = await write(operator, { state, parent, other, best, attacker, random, settings });
    if (written !== undefined) return written;
  }
  return operator === 'cross' ? cross(parent, other, state, random) : compose(parent, state, random);
}

/** The closest first; of equals the earlier. */
function closest(asked: readonly Asked[], keep: number): Asked[] {
  return [...asked].sort((a, b) => b.progress - a.progress).slice(0, keep);
}

/** The smaller of two draws: the closer, the more often. */
function draw(best: readonly Asked[], random: Random): Asked {
  return best[Math.min(random.int(best.length), random.int(best.length))]!;
}

interface Writing {
  readonly state: SearchState;
  readonly parent: Asked;
  readonly other: Asked;
  readonly best: readonly Asked[];
  readonly attacker: Attacker;
  readonly random: Random;
  readonly settings: AskSettings;
}

async function write(
  operator: 'rewrite' | 'merge' | 'translate',
  { state: { goal }, parent, other, best, attacker, random, settings }: Writing,
): Promise<Candidate | undefined> {
  const child = (base: string, name: string = operator): Candidate => ({
    base,
    // A rewritten prompt has its own form: primitives around it would hide what was improved.
    primitives: operator === 'translate' ? parent.primitives.filter(({ kind }) => kind !== 'transform') : [],
    operators: [...parent.operators, name],
  });
  if (operator === 'translate') {
    const language = random.pick(LANGUAGES);
    const written = await attacker.write(translateAsk(goal, parent.base, { ...settings, language }));
    return written && child(written.prompt, `translate ${language}`);
  }
  if (operator === 'merge' && parent !== other) {
    const written = await attacker.write(mergeAsk(goal, [textOf(parent), textOf(other)], settings));
    return written && child(written.prompt);
  }
  const others = best.filter((asked) => asked !== parent).slice(0, SHOWN_ATTEMPTS - 1);
  const tried = [...others.reverse(), parent].map((asked) => ({
    prompt: textOf(asked),
    answer: asked.answer.text ?? '',
    outcome: outcomeInWords(goal, asked.answer, asked.verdict),
  }));
  const written = await attacker.write(rewriteAsk(goal, tried, settings));
  return written && child(written.prompt, 'rewrite');
}

/** What the target read last; of a dialogue all that the user said. */
function textOf({ turns }: Asked): string {
  return turns
    .filter(({ role }) => role === 'user')
    .map(({ content }) => content)
    .join('\n\n');
}

/** One more primitive; where none composes, another set. */
function compose(parent: Asked, state: SearchState, random: Random): Candidate {
  const families = new Set(parent.primitives.map(({ family }) => family));
  for (let tries = 0; tries < 5; tries++) {
    const [added] = drawComposition(state.library, { size: 1, without: families }, random);
    if (added === undefined) break;
    const primitives = inOrderOfApplication([...parent.primitives, added]);
    if (compositionFault(primitives) === undefined && (added.fits?.(parent.base) ?? true)) {
      return { base: parent.base, primitives, operators: [...parent.operators, `compose ${added.id}`] };
    }
  }
  const primitives = drawComposition(state.library, { size: 2 }, random);
  return {
    base: state.goal.request,
    primitives,
    operators: ['seed', ...primitives.map(({ id }) => `compose ${id}`)],
  };
}

/** The words of one with the primitives of the other. */
function cross(parent: Asked, other: Asked, state: SearchState, random: Random): Candidate {
  const fits = other.primitives.every((primitive) => primitive.fits?.(parent.base) ?? true);
  if (parent === other || other.primitives.length === 0 || !fits) return compose(parent, state, random);
  const ids = other.primitives.map(({ id }) => id).join('+');
  return {
    base: parent.base,
    primitives: other.primitives,
    operators: [...parent.operators, `cross ${ids}`],
  };
}
