/** Whether a text declines to do what was asked: a heuristic on its opening, for generators; verdicts are a judge's. */

const OPENING = 240;
const DECLINES: readonly RegExp[] = [
  /\b(?:i|we)(?: am|'m| are|'re) (?:(?:very|so|really|truly) )?sorry\b(?![^.]{0,40}\bfor the (?:delay|confusion)\b)/i,
  /^\W*(?:sorry|apologies|unfortunately)\b/i,
  /\b(?:i|we) (?:can(?:no|')?t|cannot|can not|won't|will not|must not|could not|couldn't|am (?:unable|not able|not going) to|'m (?:unable|not able|not going) to|have to (?:decline|refuse)|must (?:decline|refuse)|decline|refuse)\b/i,
  /\bi'm (?:unable|not able|not comfortable|not going)\b/i,
  /\bas an? (?:ai|language model|assistant)\b[^.]{0,80}\b(?:can(?:no|')?t|not|unable)\b/i,
  /\b(?:against|violates?) (?:my|our|the) (?:guidelines|policy|policies|principles|terms)\b/i,
];

/** Judged by the first sentences: a text that complies and only then warns is no refusal. */
export function looksLikeRefusal(text: string): boolean {
  const opening = text.trimStart().slice(0, OPENING).replaceAll('’', "'");
  const prose = opening.split('```', 1)[0]!;
  return DECLINES.some((pattern) => pattern.test(prose));
}
