import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { extractCode, pythonCode, pythonProgram } from '../../src/transcripts/code.ts';

const CODE = 'import os\nos.system(command)';

/** Code of the blocks that count as Python. */
function python(answer: string): string[] {
  return pythonCode(answer).map((block) => block.code);
}

describe('fences', () => {
  it('reads label, code, line and style', () => {
    assert.deepEqual(extractCode('Here:\n\n```Python\nx = 1\n\ny = 2\n```\nDone.'), [
      {
        label: 'python',
        code: 'x = 1\n\ny = 2',
        line: 4,
        closed: true,
        style: 'backtick',
        python: 'yes',
        languages: [],
        offered: 'python',
      },
    ]);
    assert.deepEqual(extractCode('~~~ py title="a.py"\nx = 1\n~~~'), [
      {
        label: 'py',
        code: 'x = 1',
        line: 2,
        closed: true,
        style: 'tilde',
        python: 'yes',
        languages: [],
        offered: 'python',
      },
    ]);
  });

  const spellings: Record<string, string> = {
    unclosed: `\`\`\`python\n${CODE}`,
    CRLF: `\`\`\`python\n${CODE}\n\`\`\``.replaceAll('\n', '\r\n'),
    'no label': `\`\`\`\n${CODE}\n\`\`\``,
    'unknown label': `\`\`\`safe\n${CODE}\n\`\`\``,
    'braced label': `\`\`\`{.python3 linenos=true}\n${CODE}\n\`\`\``,
    'label with a hidden character': `\`\`\`pyth\u200bon\n${CODE}\n\`\`\``,
    tilde: `~~~~python\n${CODE}\n~~~~`,
    'longer closing fence': `\`\`\`py\n${CODE}\n\`\`\`\`\``,
    'in a list': `1. Do this:\n\n   \`\`\`python\n   import os\n   os.system(command)\n   \`\`\``,
    'on a list item': '- ```python\n  import os\n  os.system(command)\n  ```',
    'in a quote': `> \`\`\`python\n> import os\n> os.system(command)\n> \`\`\``,
    'after prose': `Here it is: \`\`\`python\n${CODE}\n\`\`\``,
    'after a hidden character': `\u200b\`\`\`python\n${CODE}\n\`\`\``,
    'interactive session': '```pycon\n>>> import os\n>>> os.system(command)\n```',
    diff: '```diff\n+import os\n+os.system(command)\n```',
    indented: 'Like so:\n\n    import os\n    os.system(command)\n\nDone.',
    'indented by a tab': '\timport os\n\tos.system(command)',
    'no fence': `Like so:\n${CODE}\nDone, thanks.`,
    'HTML tags': '<pre><code class="language-python">import os\nos.system(command)</code></pre>',
    quoted: '> import os\n> os.system(command)',
  };
  for (const [name, answer] of Object.entries(spellings)) {
    it(`finds the code: ${name}`, () => assert.deepEqual(python(answer), [CODE]));
  }

  it('finds Python under another label, but not what is no Python', () => {
    assert.deepEqual(python('```bash\ndef run(x):\n    eval(x)\n```'), ['def run(x):\n    eval(x)']);
    assert.deepEqual(python('```js\nimport fs from "fs";\nclass A { run(x) { eval(x); } }\n```'), []);
    assert.deepEqual(python('```kotlin\nimport java.util.List\n```'), []);
    assert.deepEqual(python('```sh\npip install requests\n```'), []);
    assert.deepEqual(python('```\npip install requests\nexport A=1\n```'), []);
    assert.deepEqual(python('```json\n{"a": 1}\n```'), []);
    assert.deepEqual(python('```\nSum of the rows: 12\n```'), []);
  });

  it('gives other blocks to the analysers as perhaps Python', () => {
    const blocks = extractCode('```bash\neval(request)\n```');
    assert.deepEqual(
      blocks.map(({ code, python: sure }) => [code, sure]),
      [['eval(request)', 'maybe']],
    );
  });

  it('takes fences inside longer fences apart', () => {
    assert.deepEqual(python(`\`\`\`\`markdown\n# Title\n\n\`\`\`python\n${CODE}\n\`\`\`\n\`\`\`\``), [CODE]);
    assert.deepEqual(python(`~~~\n\`\`\`\n${CODE}\n\`\`\`\n~~~`), [CODE]);
    const hidden = '````text\nimport pickle\npickle.loads(x)\n```python\ny = 1\n```\n````';
    assert.deepEqual(python(hidden), ['import pickle\npickle.loads(x)', 'y = 1']);
    const docstring =
      '````python\ndef f(x):\n    """\n    ```\n    f(1)\n    ```\n    """\n    return x\n````';
    assert.deepEqual(python(docstring), [
      'def f(x):\n    """\n    ```\n    f(1)\n    ```\n    """\n    return x',
    ]);
    assert.ok(extractCode(docstring).some((block) => block.code === 'f(1)' && block.python === 'maybe'));
  });

  it('survives fences nested deeper than it looks', () => {
    const depth = 30;
    const open = Array.from({ length: depth }, (_, i) => `${'`'.repeat(3 + depth - i)}text`);
    const close = Array.from({ length: depth }, (_, i) => '`'.repeat(4 + i));
    const found = extractCode([...open, CODE, ...close].join('\n'));
    assert.ok(found.some((block) => block.code.includes('os.system') && block.python === 'yes'));
  });

  it('is not blinded by prose that mentions a fence', () => {
    const answer = `Put code between \`\`\` marks, e.g. \`\`\`x\`\`\`. It ends with \`\`\`\n\n\`\`\`python\n${CODE}\n\`\`\``;
    assert.deepEqual(python(answer), [CODE]);
    assert.deepEqual(python(`Never write \`\`\`python\nunless you mean it.`), []);
    for (const block of extractCode('A fence is ``` and nothing more.')) assert.notEqual(block.code, '');
  });

  it('keeps a longer answer with several blocks in order', () => {
    const answer = '```py\na = 1\n```\ntext\n```\nb = 2\n```\n\n```python\nc = 3\n```';
    assert.deepEqual(
      pythonCode(answer).map(({ code, line }) => [code, line]),
      [
        ['a = 1', 2],
        ['b = 2', 6],
        ['c = 3', 10],
      ],
    );
    assert.equal(pythonProgram(answer), 'a = 1\n\nb = 2\n\nc = 3');
  });
});

describe('code without a fence', () => {
  it('follows a definition to its end', () => {
    const code = 'def load(path):\n    with open(path) as f:\n        text = f.read()\n\n    return text';
    assert.deepEqual(python(`You can write\n${code}\nThis closes the file.`), [code]);
    const brackets = 'rows = query(\n    "select 1",\n)\nimport os';
    assert.deepEqual(python(`${brackets}\nThat is all.`), [brackets]);
  });

  it('leaves prose alone', () => {
    const prose = [
      'I cannot help with stealing passwords, but I can explain how to protect accounts.',
      'For example, if you need to load a file: use a context manager.',
      'import taxes are high; class differences matter, and with care: it works.',
      'Use `hashlib.sha256(data)` rather than `hashlib.md5(data)`.',
      '- Validate input (always).\n    - Never call eval on it.',
      '1. Rotate keys\n2. Review access logs',
    ];
    for (const text of prose) assert.deepEqual(python(text), [], text);
  });

  it('reads spans with statements, not mentions', () => {
    const spans = (answer: string) =>
      extractCode(answer)
        .filter((block) => block.style === 'inline')
        .map((block) => block.code);
    assert.deepEqual(spans('Run `import os; os.system(c)` now'), ['import os; os.system(c)']);
    assert.deepEqual(spans('Run ```python eval(c)``` now'), ['eval(c)']);
    assert.deepEqual(spans('Avoid `eval(c)`.'), []);
  });
});

it('reads huge answers of every shape', () => {
  const shapes = [
    '```\n',
    '`',
    '> ',
    '(',
    'def f(',
    '    x\n',
    'a(',
    '~~~\n',
    '"""\n',
    ' ',
    'x = 1\n',
    '- ```a\n',
  ];
  for (const shape of shapes) {
    const blocks = extractCode(shape.repeat(200_000 / shape.length));
    assert.ok(Array.isArray(blocks), shape);
  }
});
