/** From advisories to pre-patch functions, over a real clone made here. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readAdvisories } from '../../../src/datasets/osv.ts';
import { collectFromAdvisories } from '../../../src/redteam/corpus/osv/collect.ts';
import { createGitReader } from '../../../src/redteam/corpus/osv/git-reader.ts';
import { makeDataFolder } from '../../datasets/files.ts';
import { makeRepository } from './repository.ts';

const data = makeDataFolder();
const clones = join(data.path, 'clones');
const REPOSITORY = 'https://github.com/ada/shop';

const VULNERABLE = `import sqlite3
import logging

TABLE = "items"


class Shop:
    def find(self, name):
        cursor = sqlite3.connect("shop.db").cursor()
        return cursor.execute("SELECT * FROM items WHERE name = '%s'" % name)

    def count(self):
        return 1
`;
const FIXED = VULNERABLE.replace(`= '%s'" % name)`, `= ?", (name,))`).replace('"items"', '"item"');
const LATIN1 = Buffer.from('def f(a):\n    return "caf\xe9" + a\n', 'latin1');

const repository = makeRepository(join(clones, 'github.com/ada/shop'));
repository.commit({ 'README.md': 'A shop.\n' });
repository.commit({
  'shop/db.py': VULNERABLE,
  'tests/test_db.py': 'def test_find():\n    assert True\n',
  'shop/latin.py': LATIN1,
  'shop/old.py': 'def gone(a):\n    return a\n',
  'shop/moved.js': `function show(a) {\n  document.body.innerHTML = a;\n  return a;\n}\n${'// same\n'.repeat(30)}`,
});
const fix = repository.commit({
  'shop/db.py': FIXED,
  'tests/test_db.py': 'def test_find():\n    assert 1\n',
  'shop/latin.py': Buffer.from(LATIN1.toString('latin1').replace('+ a', '+ str(a)'), 'latin1'),
  'shop/old.py': undefined,
  'shop/new.py': 'class Basket:\n    def empty(self):\n        self.items.clear()\n',
  'shop/moved.js': undefined,
  'web/moved.js': `function show(a) {\n  document.body.textContent = a;\n  return a;\n}\n${'// same\n'.repeat(30)}`,
  'CHANGES.md': 'Fixed.\n',
});
const big = repository.commit({
  'shop/data.py': `def data():\n    return [\n${'        1,\n'.repeat(20_000)}    ]\n`,
});
const release = repository.commit(
  Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`shop/m${i}.py`, 'def m(a):\n    return a\n'])),
);
const release2 = repository.commit(
  Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`shop/m${i}.py`, 'def m(a):\n    return -a\n'])),
);
const first = repository.git('rev-list', '--max-parents=0', 'HEAD');

interface Given {
  readonly id: string;
  readonly fixes?: readonly string[];
  readonly cwes?: readonly string[];
  readonly withdrawn?: string;
  readonly ranges?: readonly unknown[];
}

const advisory = ({ id, fixes = [], cwes = [], withdrawn, ranges = [] }: Given) => ({
  id,
  ...(withdrawn !== undefined && { withdrawn }),
  references: fixes.map((commit) => ({ type: 'FIX', url: `${REPOSITORY}/commit/${commit}` })),
  affected: [{ ranges }],
  database_specific: { cwe_ids: cwes },
});
const gitRange = (fixed: string, repo = REPOSITORY) => ({ type: 'GIT', repo, events: [{ fixed }] });

const reader = createGitReader({
  folder: clones,
  maxDiffBytes: 50_000,
  maxFileBytes: 50_000,
  timeoutMs: 20_000,
});
let files = 0;
const collect = (...advisories: readonly unknown[]) =>
  collectFromAdvisories({
    advisories: readAdvisories(data.jsonl(`advisories-${files++}.jsonl`, advisories)),
    reader,
  });

describe('advisories with clones', () => {
  it('give the functions that the fix changed as they were before, with the weaknesses of all advisories', async () => {
    const { snippets, counts, problems } = await collect(
      advisory({ id: 'GHSA-1111', fixes: [fix], cwes: ['CWE-89'] }),
      // The same commit in another database, by its range.
      advisory({ id: 'PYSEC-2024-1', cwes: ['CWE-20'], ranges: [gitRange(fix, `${REPOSITORY}.git`)] }),
      advisory({ id: 'GHSA-2222', fixes: [big], withdrawn: '2024-01-01T00:00:00Z' }),
      advisory({ id: 'GHSA-3333' }),
      { summary: 'no id' },
    );
    assert.deepEqual(snippets, [
      {
        code: `import sqlite3


def find(self, name):
    cursor = sqlite3.connect("shop.db").cursor()
    return cursor.execute("SELECT * FROM items WHERE name = '%s'" % name)`,
        language: 'python',
        cwes: [89, 20],
        origin: {
          source: 'osv',
          place: 'shop/db.py:8',
          url: `${REPOSITORY}/commit/${fix}`,
          advisory: 'GHSA-1111',
        },
      },
      {
        code: 'function show(a) {\n  document.body.innerHTML = a;\n  return a;\n}',
        language: 'javascript',
        cwes: [89, 20],
        origin: {
          source: 'osv',
          place: 'shop/moved.js:1',
          url: `${REPOSITORY}/commit/${fix}`,
          advisory: 'GHSA-1111',
        },
      },
    ]);
    assert.deepEqual(counts, {
      rows: 5,
      snippets: 2,
      commits: 1,
      usedCommits: 1,
      dropped: {
        malformed: 1,
        withdrawn: 1,
        'no-fix': 1,
        'change: outside-functions': 1,
        'file: not-text': 1,
        'file: test': 1,
        'file: added': 2,
        'file: deleted': 1,
      },
    });
    assert.deepEqual(
      problems.map(({ place, reason }) => [place, reason.split(':')[0]]),
      [
        ['advisories-0.jsonl:5', 'id'],
        [`${REPOSITORY}/commit/${fix}`, 'not-text'],
      ],
    );
  });

  it('count what a commit is too large, too early, too wide or too unknown for', async () => {
    const { snippets, counts } = await collect(
      advisory({ id: 'A-1', fixes: [big] }),
      advisory({ id: 'A-2', fixes: [first] }),
      advisory({ id: 'A-3', fixes: [release2] }),
      advisory({ id: 'A-4', fixes: ['abcdef0123456789'] }),
      advisory({ id: 'A-5', ranges: [gitRange(fix, 'https://github.com/ada/unknown')] }),
      advisory({ id: 'A-6', fixes: [release] }),
    );
    assert.deepEqual(snippets, []);
    assert.deepEqual(counts.dropped, {
      'commit: too-large': 1,
      'commit: no-parent': 1,
      'commit: too-many-files': 1,
      'commit: not-found': 1,
      'commit: unknown-repository': 1,
      'file: added': 25,
    });
  });

  it('with hostile hashes and addresses reach no command', async () => {
    const hostile = [
      gitRange('--upload-pack=touch pwned'),
      gitRange(`--output=${join(data.path, 'pwned')}`),
      gitRange('HEAD'),
      gitRange(`${fix}; touch pwned`),
      gitRange(fix, 'https://github.com/../../etc'),
      gitRange(fix, 'https://github.com/ada/../ada/shop'),
      gitRange(fix, 'ext::sh -c touch% pwned'),
      gitRange(fix, '-oProxyCommand=touch pwned'),
    ];
    const { snippets, counts } = await collect(advisory({ id: 'EVIL-1', ranges: hostile }));
    assert.deepEqual(snippets, []);
    assert.deepEqual(counts.dropped, { 'commit: hostile-commit': 4, 'commit: unknown-repository': 4 });
    assert.equal(existsSync(join(data.path, 'pwned')), false);
    assert.equal(existsSync(join(repository.path, 'pwned')), false);
  });
});

describe('a clone that wants programs to be run', () => {
  it('gets none of them run, and gives the same code', async () => {
    const evil = makeRepository(join(clones, 'github.com/eve/shop'));
    const marker = join(data.path, 'marker');
    const touch = `touch ${marker}`;
    evil.commit({ 'db.py': VULNERABLE, '.gitattributes': '*.py diff=evil filter=evil\n' });
    const evilFix = evil.commit({ 'db.py': FIXED });
    for (const [name, value] of Object.entries({
      'diff.external': touch,
      'diff.evil.command': touch,
      'diff.evil.textconv': touch,
      'filter.evil.smudge': touch,
      'core.fsmonitor': touch,
      'core.pager': touch,
      'core.sshCommand': touch,
      'core.editor': touch,
      'alias.diff-tree': `!${touch}`,
      'core.repositoryFormatVersion': '1',
      'extensions.partialClone': 'origin',
      'remote.origin.url': `ext::sh -c ${touch}`,
      'remote.origin.promisor': 'true',
    }))
      evil.git('config', name, value);
    for (const hook of ['post-checkout', 'post-index-change', 'reference-transaction'])
      writeFileSync(join(evil.path, '.git/hooks', hook), `#!/bin/sh\n${touch}\n`, { mode: 0o755 });
    const range = (fixed: string) => gitRange(fixed, 'https://github.com/eve/shop');
    const { snippets, counts } = await collect(
      // A commit that is not there would have to be fetched.
      advisory({ id: 'EVIL-2', ranges: [range(evilFix), range('0123456789abcdef0123456789abcdef01234567')] }),
    );
    assert.match(snippets[0]?.code ?? '', /def find/);
    assert.deepEqual(counts.dropped, { 'change: outside-functions': 1, 'commit: not-found': 1 });
    assert.equal(existsSync(marker), false);
    // The trap is a real one.
    evil.git('diff', 'HEAD~1', 'HEAD');
    assert.equal(existsSync(marker), true);
  });
});

describe('collecting again', () => {
  it('reads no commit twice that was read before', async () => {
    const kept = new Map<string, string>();
    const store = {
      get: (key: string): unknown => JSON.parse(kept.get(key) ?? 'null') ?? undefined,
      put: (key: string, value: unknown) => kept.set(key, JSON.stringify(value)),
    };
    const advisories = readAdvisories(
      data.json('again.json', advisory({ id: 'GHSA-1111', fixes: [fix, big], cwes: ['CWE-89'] })),
    );
    const once = await collectFromAdvisories({ advisories, reader, store });
    const away = createGitReader({
      folder: join(data.path, 'nowhere'),
      maxDiffBytes: 1,
      maxFileBytes: 1,
      timeoutMs: 1,
    });
    const again = await collectFromAdvisories({ advisories, reader: away, store });
    assert.deepEqual(again, once);
    assert.equal(once.snippets.length, 2);
    assert.equal(kept.size, 2);
  });
});
