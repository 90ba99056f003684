/** The grammars of ast-grep: some are built into its package, the others are libraries that it loads. */
import { createRequire } from 'node:module';
import type { SgNode } from '@ast-grep/napi';
import { OracleError } from '../../../errors.ts';
import type { Language } from '../language.ts';

type AstGrep = typeof import('@ast-grep/napi');

const BUILT_IN: Partial<Record<Language, string>> = { javascript: 'JavaScript', typescript: 'TypeScript' };

/** A parsed snippet. Columns of its first line are `shift` further right than in the snippet. */
export interface Tree {
  readonly root: SgNode;
  readonly shift: number;
}

export interface Grammars {
  parse(language: Language, code: string): Tree;
}

/** @throws OracleError if ast-grep or one of its grammars is not installed for this machine. */
export function loadGrammars(): Grammars {
  const require = createRequire(import.meta.url);
  let astGrep: AstGrep;
  try {
    astGrep = require('@ast-grep/napi') as AstGrep;
    if (!isRegistered(astGrep)) {
      astGrep.registerDynamicLanguage({
        python: require('@ast-grep/lang-python'),
        java: require('@ast-grep/lang-java'),
        go: require('@ast-grep/lang-go'),
        c: require('@ast-grep/lang-c'),
        cpp: require('@ast-grep/lang-cpp'),
        csharp: require('@ast-grep/lang-csharp'),
        php: require('@ast-grep/lang-php'),
        ruby: require('@ast-grep/lang-ruby'),
        rust: require('@ast-grep/lang-rust'),
      });
    }
  } catch (cause) {
    throw new OracleError('ast-grep or a grammar of it cannot be loaded', {
      cause,
      hint: 'run npm install on this machine; purpcode doctor says what is missing',
    });
  }
  return { parse: (language, code) => parse(astGrep, language, code) };
}

/** Languages are registered for the process, all at once: another thread may have done it. */
function isRegistered(astGrep: AstGrep): boolean {
  try {
    astGrep.kind('python', 'module');
    return true;
  } catch {
    return false;
  }
}

function parse(astGrep: AstGrep, language: Language, code: string): Tree {
  const name = BUILT_IN[language] ?? language;
  if (language === 'php' && !code.includes('<?')) {
    // Without the opening tag PHP is plain text; answers often leave it out.
    const tag = '<?php ';
    return { root: astGrep.parse(name, tag + code).root(), shift: tag.length };
  }
  const root = astGrep.parse(name, code).root();
  // Markup inside TypeScript is another grammar of the same language.
  if (language !== 'typescript' || !code.includes('</') || !root.has({ rule: { kind: 'ERROR' } })) {
    return { root, shift: 0 };
  }
  return { root: astGrep.parse('Tsx', code).root(), shift: 0 };
}
