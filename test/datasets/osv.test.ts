import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readAdvisories } from '../../src/datasets/osv.ts';
import { makeDataFolder } from './files.ts';

const data = makeDataFolder();
const HASH = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3';

const ADVISORY = {
  schema_version: '1.6.0',
  id: 'GHSA-xxxx-yyyy-zzzz',
  modified: '2024-01-02T00:00:00Z',
  aliases: ['CVE-2024-1'],
  summary: 'Path traversal in thing',
  details: 'Names with dots leave the folder.',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N' }],
  affected: [
    {
      package: { ecosystem: 'PyPI', name: 'thing', purl: 'pkg:pypi/thing' },
      ranges: [
        { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1.2' }] },
        {
          type: 'GIT',
          repo: 'https://github.com/o/thing.git',
          events: [{ introduced: '0' }, { fixed: HASH }],
        },
      ],
    },
  ],
  references: [
    { type: 'ADVISORY', url: 'https://nvd.nist.gov/vuln/detail/CVE-2024-1' },
    { type: 'FIX', url: `https://github.com/o/thing/commit/${HASH}` },
    { type: 'FIX', url: 'https://gitlab.com/g/h/other/-/commit/0123abc' },
    { type: 'WEB', url: `https://github.com/o/thing/pull/7/commits/${HASH.replace('a', 'b')}` },
    { type: 'FIX', url: 'https://github.com/o/thing/pull/8' },
  ],
  database_specific: { cwe_ids: ['CWE-22', 'CWE-23'], severity: 'HIGH' },
};

describe('OSV advisories', () => {
  it('carry weaknesses, packages and the commits that fix them, each once', () => {
    const { rows } = readAdvisories(data.json('one.json', ADVISORY));
    const { value } = rows[0]!;
    assert.deepEqual(value.cwes, [22, 23]);
    assert.deepEqual(value.packages, [{ ecosystem: 'PyPI', name: 'thing' }]);
    assert.deepEqual(
      value.fixes.map(({ repository, commit }) => `${repository}@${commit}`),
      [
        `https://github.com/o/thing@${HASH}`,
        'https://gitlab.com/g/h/other@0123abc',
        `https://github.com/o/thing@${HASH.replace('a', 'b')}`,
      ],
    );
    assert.equal(value.withdrawn, false);
  });

  it('are read from a list, from lines, and from folders of files; a bad one is named', () => {
    const npm = {
      id: 'MAL-1',
      withdrawn: '2024-02-01T00:00:00Z',
      affected: [{ database_specific: { cwes: [{ cweId: 'CWE-506', name: 'Embedded' }] } }],
      references: null,
    };
    const expected = [
      ['GHSA-xxxx-yyyy-zzzz', [22, 23]],
      ['MAL-1', [506]],
    ];
    data.json('osv/PyPI/a.json', ADVISORY);
    data.json('osv/npm/b.json', npm);
    data.file('osv/npm/c.json', '{ "id": ');
    data.json('osv/npm/d.json', { summary: 'nameless' });
    data.file('osv/README.md', 'no advisory');
    const folder = readAdvisories(`${data.path}/osv`);
    const sources = [
      folder,
      readAdvisories(data.json('list.json', [ADVISORY, npm])),
      readAdvisories(data.jsonl('lines.jsonl', [ADVISORY, npm])),
    ];
    for (const { rows } of sources)
      assert.deepEqual(
        rows.map(({ value }) => [value.id, value.cwes]),
        expected,
      );
    assert.equal(folder.rows[1]!.value.withdrawn, true);
    assert.deepEqual(
      folder.problems.map(({ place }) => place),
      ['npm/c.json', 'npm/d.json'],
    );
    assert.equal(folder.count, 4);
  });
});
