import { stripInvisible } from '../transcripts/format.ts';

/** Letters of other scripts that look like Latin ones (a small part of Unicode TR 39's confusables). */
const LOOKALIKES: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'а:a в:b е:e ё:e з:3 і:i ї:i ј:j к:k м:m н:h о:o р:p с:c ѕ:s т:t у:y х:x ԁ:d ԛ:q ԝ:w ʏ:y ɡ:g ɩ:i ı:i ℓ:l ' +
    "α:a β:b ε:e η:n ι:i κ:k μ:u ν:v ο:o ρ:p τ:t υ:u χ:x ω:w ϲ:c ϳ:j ’:' ‘:' ʼ:' `:' “:\" ”:\" –:- —:- ‐:- ‑:-"
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
);

/** Text as a keyword judge should read it: no invisible characters, no accents, Latin look-alikes, lower case. */
export function normaliseText(text: string): string {
  return stripInvisible(text)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\n -~]/gu, (character) => LOOKALIKES[character] ?? (/\s/.test(character) ? ' ' : character));
}
