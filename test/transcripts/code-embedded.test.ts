import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { extractCode } from '../../src/transcripts/code.ts';
import { embeddedCode } from '../../src/transcripts/code-embedded.ts';

const found = (text: string, label = '') =>
  embeddedCode(text, label).map(({ label: own, line, code }) => [own, line, code]);

describe('code that other text carries', () => {
  it('in scripts and handlers of a page', () => {
    assert.deepEqual(found('<p>\n<script type="module">\nrun();\n</script>\n<b onclick="go(1)">x</b>'), [
      ['javascript', 2, '\nrun();\n'],
      ['javascript', 5, 'go(1)'],
    ]);
    assert.deepEqual(found('<script lang="ts">let a = 1;</script>'), [['typescript', 1, 'let a = 1;']]);
    assert.deepEqual(found('<script type="application/json">{}</script>'), []);
    assert.deepEqual(found('<script>\nrun();'), [['javascript', 1, '\nrun();']]);
  });

  it('in here documents, closed or not', () => {
    assert.deepEqual(found("cat > app.py <<'EOF'\nx = 1\nEOF\nls"), [['py', 2, 'x = 1']]);
    assert.deepEqual(found('python3 - <<-END\nx = 1\n\tEND'), [['python', 2, 'x = 1']]);
    assert.deepEqual(found('cat <<A | node\nrun();'), [['javascript', 2, 'run();']]);
    assert.deepEqual(found('std::cout << name;\nint x;'), []);
  });

  it('in arguments of interpreters, over several lines', () => {
    assert.deepEqual(found("ls\npython3 -I -c '\nimport os\n'"), [['python', 2, '\nimport os\n']]);
    assert.deepEqual(found('node -e "run(\\"a\\")"'), [['javascript', 1, 'run("a")']]);
    assert.deepEqual(found('python app.py "a b"'), []);
  });

  it('in notebooks, without what only notebooks know', () => {
    const notebook = {
      cells: [
        { cell_type: 'markdown', source: ['# Title'] },
        { cell_type: 'code', source: ['%matplotlib inline\n', 'x = 1'] },
        { cell_type: 'code', source: 'y = f(x)\n!ls' },
      ],
    };
    const answer = `\`\`\`json\n${JSON.stringify(notebook)}\n\`\`\``;
    const cells = extractCode(answer).find(({ style }) => style === 'embedded');
    assert.deepEqual([cells!.code, cells!.python], ['\nx = 1\n\ny = f(x)', 'yes']);
  });

  it('in strings and lists of JSON', () => {
    const json =
      '{\n "a.py": "import os\\nos.system(x)",\n "b": ["y = f(1)", "g(y)"],\n "c": "words only"\n}';
    assert.deepEqual(found(json, 'json').sort(), [
      ['', 2, 'import os\nos.system(x)'],
      ['', 3, 'y = f(1)\ng(y)'],
    ]);
  });

  it('which does not make the text around it Python', () => {
    const answer = '```bash\npython3 - <<EOF\nfrom app import f\nprint(f(1))\nEOF\n```';
    assert.deepEqual(
      extractCode(answer).map(({ style, python }) => [style, python]),
      [
        ['backtick', 'maybe'],
        ['embedded', 'maybe'],
      ],
    );
  });
});
