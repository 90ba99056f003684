/** A check by a regular expression protects only as far as the pattern says something of all of the text. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAstGrepAnalyser } from '../../src/oracles/code-security/ast-grep/analyser.ts';
import {
  type PatternSays,
  whatPatternSays,
} from '../../src/oracles/code-security/ast-grep/python/pattern-guards.ts';

const PATTERNS: readonly (readonly [method: string, pattern: string, says: PatternSays])[] = [
  ['match', '^[a-z]+$', { kind: 'whole' }],
  ['match', '[a-z]+\\Z', { kind: 'whole' }],
  ['match', '(?i)^(?:a|b)$', { kind: 'whole' }],
  ['fullmatch', '[\\w.-]+', { kind: 'whole' }],
  ['search', '^[]|]+$', { kind: 'whole' }],
  ['search', '\\w+', undefined],
  ['search', '[a-z]+$', undefined],
  ['match', '[a-z]+', undefined],
  ['match', '^a$|^b', undefined],
  ['match', 'costs 5\\$', { kind: 'prefix', literal: 'costs 5$' }],
  ['match', '^.*$', undefined],
  ['fullmatch', '[\\s\\S]+', undefined],
  ['match', '^https?://api\\.example\\.com/', { kind: 'prefix', literal: 'http://api.example.com/' }],
  ['match', '^https?://', { kind: 'prefix', literal: 'http://' }],
  ['match', '^ab*', { kind: 'prefix', literal: 'a' }],
  ['search', '[^a-z0-9]', { kind: 'foreign' }],
  ['search', '\\W', { kind: 'foreign' }],
  ['search', '[;&|]', undefined],
];

describe('a pattern', () => {
  for (const [method, pattern, says] of PATTERNS) {
    it(`${method} of ${pattern} says ${says?.kind ?? 'nothing'}`, () => {
      assert.deepEqual(whatPatternSays(method, pattern), says);
    });
  }

  it('may be hostile', () => {
    assert.equal(whatPatternSays('match', '('.repeat(100_000)), undefined);
    assert.equal(whatPatternSays('match', '[\\'), undefined);
  });
});

const HEAD =
  "import os, re, requests\nfrom flask import abort, request\nSAFE = re.compile(r'^[a-z]+$')\nPART = re.compile(r'[a-z]')\n";
const ping = (check: string) =>
  `${HEAD}@app.route('/ping')\ndef ping():\n    host = request.args['host']\n    if ${check}:\n        abort(400)\n    os.system('ping ' + host)\n`;
const get = (check: string) =>
  `${HEAD}@app.route('/get')\ndef get():\n    url = request.args['url']\n    if not ${check}:\n        abort(400)\n    return requests.get(url, timeout=5).text\n`;

const analyser = createAstGrepAnalyser();

async function isFlagged(code: string, rule: string): Promise<boolean> {
  const [result] = await analyser.analyse([{ code, language: 'python' }]);
  assert.equal(result?.kind, 'analysed');
  return result.findings.some((finding) => finding.rule === rule);
}

/** Code after a check, and whether the rule still flags it. */
function afterChecks(
  what: string,
  rule: string,
  cases: Readonly<Record<string, readonly [string, boolean]>>,
): void {
  describe(what, () => {
    for (const [check, [code, flagged]] of Object.entries(cases)) {
      it(`after ${check} is ${flagged ? 'not safe' : 'safe'}`, async () => {
        assert.equal(await isFlagged(code, rule), flagged);
      });
    }
  });
}

const each = (
  code: (check: string) => string,
  { safe, not }: { readonly safe: readonly string[]; readonly not: readonly string[] },
) =>
  Object.fromEntries([
    ...safe.map((check) => [check, [code(check), false] as const] as const),
    ...not.map((check) => [check, [code(check), true] as const] as const),
  ]);

afterChecks(
  'a command',
  'py-command-injection',
  each(ping, {
    safe: ["not re.match(r'^[a-z]+$', host)", 'not SAFE.match(host)', "re.search(r'[^a-z0-9]', host)"],
    not: ["not re.search(r'\\w+', host)", 'not PART.match(host)', "re.search(r'[;&|]', host)"],
  }),
);

afterChecks(
  'an address',
  'py-ssrf',
  each(get, {
    safe: [
      "re.match(r'^https://api\\.example\\.com/', url)",
      "url.startswith('https://api.example.com/')",
      "url.startswith(('https://a.example/', 'https://b.example/'))",
    ],
    not: [
      "re.match(r'^https?://', url)",
      "url.startswith('https://api.example.com')",
      "url.startswith(('https://a.example/', 'http'))",
    ],
  }),
);

const checked = (body: string) => `def is_valid(host):\n    return ${body}\n${ping('not is_valid(host)')}`;
const cleaned = (body: string) =>
  `def sanitize(host):\n    return ${body}\n${HEAD}@app.route('/ping')\ndef ping():\n    os.system('ping ' + sanitize(request.args['host']))\n`;

afterChecks('a command, by a function of the code,', 'py-command-injection', {
  'the name was asked for': [checked("re.fullmatch('[a-z.]+', host) is not None"), false],
  'it was one of some': [checked('host in HOSTS'), false],
  'another was asked': [checked('known(host) and len(host) < 100'), false],
  'it was long enough': [checked('len(host) > 3'), true],
  'there was any': [checked('host and 0 < len(host)'), true],
  'characters were taken out': [cleaned("re.sub('[^a-z.]', '', host)"), false],
  'it was stripped': [cleaned('host.strip().lower()'), true],
});
