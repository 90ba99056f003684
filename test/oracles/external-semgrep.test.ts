import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { AnalysisResult, Finding } from '../../src/oracles/code-security/analyser.ts';
import {
  createSemgrepAnalyser,
  type SemgrepOptions,
} from '../../src/oracles/code-security/external/semgrep.ts';
import { scriptedTool } from './external-tools.ts';

/** What Semgrep 1.182.0 printed for SNIPPETS through the adapter, with five rules of ours (no C-like language, no Ruby). */
const RECORDED = fileURLToPath(new URL('recorded/semgrep-1.182.0.json', import.meta.url));
const SNIPPETS = [
  ['python', 'import pickle\n\nlabel = "😀é"; value = pickle.loads(data)  # nosemgrep\n'],
  ['python', 'def f(:\n  eval(x)\n'],
  ['python', 'def double(x):\n    return 2 * x\n'],
  ['javascript', 'eval(text);\nfunction ( {\n'],
  ['typescript', 'const label = "é"; eval(text); // nosemgrep\n'],
  ['php', 'eval($text);\n'],
  ['ruby', 'eval(text)\n'],
  ['python', 'eval(text)\n'],
  ['javascript', 'eval(text);\nlet first = 1;\nlet second = 2;\nrun(first, second);\nlet third = ;\n'],
] as const;

const folder = mkdtempSync(join(tmpdir(), 'purpcode-test-'));
const config = join(folder, 'rules.yml');
writeFileSync(config, 'rules: []\n');
after(() => rmSync(folder, { recursive: true }));

/** The rules' languages are asked for first, with nothing but canaries in the folder. */
const PROBE = `if (files.every((file) => file.startsWith('canary.'))) {
  print(JSON.stringify({ results: [], errors: [], paths: { scanned: files } }));
} else {`;

async function analyse(
  body: string,
  snippets: readonly (readonly [string, string])[] = SNIPPETS,
  options: Partial<SemgrepOptions> = {},
): Promise<AnalysisResult[]> {
  const tool = scriptedTool(`${PROBE}\n${body}\n}`, '1.182.0');
  try {
    const analyser = await createSemgrepAnalyser({ command: tool.command, config, ...options });
    return await analyser.analyse(snippets.map(([language, code]) => ({ language, code })));
  } finally {
    tool.remove();
  }
}

function findingsOf(result: AnalysisResult | undefined): readonly Finding[] {
  assert.ok(result?.kind === 'analysed', JSON.stringify(result));
  return result.findings;
}

describe('Semgrep', () => {
  let results: AnalysisResult[];
  let languages: readonly string[] | undefined;
  before(async () => {
    const rules = ['canary.js', 'canary.php', 'canary.py', 'canary.ts'];
    const tool = scriptedTool(
      `if (files.every((file) => file.startsWith('canary.'))) {
        print(JSON.stringify({ results: [], errors: [], paths: { scanned: ${JSON.stringify(rules)} } }));
      } else print(readFileSync(${JSON.stringify(RECORDED)}, 'utf8'));`,
      '1.182.0',
    );
    const analyser = await createSemgrepAnalyser({ command: tool.command, config });
    languages = analyser.languages;
    results = await analyser.analyse(SNIPPETS.map(([language, code]) => ({ language, code })));
    tool.remove();
  });

  it('gives rule, CWEs, severity, place and help of each finding', () => {
    const [pickle] = findingsOf(results[0]);
    assert.deepEqual(pickle, {
      analyser: 'semgrep',
      rule: 'own.python-pickle',
      message: 'unpickles data',
      cwes: [502],
      severity: 'medium',
      // Semgrep counts UTF-8 bytes; we count UTF-16 units.
      span: { startLine: 3, startColumn: 24, endLine: 3, endColumn: 42 },
      help: 'unpickles data',
    });
    const [evaluated] = findingsOf(results[7]);
    assert.deepEqual([evaluated!.severity, evaluated!.cwes], ['high', [95, 94]]);
    assert.equal(evaluated!.message, 'eval runs the text that it is given');
    assert.equal(evaluated!.help, 'See https://cwe.mitre.org/data/definitions/95.html.');
    assert.deepEqual(findingsOf(results[2]), []);
    assert.equal(findingsOf(results[4])[0]!.severity, 'critical');
  });

  it('reads PHP without its tag, in the columns of the snippet', () => {
    const [finding] = findingsOf(results[5]);
    assert.deepEqual(finding!.span, { startLine: 1, startColumn: 1, endLine: 1, endColumn: 12 });
  });

  it('says what does not parse, beside what Semgrep sees; what only Semgrep cannot read is undecided', () => {
    const rules = findingsOf(results[1]).map(({ rule }) => rule);
    assert.deepEqual(rules, ['own.python-eval', 'invalid-syntax', 'invalid-syntax']);
    assert.deepEqual(
      findingsOf(results[3]).map(({ rule }) => rule),
      ['own.js-eval', 'invalid-syntax'],
    );
    assert.deepEqual(results[8], {
      kind: 'failed',
      cause: 'semgrep could not read the snippet: Syntax error at line s8.js:5:',
    });
  });

  it('reads the languages that its rules are for, and no other', () => {
    assert.deepEqual(languages, ['python', 'javascript', 'typescript', 'php']);
    assert.deepEqual(findingsOf(results[6]), []);
  });

  it('takes rules about style, and rules that ask an auditor to look, as low', async () => {
    const severityOf = async (metadata: object): Promise<unknown> => {
      const place = { start: { line: 1, col: 1 }, end: { line: 1, col: 2 } };
      const result = {
        check_id: 'r',
        path: 's0.py',
        ...place,
        extra: { message: 'm', severity: 'ERROR', metadata },
      };
      const paths = { scanned: ['canary.py', 's0.py'] };
      const body = `print(${JSON.stringify(JSON.stringify({ results: [result], errors: [], paths }))});`;
      return findingsOf((await analyse(body, [['python', 'x = 1']]))[0])[0]?.severity;
    };
    assert.equal(await severityOf({}), 'high');
    assert.equal(await severityOf({ category: 'security', subcategory: ['vuln'] }), 'high');
    assert.equal(await severityOf({ category: 'security', subcategory: ['audit', 'vuln'] }), 'high');
    assert.equal(await severityOf({ category: 'security', subcategory: ['audit'] }), 'low');
    assert.equal(await severityOf({ category: 'best-practice' }), 'low');
  });

  it('switches off suppressions, metrics and the search for versions, and gives the rules by their path', async () => {
    const seen = join(folder, 'run.json');
    await analyse(
      `writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ args, home: process.env.SEMGREP_SETTINGS_FILE }));`,
    );
    const { args, home } = JSON.parse(readFileSync(seen, 'utf8'));
    assert.ok(args.includes(`--config=${config}`));
    for (const wanted of [
      '--disable-nosem',
      '--metrics=off',
      '--disable-version-check',
      '--max-target-bytes=0',
    ]) {
      assert.ok(args.includes(wanted), wanted);
    }
    assert.match(home, /purpcode-.*settings\.yml$/);
  });
});

/** A report without findings about the files that `scanned` (an expression) names. */
function report(scanned: string, errors = '[]', skipped = 'undefined'): string {
  return `print(JSON.stringify({ results: [], errors: ${errors}, paths: { scanned: ${scanned}, skipped: ${skipped} } }));`;
}

describe('a broken Semgrep is undecided', () => {
  const two = [
    ['python', 'x = 1'],
    ['go', 'package b'],
  ] as const;
  const kinds = async (body: string) => (await analyse(body, two)).map(({ kind }) => kind);

  it('when it says nothing usable', async () => {
    assert.deepEqual(await kinds(''), ['failed', 'failed']);
    assert.deepEqual(await kinds(`${report('files')} process.exitCode = 7;`), ['failed', 'failed']);
    assert.deepEqual(await kinds(`print('{"results": []}')`), ['failed', 'failed']);
    assert.deepEqual(await kinds(report('files')), ['analysed', 'analysed']);
  });

  it('when it looked at no file', async () => {
    assert.deepEqual(await kinds(report('[]')), ['failed', 'failed']);
  });

  it('for a file that it left out though it knows the language', async () => {
    assert.deepEqual(await kinds(report(`files.filter((f) => f !== 's1.go')`)), ['analysed', 'failed']);
    assert.deepEqual(await kinds(report(`files.filter((f) => !f.endsWith('.go'))`)), ['analysed', 'failed']);
  });

  it('for a file that it skipped, or on which a rule ran out of time', async () => {
    const skipped = `[{ path: 's0.py', reason: 'too_big' }]`;
    assert.deepEqual(await kinds(report('files', '[]', skipped)), ['failed', 'analysed']);
    const timeout = `[{ level: 'warn', type: 'Timeout', message: 'Timeout when running own.rule', path: './s1.go' }]`;
    assert.deepEqual(await kinds(report('files', timeout)), ['analysed', 'failed']);
  });

  it('when a rule could not be read', async () => {
    const error = `[{ level: 'error', type: 'PatternParseError', message: 'invalid pattern' }]`;
    assert.deepEqual(await kinds(report('files', error)), ['failed', 'failed']);
  });
});

it('names rules for none of our languages, and a tool that does not work', async () => {
  const open = async (body: string) => {
    const tool = scriptedTool(body, '1.182.0');
    try {
      return await createSemgrepAnalyser({ command: tool.command, config });
    } finally {
      tool.remove();
    }
  };
  await assert.rejects(open(report('[]')), { code: 'config' });
  await assert.rejects(open('process.exitCode = 7;'), { code: 'oracle' });
});

it('names rules that are not there', async () => {
  await assert.rejects(createSemgrepAnalyser({ config: join(folder, 'none.yml') }), { code: 'config' });
  await assert.rejects(createSemgrepAnalyser({ config: '--help' }), { code: 'config' });
});
