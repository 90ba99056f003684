/** The embedded parsers as a second opinion: whether a snippet does not parse, or only its analyser cannot read it. */
import type { Finding } from '../analyser.ts';
import { type Grammars, loadGrammars } from '../ast-grep/languages.ts';
import { invalidSyntax } from '../ast-grep/syntax.ts';
import type { Language } from '../language.ts';
import { createPythonParser } from '../ruff.ts';

/**
 * The INVALID_SYNTAX findings of Ruff in Python and of tree-sitter elsewhere, under the name of the analyser that
 * asks. The function throws when the parser crashes.
 */
export function createSyntaxCheck(analyser: string): (code: string, language: Language) => Finding[] {
  const parsePython = createPythonParser(analyser);
  let grammars: Grammars | undefined;
  return (code, language) => {
    if (language === 'python') return parsePython(code);
    grammars ??= loadGrammars();
    return invalidSyntax(grammars.parse(language, code), code).map((finding) => ({ ...finding, analyser }));
  };
}
