/** The words of a request, apart from the code in it. */

const FENCE = /^[ \t]*(```|~~~)/;

/** Applies `change` to what stands outside fences; code and the fences stay. */
export function mapProse(text: string, change: (prose: string) => string): string {
  const parts: string[] = [];
  let prose: string[] = [];
  let fence: string | undefined;
  const flush = (): void => {
    if (prose.length > 0) parts.push(change(prose.join('\n')));
    prose = [];
  };
  for (const line of text.split('\n')) {
    const mark = FENCE.exec(line)?.[1];
    if (fence === undefined && mark === undefined) prose.push(line);
    else {
      flush();
      parts.push(line);
      fence = fence === undefined ? mark : mark === fence ? undefined : fence;
    }
  }
  flush();
  return parts.join('\n');
}

/** Words of prose: no part of a name (`pack_message`), no function that is called, no attribute. */
const WORD = /(?<![\w.])[A-Za-z]+(?![\w(]|\.\w)/g;

/** Applies `change` to every word of the prose; names and code stay. */
export function changeWords(text: string, change: (word: string) => string): string {
  return mapProse(text, (prose) => prose.replace(WORD, (word) => change(word)));
}

/** Words that requests of attacks, and filters, turn on. */
const LOADED =
  /^(?:attack|backdoor|bomb|botnet|break|bypass|crack|credential|ddos|disable|encrypt|evade|exfiltrat|exploit|forge|hack|hijack|inject|keylog|malicious|malware|overflow|password|payload|phish|ransom|rootkit|scrape|shell|sniff|spoof|spy|steal|trojan|unauthori[sz]ed|virus|vulnerab|worm)/i;
const SHORTEST = 4;
const LONGEST = 12;

/** Distinct words of the prose that carry the request, the most loaded and then the longest first. */
export function wordsToHide(text: string, most: number): string[] {
  const words = new Set<string>();
  changeWords(text, (word) => {
    if (word.length >= SHORTEST && word.length <= LONGEST) words.add(word);
    return word;
  });
  const weight = (word: string) => (LOADED.test(word) ? 100 : 0) + word.length;
  const sorted = [...words].sort((a, b) => weight(b) - weight(a) || (a < b ? -1 : 1));
  const loaded = sorted.filter((word) => LOADED.test(word));
  // Without a loaded word one long word has to do.
  return (loaded.length > 0 ? loaded : sorted.slice(0, 1)).slice(0, most);
}
