/** The analyser around the rules: places, syntax, suppressions, hostile code, threads, users' rules. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { ConfigError } from '../../src/errors.ts';
import { type Finding, INVALID_SYNTAX } from '../../src/oracles/code-security/analyser.ts';
import { createAstGrepAnalyser } from '../../src/oracles/code-security/ast-grep/analyser.ts';

const analyser = createAstGrepAnalyser();

async function findings(code: string, language = 'python'): Promise<readonly Finding[]> {
  const [result] = await analyser.analyse([{ code, language }]);
  assert.equal(result?.kind, 'analysed');
  return result.findings;
}

const rulesIn = async (code: string, language?: string) =>
  (await findings(code, language)).map(({ rule }) => rule);

describe('a finding', () => {
  it('has its place in lines and UTF-16 columns from 1', async () => {
    const [finding] = await findings('import dill\nx = "😀"; y = dill.loads(data)\n');
    assert.equal(finding?.rule, 'py-unsafe-deserialisation');
    assert.deepEqual(finding.span, { startLine: 2, startColumn: 15, endLine: 2, endColumn: 31 });
    assert.deepEqual(finding.cwes, [502]);
    assert.equal(finding.severity, 'high');
  });

  it('comes once for a function that is read twice', async () => {
    const code = 'def run(c):\n    e = eval\n    e(c)\nrun(input())\n';
    assert.deepEqual((await rulesIn(code)).sort(), ['py-code-injection', 'py-code-injection-input']);
  });
});

describe('syntax', () => {
  const prose = 'This is an explanation of what the program would do, were it written down here.';
  it('that is none of the language is a finding, except in Python, where Ruff says so', async () => {
    assert.ok((await rulesIn(prose, 'java')).includes(INVALID_SYNTAX));
    assert.ok((await rulesIn(prose, 'go')).includes(INVALID_SYNTAX));
    assert.deepEqual(await rulesIn(prose), []);
  });

  it('may hold macros and fragments', async () => {
    const c = 'EXPORT(int) f(int n)\n{\n  LIST_FOREACH(p, &list, next)\n    n += p->n;\n  return n;\n}\n';
    assert.ok(!(await rulesIn(c, 'c')).includes(INVALID_SYNTAX));
    assert.ok(!(await rulesIn('int f() { return 1; }', 'java')).includes(INVALID_SYNTAX));
    assert.ok(!(await rulesIn('echo htmlspecialchars($name);', 'php')).includes(INVALID_SYNTAX));
  });

  it('of an unknown language is nobody’s', async () => {
    assert.deepEqual(await rulesIn(prose, 'cobol'), []);
  });
});

describe('comments', () => {
  it('switch nothing off', async () => {
    const line = 'import dill\ndill.loads(x)  ';
    for (const comment of ['# ast-grep-ignore', '# nosemgrep', '# noqa', '# nosec', '# type: ignore']) {
      assert.deepEqual(await rulesIn(`# ast-grep-ignore\n${line}${comment}\n`), [
        'py-unsafe-deserialisation',
      ]);
    }
  });
});

describe('aliases', () => {
  const dangerous = [
    'e = eval\ne(x)',
    'from os import system as s\ns("ls " + input())',
    'getattr(os, "sys" + "tem")(input())',
    '__import__("os").system(input())',
    'import builtins\nbuiltins.eval(x)',
    '__builtins__.__dict__["eval"](x)',
    'getattr(__import__("builtins"), "lave"[::-1])(x)',
    'def f(c):\n  subprocess.run(f"ls {c}", **{"shell": True})',
    'def f(c):\n  on = 1\n  subprocess.run(f"ls {c}", shell=on)',
    'def f(c):\n  options = dict(shell=True)\n  subprocess.run(f"ls {c}", **options)',
    '[eval][0](x)',
    '{"f": eval}["f"](x)',
    '(lambda f: f(x))(eval)',
    'e, f = eval, 1\ne(x)',
    'if (e := eval)(x): pass',
    'try:\n  e = eval\nexcept Exception:\n  e = print\ne(x)',
    'def g():\n  return eval\ng()(x)',
    'def f(run=eval):\n  run(x)',
    'class A:\n  f = staticmethod(eval)\nA.f(x)',
    'from functools import partial\npartial(eval)(x)',
  ];
  for (const code of dangerous) {
    it(code.replaceAll('\n', '; '), async () => {
      const found = await findings(code);
      assert.ok(found.some(({ severity }) => severity !== 'low'));
    });
  }

  it('of what is harmless are harmless', async () => {
    assert.deepEqual(await rulesIn('e = print\ne(x)\ndef eval(x):\n  return x\neval(y)\n'), []);
  });
});

describe('guards', () => {
  const view = (check: string) =>
    `from flask import request, abort\ndef f():\n    n = request.args['n']\n${check}\n    os.system('show ' + n)\n`;
  it('end the flow where the code leaves when they fail', async () => {
    for (const check of [
      '    if n not in ALLOWED:\n        abort(400)',
      "    if not re.fullmatch(r'[a-z]+', n):\n        raise ValueError",
      '    n = shlex.quote(n)',
      '    ok = n in ALLOWED\n    if not ok:\n        return',
      '    assert_allowed = validate_name(n)\n    if not assert_allowed:\n        return',
      "    if n == 'a' or n == 'b':\n        pass\n    else:\n        return",
    ]) {
      assert.deepEqual(await rulesIn(view(check)), [], check);
    }
  });

  it('do not end it where the code goes on', async () => {
    for (const check of [
      "    if n not in ALLOWED:\n        print('no')",
      '    if n in ALLOWED:\n        pass',
      "    if n.endswith('.txt'):\n        pass",
      '    if not n:\n        abort(400)',
      "    if n == 'help':\n        return",
    ]) {
      assert.deepEqual(await rulesIn(view(check)), ['py-command-injection'], check);
    }
  });
});

describe('hostile code', () => {
  it('never makes it throw; what is not read to its end is a finding or has failed', async () => {
    const codes = [
      `x = ${'('.repeat(50_000)}`,
      `f = ${'f"{'.repeat(3000)}`,
      `${'a.b().'.repeat(20_000)}c()`,
      `x = 'a'\n${'x = x + x\n'.repeat(200)}`,
      `${Array.from({ length: 4000 }, (_, i) => `v${i} = input()\nif v${i} not in A: raise E`).join('\n')}`,
      '\0\u{1F600}\ufeff"""',
      `# ${'x'.repeat(1_000_001)}`,
    ];
    const results = await analyser.analyse(codes.map((code) => ({ code, language: 'python' })));
    const kinds = results.map(({ kind }) => kind);
    assert.equal(kinds.length, codes.length);
    for (const deep of [results[0]!, results[2]!]) {
      assert.ok(deep.kind === 'analysed');
      assert.deepEqual(
        deep.findings.map(({ rule }) => rule),
        ['too-deep'],
      );
    }
    assert.equal(kinds[4], 'failed');
    assert.equal(kinds.at(-1), 'failed');
    assert.equal(kinds[3], 'analysed');
    assert.deepEqual(await rulesIn('e = eval\ne(x)'), ['py-code-injection']);
  });
});

describe('worker threads', () => {
  it('each have the grammars', async () => {
    const module = new URL('../../src/oracles/code-security/ast-grep/analyser.ts', import.meta.url).href;
    const script = `
      const { parentPort } = require('node:worker_threads');
      import(${JSON.stringify(module)}).then(async ({ createAstGrepAnalyser }) => {
        const snippets = [
          { language: 'python', code: "API = 'AKIAABCDEFGHIJKLMNOP'" },
          { language: 'rust', code: 'fn main() {' },
          { language: 'c', code: 'words that are no code at all, in any way whatsoever' },
        ];
        const results = await createAstGrepAnalyser().analyse(snippets);
        parentPort.postMessage(results.map((result) => result.findings.map(({ rule }) => rule)[0]));
      });`;
    const answers = await Promise.all(
      [1, 2, 3].map(
        () =>
          new Promise((resolve, reject) => {
            const worker = new Worker(script, { eval: true });
            worker.once('message', resolve);
            worker.once('error', reject);
          }),
      ),
    );
    for (const answer of answers) {
      const [python, , c] = answer as (string | undefined)[];
      assert.equal(python, 'py-aws-key');
      assert.equal(c, INVALID_SYNTAX);
    }
  });
});

describe("a user's rules", () => {
  const folder = mkdtempSync(join(tmpdir(), 'purpcode-rules-'));
  after(() => rmSync(folder, { recursive: true }));
  const rule = (change: string) =>
    `id: py-own\nlanguage: python\ncwe: [1]\nseverity: high\nmessage: m\nhelp: h\nnote: n\ntriggers: [own]\n${change}\nbad: ['own(1)']\ngood: ['other(1)']\n`;
  const analyse = async (text: string) => {
    writeFileSync(join(folder, 'py-own.yml'), text);
    const [result] = await createAstGrepAnalyser({ rules: [folder] }).analyse([
      { code: 'own(1)', language: 'python' },
    ]);
    return result?.kind === 'analysed' ? result.findings.map((finding) => finding.rule) : [];
  };

  it('are tried beside ours', async () => {
    assert.deepEqual(await analyse(rule('rule: { pattern: own($A) }')), ['py-own']);
    assert.deepEqual(await analyse(rule('flow: { sinks: [{ call: own }] }')), ['py-own']);
  });

  for (const [what, change, field] of [
    ['an unknown key', 'rule: { pattern: own($A) }\nseverty: low', 'severty'],
    ['a kind that the grammar lacks', 'rule: { kind: nonsense }', 'rule'],
    ['an unknown sink', 'flow: { sinks: [{ calls: own }] }', 'flow.sinks.0'],
    ['a broken regular expression', "flow: { code: '(', sinks: [{ call: own }] }", 'flow.code'],
    ['neither rule nor flow', '', 'rule'],
    ['broken YAML', 'rule: {', 'line'],
  ] as const) {
    it(`are refused with ${what}, by file and field`, async () => {
      await assert.rejects(analyse(rule(change)), (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, /py-own/);
        assert.ok(error.message.includes(field), error.message);
        return true;
      });
    });
  }

  it('are refused when the folder is not there', async () => {
    const missing = createAstGrepAnalyser({ rules: [join(folder, 'missing')] });
    await assert.rejects(missing.analyse([{ code: 'x', language: 'python' }]), ConfigError);
  });
});

it('finds no way into code that is nested so deep that rules would take minutes, and says so', async () => {
  const deep = (open: string, close: string) => `x = ${open.repeat(30_000)}1${close.repeat(30_000)};`;
  const long = Array.from({ length: 2_000 }, (_, i) => `const value${i} = eval(text${i});`).join('\n');
  const results = await createAstGrepAnalyser().analyse(
    [deep('f(', ')'), `y = ${'a + '.repeat(20_000)}a;`, `${'if (a) b(); else '.repeat(5_000)}c();`, long].map(
      (code) => ({
        code,
        language: 'javascript',
      }),
    ),
  );
  for (const result of results.slice(0, 3)) {
    assert.deepEqual(result.kind === 'analysed' && result.findings.map(({ rule }) => rule), ['too-deep']);
  }
  assert.equal(results[3]!.kind === 'analysed' && results[3]!.findings.length, 2_000);
});
