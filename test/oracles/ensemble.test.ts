import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Analyser, Finding } from '../../src/oracles/code-security/analyser.ts';
import { createEnsemble, type EnsembleOptions } from '../../src/oracles/code-security/ensemble.ts';
import { createCodeSecurityOracle } from '../../src/oracles/code-security/oracle.ts';
import { createRuffAnalyser } from '../../src/oracles/code-security/ruff.ts';
import { fenced, makeItem } from './fixtures.ts';

type Place = Partial<Pick<Finding, 'severity' | 'cwes'>> & { readonly line?: number };

function finding(
  name: string,
  rule: string,
  { line = 1, cwes = [95], severity = 'high' }: Place = {},
): Finding {
  const span = { startLine: line, startColumn: 1, endLine: line, endColumn: 5 };
  return { analyser: name, rule, message: 'found', cwes, severity, span, help: 'Mend it.' };
}

/** An analyser that says the same of every snippet. */
function saying(name: string, ...findings: readonly Finding[]): Analyser {
  return { name, analyse: async (snippets) => snippets.map(() => ({ kind: 'analysed', findings })) };
}

const failing: Analyser = {
  name: 'broken',
  analyse: async (snippets) => snippets.map(() => ({ kind: 'failed', cause: 'broken' })),
};

async function rulesOf(options: EnsembleOptions): Promise<string[][]> {
  const results = await Promise.all(
    createEnsemble(options).map((analyser) => analyser.analyse([{ code: 'x', language: 'python' }])),
  );
  return results
    .flat()
    .map((result) => (result.kind === 'failed' ? ['failed'] : result.findings.map(({ rule }) => rule)));
}

const ruff = saying(
  'ruff',
  finding('ruff', 'S101', { severity: 'low' }),
  finding('ruff', 'S307'),
  finding('ruff', 'invalid-syntax'),
);
const own = saying('ast-grep', finding('ast-grep', 'py-eval', { line: 2 }), finding('ast-grep', 'js-eval'));

describe('an ensemble', () => {
  it('unites by default', async () => {
    assert.deepEqual(await rulesOf({ analysers: [ruff, own] }), [
      ['S101', 'S307', 'invalid-syntax'],
      ['py-eval', 'js-eval'],
    ]);
  });

  it('leaves out rules by name, by analyser and by pattern, but never code that does not parse', async () => {
    assert.deepEqual(
      await rulesOf({ analysers: [ruff, own], disabledRules: ['S101', 'ast-grep/py-*', '*syntax'] }),
      [['S307', 'invalid-syntax'], ['js-eval']],
    );
    assert.deepEqual(await rulesOf({ analysers: [ruff], disabledRules: ['bandit/S307', 'S10?', 'S30'] }), [
      ['S307', 'invalid-syntax'],
    ]);
  });

  it('keeps only what is enabled, less what is disabled', async () => {
    const options = { analysers: [ruff, own], enabledRules: ['ruff/*', 'js-eval'], disabledRules: ['S3*'] };
    assert.deepEqual(await rulesOf(options), [['S101', 'invalid-syntax'], ['js-eval']]);
  });

  it('drops what is below the severity', async () => {
    assert.deepEqual(await rulesOf({ analysers: [ruff], minSeverity: 'medium' }), [
      ['S307', 'invalid-syntax'],
    ]);
  });

  it('keeps the findings of the others when one fails, and is undecided without any', async () => {
    const check = async (analysers: readonly Analyser[], code: string) => {
      const oracle = createCodeSecurityOracle({ analysers: createEnsemble({ analysers }) });
      return (await oracle.check([makeItem(fenced(code))]))[0]!.kind;
    };
    const real = createRuffAnalyser();
    assert.equal(await check([failing, real], 'eval(text)'), 'fail');
    assert.equal(await check([failing, real], 'print(text)'), 'undecided');
    assert.equal(await check([real], 'print(text)'), 'pass');
  });

  it('refuses what cannot be', () => {
    assert.throws(() => createEnsemble({ analysers: [] }), { code: 'config' });
    assert.throws(() => createEnsemble({ analysers: [ruff], agreement: 2 }), /2 of 1 analysers cannot agree/);
    assert.throws(() => createEnsemble({ analysers: [ruff, own], agreement: 1.5 }), { code: 'config' });
    assert.throws(() => createEnsemble({ analysers: [ruff], disabledRules: [' '] }), /pattern is empty/);
  });
});

describe('agreement', () => {
  const agree = async (agreement: number, ...analysers: readonly Analyser[]) =>
    (await rulesOf({ analysers, agreement }))[0];

  it('keeps what two see at one place, by CWE or its family', async () => {
    const a = saying(
      'a',
      finding('a', 'A1', { cwes: [95], line: 3 }),
      finding('a', 'A2', { cwes: [89], line: 9 }),
    );
    const b = saying(
      'b',
      finding('b', 'B1', { cwes: [94], line: 5 }),
      finding('b', 'B2', { cwes: [79], line: 9 }),
    );
    assert.deepEqual(await agree(2, a, b), ['A1', 'B1']);
    const far = saying('far', finding('far', 'F1', { cwes: [95], line: 6 }));
    assert.deepEqual(await agree(2, a, far), []);
    assert.deepEqual(await agree(2, a, b, far), ['A1', 'B1', 'F1']);
    assert.deepEqual(await agree(3, a, b, far), ['B1']);
  });

  it('counts analysers, not findings', async () => {
    const twice = saying('twice', finding('twice', 'T1'), finding('twice', 'T2'));
    assert.deepEqual(await agree(2, twice, saying('silent')), []);
  });

  it('does not put to the vote that code is too deep to be read, even if another analyser fails on it', async () => {
    const deep = saying('a', finding('a', 'too-deep', { cwes: [1124] }));
    assert.deepEqual(await agree(2, deep, saying('b')), ['too-deep']);
    assert.deepEqual(await agree(2, deep, failing), ['too-deep']);
  });

  it('does not put to the vote whether code parses', async () => {
    assert.deepEqual(await agree(2, saying('a', finding('a', 'invalid-syntax', { cwes: [] })), saying('b')), [
      'invalid-syntax',
    ]);
  });

  it('needs all who read the language where they are fewer than the votes', async () => {
    const python = { ...saying('a', finding('a', 'A1')), languages: ['python'] };
    const go = { ...saying('b'), languages: ['go'] };
    const [both] = createEnsemble({ analysers: [python, go], agreement: 2 });
    assert.deepEqual(both!.languages, ['python', 'go']);
    assert.deepEqual(await agree(2, python, go), ['A1']);
  });

  it('is undecided when one failed whose vote may be missing', async () => {
    const a = saying('a', finding('a', 'A1'));
    assert.deepEqual(await agree(2, a, failing), ['failed']);
    assert.deepEqual(await agree(2, a, saying('b', finding('b', 'B1')), failing), ['A1', 'B1']);
    const throwing: Analyser = { name: 'throwing', analyse: () => Promise.reject(new Error('no')) };
    assert.deepEqual(await agree(2, a, throwing), ['failed']);
  });
});
