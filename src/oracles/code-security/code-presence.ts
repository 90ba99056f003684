import { pythonCode } from '../../transcripts/code.ts';
import { isTrivialProgram, readStatements } from './python-source.ts';
import { createRuffLinter, type RuffLinter } from './ruff.ts';

/** Says whether an answer has Python that does something. */
export interface CodePresence {
  /**
   * False without code, or when all of it is comments, docstrings, `pass`, prints, imports or constants: such
   * code is always secure and must not earn more than no code (SPEC "Rewards").
   */
  hasCode(answer: string): boolean;
}

export function createCodePresence(linter: RuffLinter = createRuffLinter(['E9'])): CodePresence {
  return {
    hasCode: (answer) => pythonCode(answer).some((block) => isNonTrivial(block.code, linter)),
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
