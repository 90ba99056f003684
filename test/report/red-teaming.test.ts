import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderRedTeamPage } from '../../src/report/red-teaming/page.ts';
import type { RedTeamSummary } from '../../src/report/red-teaming/summary.ts';

const EMPTY_TOTAL = { collected: 0, duplicates: 0, certified: 0, undecided: 0, cwes: [] };
const FIGURES = { threshold: 0.7, duplicatesBySimilarity: {} };

const SUMMARY: RedTeamSummary = {
  name: 'my-corpus',
  seed: 7,
  models: { synthesizer: '<script>alert(1)</script>' },
  coverage: {
    prompts: 1234,
    sources: { 'code-security': 34, 'malicious-assistance': 1200 },
    cwes: [78, 89],
    cweByStrategy: { 'CWE-78': { implicit: 20, jailbreak: 4 }, 'CWE-89': { explicit: 10 } },
    categories: { 'cloud attacks': 1200 },
    jailbreaks: { encoding: 4 },
    ruleToCode: [
      { rule: 'CWE-89', cwe: 89, written: 8, certified: 2, rejected: 6, undecided: 0, repeated: 0 },
    ],
    vulnerabilityToPrompt: [],
    dropped: { duplicates: 3, contaminated: 2, contaminatedBySet: { humaneval: 2 } },
  },
  split: { train: 1000, development: 117, test: 117 },
  corpus: {
    python: {
      sources: [
        {
          source: 'osv',
          collected: 50,
          duplicates: 5,
          certified: 12,
          rejected: { clean: 30, 'invalid-syntax': 2 },
          undecided: 1,
          cwes: [78, 89],
          newCwes: [78, 89],
          agreement: { same: 10, related: 1, different: 1, unlabelled: 0 },
        },
      ],
      total: { collected: 50, duplicates: 5, certified: 12, undecided: 1, cwes: [78, 89] },
      overlap: [],
    },
    otherLanguages: { sources: [], total: EMPTY_TOTAL, overlap: [] },
    sources: { osv: { rows: 60, snippets: 50, problems: 2 } },
  },
  certification: {
    overall: { asked: 9, certified: 2, decided: 8, rate: 0.25, yield: 2 / 9 },
    byTurn: [{ asked: 9, certified: 2, decided: 8, rate: 0.25, yield: 2 / 9 }],
  },
  diversity: { jailbreaks: { texts: 4, distinct: [0.5, 0.75, null], meanPairwiseJaccard: 0.125 } },
  generations: { 'code for rules': { asked: 9, made: 8, refused: 1, malformed: 0, failed: 0, retried: 3 } },
  screening: {
    by: 'judge',
    code: { items: 12, attack: 2, undecided: 1 },
    conversations: { items: 0, attack: 0, undecided: 0 },
  },
  hygiene: {
    prompts: {
      ...FIGURES,
      items: 1235,
      kept: 1230,
      duplicates: 3,
      contaminated: 2,
      bySet: { humaneval: { exact: 1, near: 1 }, sallm: { exact: 0, near: 0 } },
    },
    jailbreaks: {
      ...FIGURES,
      items: 4,
      kept: 4,
      duplicates: 0,
      contaminated: 0,
      bySet: { humaneval: { exact: 0, near: 0 }, sallm: { exact: 0, near: 0 } },
    },
  },
  notChecked: ['xstest'],
  malicious: { requests: 1300, kept: 1200, other: 90, undecided: 4, repeated: 6 },
  attacks: { search: { broken: 3, resisted: 1, undecided: 2 } },
  overlap: [
    {
      a: 'my-corpus',
      b: 'CodeLMSec',
      prompts: { ofA: 34, ofB: 48, ofAInB: 0, ofBInA: 1 },
      cwes: { both: [78], onlyA: [89], onlyB: [22, 79] },
    },
  ],
  problems: 2,
  cost: { usd: null, calls: 0, tokens: { input: 0, output: 0 }, budget: {}, roles: {} },
  seconds: 12,
};

/** The text of the page, white space as people see it. */
function textOf(page: string): string {
  return page
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
}

test('the page of red-teaming says what is covered, dropped and not known', () => {
  const page = renderRedTeamPage(SUMMARY);
  const text = textOf(page);
  for (const said of [
    '1,000 to train on, 117 for development, 117 for tests',
    '75 % 3 of 4 searches and conversations',
    'unknown 0 calls',
    'together 9 8 2 25 % 22 %',
    'humaneval 1 1',
    'Checked without any overlap: sallm.',
    'Not checked: xstest.',
    'CodeLMSec 48 1 1 1 2',
    'CodeLMSec: 2 weaknesses that are not covered here CWE-22, CWE-79',
    'jailbreaks 4 0.500 0.750 – 0.125',
    '1,300 read, 1,200 about computers and kept, 90 about something else, 4 undecided, 6 repeated.',
    'CWE-78 OS Command Injection 24',
    'by the role judge: of 12 certified programs 2 left out, and 1 that it could not tell.',
  ])
    assert.ok(text.includes(said), `${said}\n${text}`);
});

test('what stands in a summary is text, never markup', () => {
  const page = renderRedTeamPage(SUMMARY);
  assert.ok(!page.includes('<script'));
  assert.ok(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
  assert.match(page, /default-src 'none'/);
});

test('a corpus without anything has a page, too', () => {
  const { coverage } = SUMMARY;
  const empty = { ...coverage, prompts: 0, cwes: [], cweByStrategy: {}, ruleToCode: [] };
  const text = textOf(
    renderRedTeamPage({ ...SUMMARY, coverage: empty, attacks: {}, overlap: [], generations: {} }),
  );
  assert.ok(text.includes('There are no code-security prompts.'));
  assert.ok(text.includes('– none were tried'));
  assert.ok(text.includes('No public corpus with weaknesses to its prompts is in the data folder.'));
});
