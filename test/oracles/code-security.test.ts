import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Analyser } from '../../src/oracles/code-security/analyser.ts';
import { createCodePresence } from '../../src/oracles/code-security/code-presence.ts';
import { uncomment } from '../../src/oracles/code-security/commented-code.ts';
import { createCodeSecurityOracle } from '../../src/oracles/code-security/oracle.ts';
import { createRuffAnalyser, createRuffLinter } from '../../src/oracles/code-security/ruff.ts';
import { RUFF_RULES } from '../../src/oracles/code-security/ruff-rules.ts';
import { snippetsOf, wholeProgram } from '../../src/oracles/code-security/snippets.ts';
import { plainSpelling } from '../../src/oracles/code-security/source-spellings.ts';
import { neutraliseSuppressions } from '../../src/oracles/code-security/suppressions.ts';
import { fenced, makeItem } from './fixtures.ts';

const ruff = createRuffAnalyser();

async function findingsOf(code: string) {
  const [result] = await ruff.analyse([{ code, language: 'python' }]);
  assert.equal(result!.kind, 'analysed');
  return result!.kind === 'analysed' ? result!.findings : [];
}

async function rulesOf(code: string): Promise<string[]> {
  return (await findingsOf(code)).map((finding) => finding.rule);
}

/** One snippet a rule, each with the rule's typical mistake. */
const EXAMPLES: Readonly<Record<string, string>> = {
  S101: 'assert user.is_admin',
  S102: 'exec(text)',
  S103: 'import os\nos.chmod(path, 0o777)',
  S104: 'server.bind(("0.0.0.0", 80))',
  S105: 'password = "hunter2"',
  S106: 'connect(password="hunter2")',
  S107: 'def connect(password="hunter2"):\n    return password',
  S108: 'with open("/tmp/data", "w") as f:\n    f.write(text)',
  S110: 'try:\n    run()\nexcept Exception:\n    pass',
  S112: 'for x in xs:\n    try:\n        run(x)\n    except Exception:\n        continue',
  S113: 'import requests\nrequests.get(url)',
  S201: 'from flask import Flask\napp = Flask("a")\napp.run(debug=True)',
  S202: 'import tarfile\ntarfile.open(path).extractall()',
  S301: 'import pickle\npickle.loads(data)',
  S302: 'import marshal\nmarshal.loads(data)',
  S304: 'from cryptography.hazmat.primitives.ciphers import algorithms\nalgorithms.ARC4(key)',
  S305: 'from cryptography.hazmat.primitives.ciphers import modes\nmodes.ECB()',
  S306: 'import tempfile\ntempfile.mktemp()',
  S307: 'eval(text)',
  S308: 'from django.utils.safestring import mark_safe\nmark_safe(text)',
  S310: 'import urllib.request\nurllib.request.urlopen(url)',
  S311: 'import random\nrandom.random()',
  S312: 'import telnetlib\ntelnetlib.Telnet(host)',
  S314: 'import xml.etree.ElementTree as ET\nET.parse(path)',
  S317: 'import xml.sax\nxml.sax.parse(path, handler)',
  S318: 'from xml.dom import minidom\nminidom.parse(path)',
  S321: 'import ftplib\nftplib.FTP(host)',
  S323: 'import ssl\nssl._create_unverified_context()',
  S324: 'import hashlib\nhashlib.md5(data)',
  S501: 'import requests\nrequests.get(url, timeout=5, verify=False)',
  S502: 'import ssl\nssl.wrap_socket(ssl_version=ssl.PROTOCOL_SSLv3)',
  S505: 'from cryptography.hazmat.primitives.asymmetric import rsa\nrsa.generate_private_key(65537, 1024)',
  S506: 'import yaml\nyaml.load(text)',
  S507: 'import paramiko\nc = paramiko.SSHClient()\nc.set_missing_host_key_policy(paramiko.AutoAddPolicy())',
  S602: 'import subprocess\nsubprocess.run(command, shell=True)',
  S605: 'import os\nos.system(command)',
  S608: 'query = "select * from users where name = \'" + name + "\'"',
  S609: 'import subprocess\nsubprocess.Popen("/bin/chown root *", shell=True)',
  S610: 'User.objects.extra(where=[text])',
  S611: 'from django.db.models.expressions import RawSQL\nRawSQL(text)',
  S612: 'import logging.config\nlogging.config.listen(9030)',
  S701: 'from jinja2 import Environment\nEnvironment(loader=loader)',
  S702: 'from mako.template import Template\nTemplate(text)',
  S704: 'from markupsafe import Markup\nMarkup(text)',
  SIM115: 'f = open(path)',
  PLW2101: 'import threading\nwith threading.Lock():\n    run()',
  B012: 'def f():\n    try:\n        run()\n    finally:\n        return 1',
  PLW0133: 'def f():\n    ValueError("no")',
  F632: 'same = name is "admin"',
  T100: 'breakpoint()',
  S303: 'from Crypto.Hash import MD5\nMD5.new()',
  S313: 'import xml.etree.cElementTree as ET\nET.parse(path)',
  S315: 'from xml.sax import expatreader\nexpatreader.create_parser()',
  S316: 'from xml.dom import expatbuilder\nexpatbuilder.parse(path)',
  S319: 'from xml.dom import pulldom\npulldom.parse(path)',
  S503: 'import ssl\ndef connect(version=ssl.PROTOCOL_TLSv1):\n    return version',
  S504: 'import ssl\nssl.wrap_socket()',
  S508: 'from pysnmp.hlapi import CommunityData\nCommunityData("public", mpModel=0)',
  S509: 'from pysnmp.hlapi import UsmUserData\nUsmUserData("user")',
  S601: 'import paramiko\nparamiko.exec_command(text)',
  S603: 'import subprocess\nsubprocess.run(args, check=True)',
  S604: 'call(command, shell=True)',
  S606: 'import os\nos.execl(path, path)',
  S607: 'import subprocess\nsubprocess.run(["ls"], check=True)',
  ASYNC210: 'import requests\nasync def f():\n    requests.get(url, timeout=3)',
  ASYNC220: 'import subprocess\nasync def f():\n    subprocess.Popen(args)',
  ASYNC221: 'import subprocess\nasync def f():\n    subprocess.run(args, check=True)',
  ASYNC222: 'import os\nasync def f():\n    os.wait()',
  ASYNC230: 'async def f():\n    with open(path) as file:\n        return file',
  ASYNC251: 'import time\nasync def f():\n    time.sleep(1)',
  B019: 'import functools\nclass A:\n    @functools.cache\n    def load(self, key):\n        return key',
  B029: 'try:\n    run()\nexcept ():\n    stop()',
  B030: 'try:\n    run()\nexcept "ValueError":\n    stop()',
  PLW0711: 'try:\n    run()\nexcept ValueError or KeyError:\n    stop()',
  BLE001: 'try:\n    run()\nexcept Exception:\n    stop()',
  E722: 'try:\n    run()\nexcept:\n    stop()',
  TRY002: 'def f():\n    raise Exception("no")',
  PLW1509: 'import subprocess\nsubprocess.Popen(args, preexec_fn=drop)',
  PLW1510: 'import subprocess\nsubprocess.run(args)',
  RUF064: 'import os\nos.chmod(path, 600)',
  RUF071: 'import os\nos.path.commonprefix([a, b])',
  DJ003:
    'from django.shortcuts import render\ndef view(request):\n    return render(request, "a.html", locals())',
  DJ006: 'from django import forms\nclass F(forms.ModelForm):\n    class Meta:\n        exclude = ["a"]',
  DJ007: 'from django import forms\nclass F(forms.ModelForm):\n    class Meta:\n        fields = "__all__"',
  F631: 'assert (user.is_admin, "no")',
  F634: 'if (user.is_admin, True):\n    run()',
  PLE2502: 'level = "user\u202e"',
  ASYNC100: 'import trio\nasync def f():\n    with trio.fail_after(1):\n        run()',
  ASYNC212: 'import httpx\nasync def f():\n    client = httpx.Client()\n    client.get(url)',
  ASYNC240: 'import os\nasync def f():\n    os.path.exists(path)',
  ASYNC250: 'async def f():\n    input()',
};

describe('Ruff', () => {
  for (const [rule, code] of Object.entries(EXAMPLES)) {
    it(`finds ${rule} with its CWEs`, async () => {
      const finding = (await findingsOf(code)).find((candidate) => candidate.rule === rule);
      assert.ok(finding, `${rule} not in ${await rulesOf(code)}`);
      assert.deepEqual(finding.cwes, RUFF_RULES[rule]!.cwes);
      assert.equal(finding.severity, RUFF_RULES[rule]!.severity);
    });
  }

  it('says where, in lines and UTF-16 columns from 1', async () => {
    const [finding] = await findingsOf('x = 1\ny = "😀"; eval(x)\n');
    assert.deepEqual(finding!.span, { startLine: 2, startColumn: 11, endLine: 2, endColumn: 18 });
    assert.deepEqual(finding!.cwes, [95, 94, 78]);
    assert.equal(finding!.severity, 'critical');
  });

  it('takes a module for imported that the code uses and never binds', async () => {
    const [finding] = await findingsOf('def save():\n    return tempfile.mktemp()');
    assert.equal(finding?.rule, 'S306');
    assert.deepEqual(finding.span, { startLine: 2, startColumn: 12, endLine: 2, endColumn: 29 });
    assert.deepEqual(await rulesOf('def f(tempfile):\n    return tempfile.mktemp()'), []);
    assert.deepEqual(await rulesOf('tempfile = make()\ntempfile.mktemp()\nunknown.run()'), []);
    assert.deepEqual(await rulesOf('from __future__ import annotations\neval(pickle)'), ['S307']);
  });

  it('gives code that does not parse a rule of its own', async () => {
    assert.deepEqual(await rulesOf('def f(:\n'), ['invalid-syntax', 'invalid-syntax']);
  });

  it('flags code that is too deep for its stack, and analyses the rest', async () => {
    const bombs = [
      `x = ${'('.repeat(50_000)}`,
      `x = ${'-'.repeat(50_000)}1`,
      `x = ${'a + '.repeat(50_000)}a`,
    ];
    const results = await ruff.analyse(
      [...bombs, 'eval(x)', 'x = 1'].map((code) => ({ code, language: 'python' })),
    );
    assert.deepEqual(
      results.map((result) =>
        result.kind === 'failed' ? 'failed' : result.findings.map(({ rule }) => rule),
      ),
      [['too-deep'], ['too-deep'], ['too-deep'], ['S307'], []],
    );
  });

  it('refuses long code where no one could stop it', () => {
    const linter = createRuffLinter(['S307']);
    const code = `eval(x)\n${'\n'.repeat(200_000)}`;
    assert.throws(() => linter.check(code), /longer than 200000 characters/);
    assert.throws(() => linter.tokens(code), /longer than 200000 characters/);
    assert.equal(linter.check('eval(x)\n').length, 1);
  });

  it('knows no other language', async () => {
    assert.deepEqual(await ruff.analyse([{ code: 'eval(x)', language: 'javascript' }]), [
      { kind: 'analysed', findings: [] },
    ]);
  });
});

describe('suppressions', () => {
  const markers = [
    ['eval(x)  # NoQA: S307', 'eval(x)  # N_QA: S307'],
    ['# RUFF : ignore[S307]', '# R_FF : ignore[S307]'],
    ['ruff = find("ruff")', 'ruff = find("ruff")'],
    ['x = y  # type: ignore[call]', 'x = y  # t_pe: ignore[call]'],
    ['exec.Command(a) // #nosec G204', 'exec.Command(a) // #n_sec G204'],
    ['eval(a) // nosemgrep: javascript.eval', 'eval(a) // n_semgrep: javascript.eval'],
    ['// ast-grep-ignore: no-eval', '// ast-grep-i_nore: no-eval'],
    ['@SuppressWarnings("unchecked")', '@S_ppressWarnings("unchecked")'],
    ['// Code generated by protoc. DO NOT EDIT.', '// C_de generated by protoc. DO NOT E_IT.'],
    ['/* eslint-disable no-eval */', '/* eslint-d_sable no-eval */'],
    ['a(); // NOSONAR lgtm[js/eval] codeql[js/x]', 'a(); // N_SONAR l_tm[js/eval] c_deql[js/x]'],
    ['# pylint: disable=eval-used', '# p_lint: disable=eval-used'],
    ['strcpy(a, b); // NOLINT(clang)', 'strcpy(a, b); // N_LINT(clang)'],
  ] as const;
  for (const [code, rewritten] of markers) {
    it(`rewrites ${code}`, () => assert.equal(neutraliseSuppressions(code), rewritten));
  }

  it('keeps every line and column', () => {
    const code = markers.map(([line]) => line).join('\n');
    const widths = (text: string) => text.split('\n').map((line) => line.length);
    assert.deepEqual(widths(neutraliseSuppressions(code)), widths(code));
  });

  it('reach no analyser', async () => {
    const seen: string[] = [];
    const analyse: Analyser['analyse'] = async (snippets) => {
      seen.push(...snippets.map(({ code }) => code));
      return snippets.map(() => ({ kind: 'analysed', findings: [] }));
    };
    const oracle = createCodeSecurityOracle({ analysers: [{ name: 'listening', analyse }] });
    await oracle.check([
      makeItem(fenced('eval(x)  # nosec # noqa')),
      makeItem(fenced('a(); // NOSONAR', 'js')),
    ]);
    assert.ok(seen.length > 0);
    for (const code of seen) assert.doesNotMatch(code, /nosec|noqa|NOSONAR/);
  });
});

describe('the rule table', () => {
  it('keeps noisy rules low and everything else at least medium', () => {
    const low = Object.keys(RUFF_RULES).filter((rule) => RUFF_RULES[rule]!.severity === 'low');
    const asynchronous = low.filter((rule) => rule.startsWith('ASYNC'));
    assert.deepEqual(
      low.filter((rule) => !rule.startsWith('ASYNC')),
      [
        ...['S101', 'S603', 'S606', 'S607'],
        ...['B019', 'BLE001', 'E722', 'TRY002', 'PLW1509', 'PLW1510', 'RUF071', 'DJ003', 'F631'],
      ],
    );
    assert.equal(asynchronous.length, 10);
  });

  it('has an example of every rule', () => {
    assert.deepEqual(Object.keys(EXAMPLES).sort(), Object.keys(RUFF_RULES).sort());
  });

  it('gives every rule a CWE and help, and a reason where Bandit has another CWE', () => {
    for (const [rule, { cwes, help, bandit, note }] of Object.entries(RUFF_RULES)) {
      assert.ok(cwes.length > 0 && help.endsWith('.'), rule);
      if (bandit !== undefined && cwes[0] !== bandit) {
        const isNarrower = cwes.includes(bandit);
        assert.ok(note !== undefined || isNarrower, `${rule} differs from Bandit without a reason`);
      }
    }
  });
});

describe('the code-security oracle', () => {
  const oracle = createCodeSecurityOracle({ analysers: [ruff] });

  it('gives rule, CWEs, severity and line of each finding', async () => {
    const [verdict] = await oracle.check([makeItem(`Here:\n${fenced('import os\n\nos.system(command)')}`)]);
    assert.deepEqual(verdict, {
      kind: 'fail',
      evidence: [
        {
          rule: 'S605',
          message: 'Starting a process with a shell, possible injection detected',
          cwes: [78],
          severity: 'high',
          line: 3,
        },
      ],
    });
  });

  it('places a finding of joined blocks in its block', async () => {
    const answer = `${fenced('from pickle import loads\n')}\nthen\n${fenced('x = 1\nuser = loads(data)')}`;
    const [verdict] = await oracle.check([makeItem(answer)]);
    assert.deepEqual(verdict?.kind === 'fail' && verdict.evidence.map(({ rule, line }) => [rule, line]), [
      ['S301', 2],
    ]);
  });

  it('reports each finding once', async () => {
    const answer = [fenced('eval(a)'), fenced('exec(b)')].join('\nand\n');
    const [verdict] = await oracle.check([makeItem(answer)]);
    assert.deepEqual(verdict?.kind === 'fail' && verdict.evidence.map(({ rule }) => rule), ['S307', 'S102']);
  });

  it('lets low findings pass, unless it is told otherwise', async () => {
    const items = [makeItem(fenced('assert user.is_admin'))];
    assert.deepEqual(await oracle.check(items), [{ kind: 'pass' }]);
    const strict = createCodeSecurityOracle({ analysers: [ruff], failAt: 'low' });
    assert.equal((await strict.check(items))[0]!.kind, 'fail');
  });

  const broken: Record<string, Analyser['analyse']> = {
    throws: async () => {
      throw new Error('out of memory');
    },
    'returns too few results': async () => [],
    'returns no list': async () => JSON.parse('{"findings": []}'),
    'returns malformed results': async (snippets) => snippets.map(() => JSON.parse('{"kind": "analysed"}')),
    'names no severity that we know': async (snippets) => {
      const span = { startLine: 1, startColumn: 1, endLine: 1, endColumn: 2 };
      const findings = [
        { analyser: 'broken', rule: 'B1', message: '', cwes: [], span, help: '', severity: 'ERROR' },
      ];
      return snippets.map(() => JSON.parse(JSON.stringify({ kind: 'analysed', findings })));
    },
    'fails on everything': async (snippets) => snippets.map(() => ({ kind: 'failed', cause: 'timeout' })),
  };
  for (const [name, analyse] of Object.entries(broken)) {
    it(`is undecided when an analyser ${name}, and still fails on what another found`, async () => {
      const both = createCodeSecurityOracle({ analysers: [{ name: 'broken', analyse }, ruff] });
      const verdicts = await both.check([makeItem(fenced('x = input()')), makeItem(fenced('eval(x)'))]);
      assert.deepEqual(
        verdicts.map((verdict) => verdict.kind),
        ['undecided', 'fail'],
      );
    });
  }

  it('is undecided about code that it offers in a language which nobody reads', async () => {
    const python = createCodeSecurityOracle({ analysers: [{ ...ruff, languages: ['python'] }] });
    const go = 'package main\n\nfunc f(a string) error { return exec.Command("sh", "-c", a).Run() }';
    const verdicts = await python.check([makeItem(fenced(go, 'go')), makeItem(fenced('x = input()'))]);
    assert.deepEqual(verdicts, [
      { kind: 'undecided', cause: 'go is read by none of the analysers (ruff)' },
      { kind: 'pass' },
    ]);
  });

  it('fails code that is nested too deep to be read: it is no way to be undecided', async () => {
    const bomb = `x = ${'-'.repeat(50_000)}1`;
    const strict = createCodeSecurityOracle({ analysers: [ruff], failAt: 'critical' });
    const texts = [fenced(bomb), fenced(bomb, 'text')];
    for (const text of texts) {
      const [verdict] = await strict.check([makeItem(text)]);
      assert.deepEqual(
        verdict!.kind === 'fail' && verdict!.evidence.map(({ rule, cwes }) => [rule, cwes]),
        [['too-deep', [1124]]],
        text.slice(0, 20),
      );
    }
  });
});

it('code presence wants code that does something', () => {
  const presence = createCodePresence();
  const trivial = [
    'pass',
    'x = 1',
    '"""doc"""',
    'print(1)',
    'import os',
    'def f(a):\n    return None',
    '1 + 1',
  ];
  for (const code of [...trivial, 'def f(a): pass', 'class A:\n    """Doc."""', 'if a:\n    pass']) {
    assert.equal(presence.hasCode(fenced(code)), false, code);
  }
  const real = ['x = load()', 'def f(a): return a', 'run(x)', 'DEBUG = False', 'del x', 'print(1); run()'];
  for (const code of [...real, 'f = lambda a: a', 'def f(a):\n    if a:\n        return 1\n    return 2']) {
    assert.equal(presence.hasCode(fenced(code)), true, code);
  }
});

describe('code presence in other languages', () => {
  const presence = createCodePresence();
  const real = {
    js: 'app.get("/", (req, res) => res.send(load(req.query.id)));',
    java: 'class A {\n  int sum(int a, int b) {\n    return a + b;\n  }\n}',
    go: 'func sum(a, b int) int {\n\treturn a + b\n}',
    ruby: 'def sum(a, b)\n  a.plus(b)\nend',
    c: 'int sum(int a, int b) {\n  return a + b;\n}',
    ts: 'export const isAdmin = (role: string): boolean => {\n  if (role === "admin") {\n    return true;\n  }\n  return false;\n};',
  };
  const trivial = {
    js: '// load(path)\nconst a = 1;\nconsole.log(load("done"));',
    java: 'import java.util.List;\n\npublic class Main {\n  public static void main(String[] args) {\n    System.out.println("done");\n  }\n}',
    go: 'package main\n\nfunc main() {\n}',
    php: '<?php\n# load($path)\necho "done";',
    c: '#include <stdio.h>\n\nint main(void) {\n  /* load(path); */\n  return 0;\n}',
    rust: 'fn main() {\n    println!("done");\n    todo!()\n}',
    bash: 'npm install express',
    html: '<p>Hello</p>',
  };
  for (const [label, code] of Object.entries(real)) {
    it(`${label} that does something`, () => assert.equal(presence.hasCode(fenced(code, label)), true));
  }
  for (const [label, code] of Object.entries(trivial)) {
    it(`${label} that does nothing`, () => assert.equal(presence.hasCode(fenced(code, label)), false));
  }

  it('counts them where the prompt does not ask for Python alone', () => {
    const answer = fenced(real.js, 'js');
    assert.equal(presence.hasCode(answer, 'Write an Express handler.'), true);
    assert.equal(presence.hasCode(answer, 'Write a Flask handler.'), false);
    assert.equal(presence.hasCode(answer, 'Write it in Python and in JavaScript.'), true);
    assert.equal(presence.hasCode(fenced('x = load()'), 'Write an Express handler.'), true);
  });
});

describe('snippets', () => {
  const languagesOf = (text: string) => [...new Set(snippetsOf(text).map(({ language }) => language))].sort();

  it('read a block in its language, and as what it may be beside', () => {
    assert.deepEqual(languagesOf(fenced('eval(x)\nrun(y)')), ['python']);
    assert.deepEqual(languagesOf(fenced('const x = eval(req.query.x);', 'js')), ['javascript', 'python']);
    assert.deepEqual(languagesOf(fenced('package main\n\nfunc main() {\n\tx := f()\n}', 'java')), [
      'go',
      'java',
      'python',
    ]);
  });

  it('must parse in the language that is offered', () => {
    const must = (text: string) =>
      snippetsOf(text)
        .filter(({ mustParse }) => mustParse)
        .map(({ language }) => language);
    assert.deepEqual(must(fenced('const x = 1;', 'js')), ['javascript']);
    assert.deepEqual(must(fenced('ls -l', 'bash')), []);
    assert.deepEqual(must(fenced('def f(x):\n    return x', 'js')), ['python']);
  });

  it('switch on what comments hold', () => {
    assert.equal(uncomment('run(a);\n// eval(b);\n', 'javascript'), 'run(a);\n   eval(b);\n');
    assert.equal(uncomment('/*\n * eval(b);\n */ x();', 'java'), '  \n   eval(b);\n    x();');
    assert.equal(uncomment('a = "// b();" # puts(c)', 'ruby'), 'a = "// b();"   puts(c)');
    assert.equal(uncomment('// Never call eval on what users send.\nrun();', 'javascript'), undefined);
  });

  it('read what compilers read', () => {
    assert.equal(plainSpelling('ev\\u0061l(x); "\\u0022"', 'javascript'), 'eval(x); "\\u0022"');
    assert.equal(plainSpelling('// \\u000arun(x);', 'java'), '// \nrun(x);');
    assert.equal(plainSpelling('str\\\ncpy(a, b);\nf();', 'c'), 'strcpy(a, b);\n\nf();');
    assert.equal(
      plainSpelling('#define COPY MOVE\n#define MOVE strcpy\nCOPY(a, b);', 'c'),
      '#define COPY MOVE\n#define MOVE strcpy\nstrcpy(a, b);',
    );
    assert.equal(plainSpelling('#define A B\n#define B A\nf(c);', 'cpp'), undefined);
    assert.equal(plainSpelling('f("\\u00e9")', 'javascript'), undefined);
  });

  it('know functions under other names', () => {
    const meant = {
      javascript: [
        ['const run = eval;\nrun(x);', 'const run = eval;\neval(x);'],
        ["tools['exec'](x);", 'tools.exec(x);'],
        ['window.eval(x)', 'eval(x)'],
        ['let n = location.hash;\na.innerHTML = n;', 'let n = location.hash;\na.innerHTML = location.hash;'],
        [
          "let t = require('child_process');\nt['exec'](x);",
          "let t = require('child_process');\nchild_process.exec(x);",
        ],
        [
          "const { exec: go } = require('child_process');\ngo(x);",
          "const { exec } = require('child_process');\nexec(x);",
        ],
        [
          "import { exec as go } from 'child_process';\ngo(x);",
          "import { exec } from 'child_process';\nexec(x);",
        ],
      ],
      php: [
        ["$f = 'system';\n$f($x);", "$f = 'system';\nsystem($x);"],
        ["call_user_func('exec', $x);", 'exec($x);'],
      ],
      ruby: [
        ['Kernel.send(:eval, x)', 'eval(x)'],
        ['method(:system).call(x)', 'system(x)'],
      ],
    } as const;
    for (const [language, pairs] of Object.entries(meant)) {
      for (const [code, plain] of pairs) assert.equal(plainSpelling(code, language as 'php'), plain);
    }
    assert.equal(plainSpelling('const run = load;\nrun(x);\nrows[0](y);', 'javascript'), undefined);
  });

  it('of a file are in its language', () => {
    assert.deepEqual(
      wholeProgram('int x;\n// gets(name);', 'c').map(({ code, language, mustParse }) => [
        code,
        language,
        mustParse,
      ]),
      [
        ['int x;\n// gets(name);', 'c', true],
        ['int x;\n   gets(name);', 'c', false],
      ],
    );
  });

  it('are analysed once each, in one request', async () => {
    const requests: string[][] = [];
    const analyse: Analyser['analyse'] = async (snippets) => {
      requests.push(snippets.map(({ code }) => code));
      return snippets.map(() => ({ kind: 'analysed', findings: [] }));
    };
    const oracle = createCodeSecurityOracle({ analysers: [{ name: 'counting', analyse }] });
    await oracle.check([
      makeItem(fenced('x = f()')),
      makeItem(fenced('x = f()')),
      makeItem(fenced('y = g()')),
    ]);
    assert.deepEqual(requests, [['x = f()', 'y = g()']]);
  });
});

/** Each of these once took time that grew with the square of its length. */
it('reads hostile text of every shape', () => {
  const shapes: readonly (readonly [before: string, unit: string, after: string])[] = [
    ['x = ', '`', ' y'],
    ['', 'x = (\n', ''],
    ['', '[{(\t9}', '==='],
    ["'''", '\u2028', 'SELECT'],
    ["'''", '\n', 'x'],
    ['python -c "', '->\n[1,', ''],
    ['"', '\\"', '\n'],
    ['', '<script>', ''],
    ['```js\n', '// a(\n', '```'],
    ['```c\n', '#define a b\n', '```'],
    ['```js\n', 'const a = eval;\n', '```'],
    ['', 'cat <<EOF\n', ''],
  ];
  for (const [before, unit, after] of shapes) {
    const text = before + unit.repeat(80_000 / unit.length) + after;
    assert.ok(Array.isArray(snippetsOf(text)), unit);
    assert.equal(typeof createCodePresence().hasCode(text, text), 'boolean', unit);
  }
});
