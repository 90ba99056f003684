import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import type { Finding } from '../../src/oracles/code-security/analyser.ts';
import { type FileAnalysis, toSarif } from '../../src/oracles/code-security/sarif.ts';
import type { Severity } from '../../src/oracles/verdict.ts';

/*
 * What we write, as SARIF 2.1.0 (OASIS standard with errata 01, section 3) allows it: no property that the
 * specification does not name, every one that it requires, its enumerations and lower bounds.
 */
const uri = z.string().refine((text) => URL.canParse(text, 'file:///'));
const message = z.strictObject({ text: z.string().min(1) });
const multiformat = z.strictObject({ text: z.string().min(1), markdown: z.string().min(1).optional() });
const level = z.enum(['none', 'note', 'warning', 'error']);
const position = z.int().min(1);
const region = z.strictObject({
  startLine: position,
  startColumn: position,
  endLine: position,
  endColumn: position,
});
const location = z.strictObject({
  physicalLocation: z.strictObject({ artifactLocation: z.strictObject({ uri }), region: region.optional() }),
});
const descriptor = z.strictObject({
  id: z.string().min(1),
  shortDescription: multiformat,
  fullDescription: multiformat.optional(),
  help: multiformat.optional(),
  helpUri: z.url().optional(),
  defaultConfiguration: z.strictObject({ level }),
  // A property bag: any keys, but `tags` are distinct strings.
  properties: z
    .object({ tags: z.array(z.string()).refine((tags) => new Set(tags).size === tags.length) })
    .loose()
    .optional(),
});
const component = z.strictObject({
  name: z.string().min(1),
  version: z.string().optional(),
  informationUri: z.url().optional(),
  rules: z.array(descriptor).optional(),
  notifications: z.array(descriptor).optional(),
});
const result = z.strictObject({
  ruleId: z.string(),
  rule: z.strictObject({
    id: z.string(),
    index: z.int().min(0),
    toolComponent: z.strictObject({ index: z.int().min(0), name: z.string() }),
  }),
  level,
  message,
  locations: z.array(location).min(1),
  partialFingerprints: z.record(z.string(), z.string()),
});
const notification = z.strictObject({
  descriptor: z.strictObject({ id: z.string(), index: z.int().min(0) }),
  level,
  message,
  locations: z.array(location),
});
const log = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z.array(
    z.strictObject({
      tool: z.strictObject({ driver: component, extensions: z.array(component) }),
      automationDetails: z.strictObject({ id: z.string() }),
      columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
      invocations: z.array(
        z.strictObject({
          executionSuccessful: z.boolean(),
          toolExecutionNotifications: z.array(notification),
        }),
      ),
      results: z.array(result),
    }),
  ),
});

interface Shape {
  readonly rule: string;
  readonly cwes?: readonly number[];
  readonly severity?: Severity;
  readonly message?: string;
  readonly lines?: readonly [number, number];
}

function found(
  analyser: string,
  { rule, cwes = [95], severity = 'high', message = 'found', lines = [2, 2] }: Shape,
) {
  const [startLine, endLine] = lines;
  const span = { startLine, startColumn: 3, endLine, endColumn: 9 };
  const finding: Finding = { analyser, rule, message, cwes, severity, span, help: 'Mend it.' };
  // The block begins in line 11 of the text.
  return { finding, blockLine: startLine, textLine: startLine + 10 };
}

/** As a reader of the file gets it. */
function written(files: readonly FileAnalysis[]) {
  return log.parse(JSON.parse(JSON.stringify(toSarif(files, '1.0.0'))));
}

describe('SARIF', () => {
  const files: FileAnalysis[] = [
    {
      path: 'a b/c.py',
      findings: [
        found('ruff', { rule: 'S307', cwes: [95, 94] }),
        found('ast-grep', { rule: 'py-path', cwes: [22], severity: 'critical', lines: [3, 5] }),
        found('ruff', { rule: 'S307' }),
      ],
    },
    { path: 'd.py', findings: [found('ruff', { rule: 'S101', cwes: [617], severity: 'low' })] },
    { path: 'e.py', findings: [], failure: 'ruff crashed' },
  ];

  it('has a place for every finding in the text, in UTF-16 columns', () => {
    const { results } = written(files).runs[0]!;
    assert.deepEqual(
      results.map(({ ruleId, level, locations }) => [ruleId, level, locations[0]!.physicalLocation]),
      [
        [
          'S307',
          'error',
          {
            artifactLocation: { uri: 'a%20b/c.py' },
            region: { startLine: 12, startColumn: 3, endLine: 12, endColumn: 9 },
          },
        ],
        [
          'py-path',
          'error',
          {
            artifactLocation: { uri: 'a%20b/c.py' },
            region: { startLine: 13, startColumn: 3, endLine: 15, endColumn: 9 },
          },
        ],
        [
          'S307',
          'error',
          {
            artifactLocation: { uri: 'a%20b/c.py' },
            region: { startLine: 12, startColumn: 3, endLine: 12, endColumn: 9 },
          },
        ],
        [
          'S101',
          'note',
          {
            artifactLocation: { uri: 'd.py' },
            region: { startLine: 12, startColumn: 3, endLine: 12, endColumn: 9 },
          },
        ],
      ],
    );
  });

  it('has every analyser as an extension with its rules, to which results refer', () => {
    const { tool, results } = written(files).runs[0]!;
    assert.deepEqual(
      tool.extensions.map(({ name, rules }) => [name, rules?.map(({ id }) => id)]),
      [
        ['ruff', ['S307', 'S101']],
        ['ast-grep', ['py-path']],
      ],
    );
    for (const { rule, ruleId } of results) {
      const extension = tool.extensions[rule.toolComponent.index]!;
      assert.equal(extension.name, rule.toolComponent.name);
      assert.equal(extension.rules![rule.index]!.id, ruleId);
    }
  });

  it('describes rules by their weakness, with help, level, tags and severity as GitHub reads them', () => {
    const { tool } = written(files).runs[0]!;
    const [rule] = tool.extensions[1]!.rules!;
    assert.deepEqual(
      { ...rule, fullDescription: undefined },
      {
        id: 'py-path',
        shortDescription: {
          text: "Improper Limitation of a Pathname to a Restricted Directory ('Path Traversal')",
        },
        fullDescription: undefined,
        help: {
          text: "Mend it.\nCWE-22: Improper Limitation of a Pathname to a Restricted Directory ('Path Traversal') (https://cwe.mitre.org/data/definitions/22.html)",
          markdown:
            "Mend it.\n\n- [CWE-22: Improper Limitation of a Pathname to a Restricted Directory ('Path Traversal')](https://cwe.mitre.org/data/definitions/22.html)",
        },
        helpUri: 'https://cwe.mitre.org/data/definitions/22.html',
        defaultConfiguration: { level: 'error' },
        properties: { tags: ['security', 'external/cwe/cwe-022'], 'security-severity': '9.5' },
      },
    );
    assert.match(rule!.fullDescription!.text, /pathname/);
  });

  it('says which files are undecided', () => {
    const [invocation] = written(files).runs[0]!.invocations;
    assert.equal(invocation!.executionSuccessful, false);
    assert.deepEqual(invocation!.toolExecutionNotifications, [
      {
        descriptor: { id: 'undecided', index: 0 },
        level: 'error',
        message: { text: 'e.py: ruff crashed' },
        locations: [{ physicalLocation: { artifactLocation: { uri: 'e.py' } } }],
      },
    ]);
    assert.equal(written(files.slice(0, 2)).runs[0]!.invocations[0]!.executionSuccessful, true);
  });

  it('gives a finding the same fingerprint when lines move, and equal findings different ones', () => {
    const prints = (lines: readonly [number, number]) => {
      const shape = { rule: 'S307', lines };
      const [run] = written([{ path: 'a.py', findings: [found('ruff', shape), found('ruff', shape)] }]).runs;
      return run!.results.map(({ partialFingerprints }) => partialFingerprints['finding/v1']);
    };
    assert.deepEqual(prints([2, 2]), prints([7, 8]));
    assert.equal(new Set(prints([2, 2])).size, 2);
  });

  it('makes no link of what the code says', () => {
    const finding = found('ruff', { rule: 'S105', message: 'possible password: "[x](javascript:run)"' });
    const [run] = written([{ path: 'a.py', findings: [finding] }]).runs;
    assert.equal(run!.results[0]!.message.text, 'possible password: "[x] (javascript:run)"');
  });

  it('holds rules without a CWE and files anywhere', () => {
    const finding = found('ruff', { rule: 'invalid-syntax', cwes: [], message: 'Expected a colon' });
    const [run] = written([{ path: '/srv/a b.py', findings: [finding] }]).runs;
    assert.equal(run!.tool.extensions[0]!.rules![0]!.shortDescription.text, 'Code that does not parse');
    assert.match(
      run!.results[0]!.locations[0]!.physicalLocation.artifactLocation.uri,
      /^file:\/\/\/.*a%20b\.py$/,
    );
    assert.deepEqual(written([]).runs[0]!.results, []);
  });
});
