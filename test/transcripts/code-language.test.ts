import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { extractCode } from '../../src/transcripts/code.ts';
import {
  guessLanguages,
  LANGUAGE_OF_EXTENSION,
  type Language,
  languageOfLabel,
} from '../../src/transcripts/code-language.ts';

const CODE: Readonly<Record<Exclude<Language, 'python'>, string>> = {
  javascript:
    "const express = require('express');\nconst app = express();\napp.get('/', (req, res) => {\n  res.send(req.query.x);\n});",
  typescript:
    'interface User {\n  name: string;\n}\n\nexport function load(id: string): Promise<User> {\n  return find(id);\n}',
  java: 'import java.util.List;\n\npublic class A {\n  public int size(List<String> xs) {\n    return xs.size();\n  }\n}',
  go: 'package main\n\nimport "fmt"\n\nfunc main() {\n\tx := 1\n\tfmt.Println(x)\n}',
  c: '#include <stdio.h>\n\nint main(void) {\n  char *name = 0;\n  printf("%s", name);\n  return 0;\n}',
  cpp: '#include <iostream>\n\nclass A : public B {\npublic:\n  void run() { std::cout << 1; }\n};',
  csharp:
    'using System;\n\nnamespace App {\n  public class A {\n    public string Name { get; set; }\n  }\n}',
  php: '<?php\n$name = $_GET["name"];\necho htmlspecialchars($name);',
  ruby: "require 'json'\n\ndef load(text)\n  JSON.parse(text).each do |row|\n    puts row\n  end\nend",
  rust: 'use std::fs;\n\nfn load(path: &str) -> String {\n    fs::read_to_string(path).unwrap()\n}',
};
const fence = (label: string, code: string) => `\`\`\`${label}\n${code}\n\`\`\``;

describe('what code is in', () => {
  for (const [language, code] of Object.entries(CODE)) {
    it(`sees ${language} without a label`, () => {
      const guess = guessLanguages(code, '');
      assert.equal(guess.languages[0], language);
      assert.equal(guess.sure, true);
    });
    it(`believes a label that says ${language}`, () => {
      assert.deepEqual(guessLanguages(code, language).languages, [language]);
    });
    it(`reads ${language} under the label of another language as both`, () => {
      const other = language === 'java' ? 'go' : 'java';
      const [block] = extractCode(fence(other, code));
      assert.equal(block!.offered, language);
      assert.ok(block!.languages.includes(other));
    });
    it(`reads ${language} that is labelled python as both`, () => {
      const [block] = extractCode(fence('python', code));
      assert.equal(block!.offered, 'python');
      // A definition that only Python has would make it Python that does not parse.
      assert.ok(language === 'cpp' || block!.languages.includes(language as Language));
    });
  }

  it('takes no language for what is none of them', () => {
    for (const [label, code] of [
      ['bash', 'set -e\nfor f in *.txt; do\n  mv "$f" /srv\ndone'],
      ['sql', 'SELECT * FROM users WHERE id = ?;'],
      ['json', '{"a": [1, 2]}'],
      ['yaml', 'on: push\njobs:\n  a: b'],
      ['css', 'a { color: red; }'],
      ['', 'Hello, world\n42 rows'],
      ['', 'a { color: red; }\nb { margin: 0; }'],
    ] as const) {
      const [block] = extractCode(fence(label, code));
      assert.equal(block!.offered, undefined, code);
      assert.equal(block!.python, 'maybe', code);
    }
  });

  it('knows Python by a definition under any label, as before', () => {
    const [block] = extractCode(fence('js', 'from pickle import loads\nloads(data)'));
    assert.deepEqual([block!.python, block!.offered], ['yes', 'python']);
    const [statements] = extractCode(fence('', 'eval(x)\nrun(y)'));
    assert.equal(statements!.python, 'yes');
  });

  it('reads TypeScript labelled js as TypeScript, and C labelled cpp as C', () => {
    assert.equal(guessLanguages(CODE.typescript, 'js').languages[0], 'typescript');
    assert.equal(guessLanguages(CODE.c, 'cpp').languages[0], 'cpp');
    assert.equal(guessLanguages(CODE.cpp, 'c').languages[0], 'cpp');
  });

  it('knows the names of files and fences', () => {
    assert.equal(LANGUAGE_OF_EXTENSION.get('.mjs'), 'javascript');
    assert.equal(LANGUAGE_OF_EXTENSION.get('.hpp'), 'cpp');
    assert.equal(LANGUAGE_OF_EXTENSION.get('.txt'), undefined);
    assert.equal(languageOfLabel('c#'), 'csharp');
    assert.equal(languageOfLabel('golang'), 'go');
    assert.equal(languageOfLabel('bash'), undefined);
  });
});
