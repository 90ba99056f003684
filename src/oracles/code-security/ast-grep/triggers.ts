/** Which rules a piece of code can be about at all: there are hundreds of triggers, and most are in no code. */
import type { RuleFile } from './rule-file.ts';

/** Places of the table of three characters in a row. */
const PLACES = 2 ** 15;
/** Characters of a trigger that its first look-ups are about. */
const RUN = 3;

interface Trigger {
  readonly text: string;
  /** Places of its runs; none when it is shorter. */
  readonly places: readonly number[];
}

/** Whether a rule has a trigger in the code that was asked about. */
export type IsTriggered = (rule: RuleFile) => boolean;

/** A function that looks through code once; what it returns holds until it is called again. */
export function indexTriggers(rules: readonly RuleFile[]): (code: string) => IsTriggered {
  const triggers: Trigger[] = [];
  const numbers = new Map<string, number>();
  const ofRule = new Map<RuleFile, readonly number[]>();
  const numberOf = (text: string): number => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, triggers.length);
    return triggers.push({ text, places: placesOf(text) }) - 1;
  };
  for (const rule of rules) ofRule.set(rule, rule.triggers.map(numberOf));

  // Each is of the code whose number it has, so that nothing has to be cleared.
  const runs = new Float64Array(PLACES);
  const asked = new Float64Array(triggers.length);
  const found = new Float64Array(triggers.length);
  let number = 0;

  return (code) => {
    number++;
    for (let at = RUN - 1; at < code.length; at++) runs[placeAt(code, at)] = number;
    const isIn = (index: number): boolean => {
      if (asked[index] !== number) {
        asked[index] = number;
        const { text, places } = triggers[index]!;
        if (places.every((place) => runs[place] === number) && code.includes(text)) found[index] = number;
      }
      return found[index] === number;
    };
    return (rule) => ofRule.get(rule)!.some(isIn);
  };
}

function placesOf(text: string): number[] {
  const places: number[] = [];
  for (let at = RUN - 1; at < text.length; at++) places.push(placeAt(text, at));
  return places;
}

/** Place of the run that ends there. */
function placeAt(text: string, at: number): number {
  return (
    ((text.charCodeAt(at - 2) << 10) ^ (text.charCodeAt(at - 1) << 5) ^ text.charCodeAt(at)) & (PLACES - 1)
  );
}
