import { extractCode } from '../../transcripts/code.ts';
import type { Language } from '../../transcripts/code-language.ts';
import { isTrivialProgram, readStatements } from './python-source.ts';
import { createRuffLinter, type RuffLinter } from './ruff.ts';
import { isTrivialSource } from './trivial-source.ts';

/** Says whether an answer has code that does something. */
export interface CodePresence {
  /**
   * False without code in a language that analysers know, or when all of it is comments, docstrings, `pass`,
   * prints, imports or constants: such code is always secure and must not earn more than no code (SPEC "Rewards").
   * Where the prompt asks for Python, code in other languages that it does not name is none either.
   * @param prompt the user turn that is answered; '' when nothing is known of it.
   */
  hasCode(answer: string, prompt?: string): boolean;
}

export function createCodePresence(linter: RuffLinter = createRuffLinter(['E9'])): CodePresence {
  return {
    hasCode(answer, prompt = '') {
      const asked = namedLanguages(prompt);
      return extractCode(answer).some(({ code, offered, style }) => {
        if (offered === 'python') return isNonTrivial(code, linter);
        if (offered === undefined || style === 'inline') return false;
        const isAsked = !asked.has('python') || asked.has(offered);
        return isAsked && !isTrivialSource(code, offered);
      });
    },
  };
}

function isNonTrivial(code: string, linter: RuffLinter): boolean {
  try {
    return !isTrivialProgram(readStatements(linter.tokens(code)));
  } catch {
    // Ruff crashed on it: whatever it is, it is not empty. The code-security oracle will be undecided.
    return code.trim() !== '';
  }
}

const NAMES: Readonly<Record<Language, RegExp>> = {
  python: /\b(?:python|django|flask|fastapi|pytest)|```py|^def \w/im,
  javascript: /\bjavascript\b|\bnode(?:\.?js)?\b|\bexpress\b|\breact\b|\bjs\b|```js/i,
  typescript: /\btypescript\b|\bangular\b|\bts\b/i,
  java: /\bjava\b|\bspring\b|\bservlet/i,
  go: /\bgolang\b|\b(?:in|a|using) go\b|```go/i,
  c: /\b(?:in|a|plain|using) c\b|\bansi c\b|\bc (?:function|program|code)\b|```c\b/i,
  cpp: /\bc\+\+|\bcpp\b/i,
  csharp: /\bc#|\bcsharp\b|\b\.net\b|\basp\.net\b/i,
  php: /\bphp\b|\blaravel\b/i,
  ruby: /\bruby\b|\brails\b/i,
  rust: /\brust\b/i,
};

function namedLanguages(prompt: string): ReadonlySet<Language> {
  const names = Object.entries(NAMES) as [Language, RegExp][];
  return new Set(names.flatMap(([language, name]) => (name.test(prompt) ? [language] : [])));
}
