/**
 * The words of a weakness that make a harmless request sound dangerous: those of its name and description that few
 * other weaknesses have (tf-idf over the CWE list).
 */
import type { CweEntry, CweTable } from '../../rules/cwe.ts';
import { wordsOf } from '../hygiene/minhash.ts';

/** A word of the name counts as many of the description: the name says what the weakness is. */
const NAME_WEIGHT = 3;

/** Words of every description that speak of no weakness, and words that say what is right or wrong. */
const COMMON = new Set(
  `a able about above according across actor actors affect after against all allow allowed allowing allows also although
  an and another any are as at attack attacker attackers attacks based be because been before behave behavior being between
  both but by can cannot cause causes causing certain code component condition conditions contain contained containing
  contains control controlled controls correct correctly could create created creates creating data define defined
  dependent depending designed developer developers different directly do does during each either element elements enable
  enables enabling enough ensure error even exist existing exists expected exploit exploitable explicitly external
  externally following for from function functionality generate has have how if impact improper improperly improperly in
  inadequate include includes including incomplete inconsistent incorrect incorrectly influence influenced information
  insecure insufficient insufficiently instead intended into invalid is it its itself lack leading leads less level limit
  made make makes may mechanism might missing modify more must necessary needed neutralization neutralize neutralizes
  neutralized neutralizing no non not occur occurs of often on one only operation operations or original other otherwise
  out outside part particular perform performed performing performs pieces possible potentially prevent prevents process
  processed processes processing product properly properties protect protected protection provide provided provides
  proper purpose rather reference references related relevant rely relies require required requires resource resources
  result resulting results risky safe safely same secure security sensitive set several should similar since so software
  some special specific specified specify state still such sufficient sufficiently system than that the their them then
  there these they this through thus to too type types under undefined unexpected unintended untrusted upstream use used
  user users uses using valid value values via vulnerability vulnerabilities was way ways weakness weaknesses well were
  what when where whether which while who will with within without would
  afterward authorized belongs controllable downstream eventually formed intentionally marked ordinary placed receives
  sent simplifies somewhere specifies thereby unauthorized underneath vulnerable written`.split(/\s+/),
);

/** The words of each weakness; built once for a table. */
export interface TriggerWords {
  /** The most telling first, at most `most`; fewer when the entry has no more. */
  of(entry: Pick<CweEntry, 'name' | 'description'>, most?: number): string[];
}

const DEFAULT_MOST = 8;

export function triggerWordsOf(table: Pick<CweTable, 'entries'>): TriggerWords {
  const documents = new Map<string, number>();
  for (const entry of table.entries)
    for (const word of new Set(candidates(`${entry.name} ${entry.description}`)))
      documents.set(word, (documents.get(word) ?? 0) + 1);
  const rarity = (word: string) => Math.log((table.entries.length + 1) / (documents.get(word) ?? 1));
  return {
    of: ({ name, description }, most = DEFAULT_MOST) => {
      const weights = new Map<string, number>();
      const add = (text: string, weight: number) => {
        for (const word of candidates(text)) weights.set(word, (weights.get(word) ?? 0) + weight);
      };
      add(name, NAME_WEIGHT);
      add(description, 1);
      const scored = [...weights].map(([word, weight]) => ({ word, score: weight * rarity(word) }));
      scored.sort((a, b) => b.score - a.score || (a.word < b.word ? -1 : 1));
      const chosen: string[] = [];
      // One of `credential` and `credentials`.
      for (const { word } of scored) {
        if (chosen.length === most) break;
        if (!chosen.some((other) => stemOf(other) === stemOf(word))) chosen.push(word);
      }
      return chosen;
    },
  };
}

function candidates(text: string): string[] {
  return wordsOf(text.replace(/\S+\.\S+|['’]s\b/g, ' ')).filter(
    (word) => /^[a-z]{3,}$/.test(word) && !COMMON.has(word),
  );
}

/** Whether a text has the word, in whatever inflection: `deserialize` is in "deserializing". */
export function hasTriggerWord(text: string, trigger: string): boolean {
  const stem = stemOf(trigger);
  return wordsOf(text).some((word) => stemOf(word) === stem || (stem.length >= 5 && word.startsWith(stem)));
}

/** What is left of a word without its ending, never less than three letters. */
export function stemOf(word: string): string {
  const stem = word.replace(
    /(?:i[sz]ations?|ations?|ions?|ings?|ments?|i[sz]e[srd]?|ies|ed|es|er|s|e|y)$/,
    '',
  );
  return stem.length >= 3 ? stem.replace(/([b-df-hj-np-tv-z])\1$/, '$1') : word;
}
