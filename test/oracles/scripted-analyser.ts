/** An analyser that does what the code says, for the pool's tests: it stands for any analyser that misbehaves. */
import type { Analyser, AnalysisResult } from '../../src/oracles/code-security/analyser.ts';

export function createScriptedAnalyser({ message }: { readonly message: string }): Analyser {
  let poisoned = false;
  return {
    name: 'scripted',
    async analyse([snippet]) {
      const { code } = snippet!;
      if (poisoned) process.exit(4);
      if (code.startsWith('poison')) poisoned = true;
      if (code.startsWith('hang')) for (;;);
      if (code.startsWith('die')) process.exit(3);
      if (code.startsWith('throw')) throw new Error('thrown');
      if (code.startsWith('nothing')) return [];
      if (code.startsWith('garbage')) return ['garbage' as unknown as AnalysisResult];
      const span = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 };
      const finding = {
        analyser: 'scripted',
        rule: code,
        message,
        cwes: [78],
        severity: 'high',
        span,
        help: '',
      };
      return [
        { kind: 'analysed', findings: code.startsWith('bad') ? [{ ...finding, severity: 'high' }] : [] },
      ];
    },
  };
}
