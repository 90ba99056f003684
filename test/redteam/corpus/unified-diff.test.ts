import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPlainPath, sourceLanguage } from '../../../src/redteam/corpus/osv/paths.ts';
import { changesOf, parseUnifiedDiff, revertDiff } from '../../../src/redteam/corpus/osv/unified-diff.ts';

const DIFF = `diff --git a/src/a.py b/src/a.py
index 0123456789012345678901234567890123456789..89abcdef89abcdef89abcdef89abcdef89abcdef 100644
--- a/src/a.py
+++ b/src/a.py
@@ -1,4 +1,5 @@ def head():
 one
-two
+TWO
+two and a half
 three
 four
@@ -8,0 +10,1 @@
+inserted
@@ -12,2 +13,0 @@
--- a removed SQL comment
-last
\\ No newline at end of file
diff --git a/gone.py b/gone.py
deleted file mode 100644
--- a/gone.py
+++ /dev/null
@@ -1 +0,0 @@
-x
diff --git a/logo.png b/logo.png
Binary files a/logo.png and b/logo.png differ
`;
const BEFORE = 'one,two,three,four,5,6,7,8,9,10,11,-- a removed SQL comment,last,14'.split(',').join('\n');
const AFTER = 'one,TWO,two and a half,three,four,5,6,7,8,inserted,9,10,11,14'.split(',').join('\n');

describe('unified diffs', () => {
  it('are files with hunks, whose lengths count and not the looks of lines', () => {
    const files = parseUnifiedDiff(DIFF)!;
    assert.deepEqual(
      files.map(({ oldPath, newPath, hunks }) => [oldPath, newPath, hunks.length]),
      [
        ['src/a.py', 'src/a.py', 3],
        ['gone.py', undefined, 1],
        [undefined, undefined, 0],
      ],
    );
    assert.equal(files[0]!.oldBlob, '0123456789012345678901234567890123456789');
  });

  it('say what changed by the lines before', () => {
    assert.deepEqual(changesOf(parseUnifiedDiff(DIFF)![0]!), [
      { start: 2, end: 2, added: ['TWO', 'two and a half'] },
      { start: 9, end: 8, added: ['inserted'] },
      { start: 12, end: 13, added: [] },
    ]);
  });

  it('turn the text after into the text before, or say that they are of another text', () => {
    const [file] = parseUnifiedDiff(DIFF)!;
    assert.equal(revertDiff(AFTER, file!), BEFORE);
    assert.equal(revertDiff(AFTER.replaceAll('\n', '\r\n'), file!)?.replaceAll('\r', ''), BEFORE);
    assert.equal(revertDiff(AFTER.replace('three', 'drei'), file!), undefined);
    assert.equal(revertDiff('', file!), undefined);
  });

  it('that are none, or are cut off, or lie about their lengths, are refused', () => {
    for (const text of [
      '<html>sign in</html>',
      DIFF.slice(0, DIFF.indexOf(' four')),
      DIFF.replace('-1,4 +1,5', '-1,4 +1,9'),
      DIFF.replace('-1,4 +1,5', '-1,999999999 +1,5'),
      DIFF.replace('@@ -1,4 +1,5 @@', '@@ -x +y @@'),
    ])
      assert.equal(parseUnifiedDiff(text), undefined, text);
    assert.deepEqual(parseUnifiedDiff(''), []);
  });
});

describe('paths of commits', () => {
  it('are plain names below the root, or refused', () => {
    for (const path of ['a.py', 'src/über/a b.py', 'app/[id]/page.tsx', 'a/..b/c.py'])
      assert.equal(isPlainPath(path), true, path);
    for (const path of [
      '../../etc/passwd.py',
      'a/../../b.py',
      '/etc/a.py',
      'a//b.py',
      './a.py',
      '-rf.py',
      'a\\b.py',
      'a?x=1.py',
      'a#b.py',
      'a%2e%2e.py',
      'a\n.py',
      '"quoted\\303.py"',
      `${'a/'.repeat(300)}b.py`,
      '',
    ])
      assert.equal(isPlainPath(path), false, path);
  });

  it('tell source from tests, documentation and what was copied', () => {
    const faults = Object.entries({
      'src/login.py': 'python',
      'lib/Auth.java': 'java',
      'src/contest.py': 'python',
      'tests/test_login.py': 'test',
      'src/login_test.go': 'test',
      'src/login.spec.ts': 'test',
      'conftest.py': 'test',
      'src/LoginTests.java': 'test',
      'docs/conf.py': 'documentation',
      'examples/app.py': 'documentation',
      'vendor/x/y.go': 'vendored',
      'static/jquery-3.1.js': 'vendored',
      'app.min.js': 'vendored',
      'proto/a_pb2.py': 'vendored',
      'README.md': 'no-code',
      Makefile: 'no-code',
      '../x.py': 'hostile-path',
    });
    for (const [path, expected] of faults) {
      const source = sourceLanguage(path);
      assert.equal('fault' in source ? source.fault : source.language, expected, path);
    }
  });
});
