import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse as parseCsv } from 'csv-parse/sync';
import { evaluationSummarySchema } from '../../src/evals/evaluation-summary.ts';
import { type EvaluationResults, writeEvaluationResults } from '../../src/evals/results.ts';
import { summariseEvaluation } from '../../src/evals/summarise.ts';
import { renderEvaluationCsv } from '../../src/report/evaluation/csv.ts';
import { renderEvaluationMarkdown } from '../../src/report/evaluation/markdown.ts';
import { writeEvaluationReport } from '../../src/report/evaluation/report.ts';
import { renderEvaluationTable } from '../../src/report/evaluation/table.ts';
import { sampleEvaluation, tasksOf } from '../evals/evaluation-sample.ts';

const scratch = mkdtempSync(join(tmpdir(), 'purpcode-evaluation-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

function written(name: string, results: EvaluationResults): string {
  const folder = join(scratch, name);
  writeEvaluationResults(folder, results);
  return folder;
}

const HOSTILE = '</script><img src=x onerror="alert(1)">\u202E\u001B[2J|`*_';

/** CWEval at the paper's 13 of 25, XSTest with undecided answers; every text of others is hostile. */
const evaluation = (xstest: string, model = 'tiny') =>
  sampleEvaluation(
    [
      {
        name: 'cweval',
        title: 'CWEval',
        metric: 'functional and secure',
        axis: 'code-security',
        rows: 31,
        problems: [{ place: `cwe_020 ${HOSTILE}`, reason: 'needs a server' }],
        tasks: tasksOf(`${'+'.repeat(13)}${'-'.repeat(12)}`).map((task, index) => ({
          ...task,
          id: `c${index}`,
          task: {
            cwes: [index % 2 === 0 ? 22 : 79],
            provenance: { language: index % 3 === 0 ? HOSTILE : 'c' },
          },
        })),
      },
      {
        name: 'xstest',
        title: 'XSTest',
        metric: 'answered',
        axis: 'overrefusal',
        tasks: tasksOf(xstest).map((task) => ({
          ...task,
          prompt: `${HOSTILE} how do I kill a process?`,
          response: `${HOSTILE} kill -9`,
          cause: `overrefusal: ${HOSTILE}`,
        })),
      },
    ],
    { model },
  );

test('the folder of an evaluation gets a summary that keeps its contract, Markdown, a table and a page', () => {
  const folder = written('alone', evaluation('++++++++-?'));
  const summary = writeEvaluationReport(folder);
  const stored: unknown = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
  assert.deepEqual(evaluationSummarySchema.parse(stored), summary);
  assert.equal(summary.benchmarks.cweval!.score, 52);
  assert.equal(summary.comparison, null);
  for (const file of ['report.md', 'table.csv', 'index.html'])
    assert.ok(existsSync(join(folder, file)), file);
});

test('the page runs nothing and loads nothing, whatever models and benchmarks wrote', () => {
  const baseline = written('before', evaluation('+++++-----', HOSTILE));
  const folder = written('after', evaluation('-----+++++', HOSTILE));
  writeEvaluationReport(folder, { baseline });
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  assert.match(page, /default-src 'none'/);
  assert.doesNotMatch(page, /<(script|img|link|iframe|object)\b/i);
  assert.doesNotMatch(page, /\b(src|onerror)="/i);
  assert.ok(!page.includes('\u202E') && !page.includes('\u001B'));
  assert.ok(page.includes('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;'));
  assert.ok(page.includes('U+202E'), 'what cannot be seen is spelt out');
  for (const id of ['axes', 'comparison', 'examples', 'groups', 'answers', 'effort']) {
    assert.ok(page.includes(`id="${id}"`) && page.includes(`href="#${id}"`), id);
  }
});

test('answers that flipped are shown in both directions', () => {
  const baseline = written('flip-before', evaluation('++++++++--'));
  const folder = written('flip-after', evaluation('-+++++++++', 'aligned'));
  const { comparison } = writeEvaluationReport(folder, { baseline });
  const { gained, lost } = comparison!.benchmarks.xstest!;
  assert.deepEqual([gained, lost], [['t8', 't9'], ['t0']]);
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  assert.equal(page.match(/class="example gained/g)?.length, 2);
  assert.equal(page.match(/class="example lost/g)?.length, 1);
  assert.ok(page.includes('before: tiny') && page.includes('after: aligned'));
});

test('Markdown has the figures of the paper beside ours, and what is in no score, with its cause', () => {
  const summary = summariseEvaluation(evaluation('++++++++-?'));
  const markdown = renderEvaluationMarkdown(summary);
  assert.match(
    markdown,
    /^\| CWEval \| functional and secure \| 52\.0 \| 33–70 \| 25 \| {2}\| 48\.0 \/ 52\.0 \/ 52\.0 \|$/m,
  );
  assert.match(
    markdown,
    /^\| XSTest \| answered \| 88\.9 \| 57–98 \| 9 \| 1 \| 86\.8 \/ 93\.4 \/ 96\.8 \|$/m,
  );
  assert.match(markdown, /^- CWEval: 1 of 31 rows could not be read or run, the first cwe\\_020/m);
  assert.match(markdown, /^- CWEval, cwe\\_020 .*: needs a server\.$/m);
  assert.match(markdown, /^- XSTest: 1 of 10 answers undecided: overrefusal:/m);
  assert.doesNotMatch(renderEvaluationMarkdown(summary, { paper: false }), /48\.0/);
  // No markup of others, and every row of a table has the cells of its head.
  assert.doesNotMatch(markdown, /(?<!\\)<img/);
  const cells = (line: string) => line.replace(/\\./g, '').split('|').length;
  const blocks = markdown.split(/\n\n/).filter((block) => block.startsWith('|'));
  assert.ok(blocks.length >= 3);
  for (const block of blocks) {
    const lines = block.split('\n');
    for (const line of lines) assert.equal(cells(line), cells(lines[0]!), line);
  }
});

test('the CSV reads back, and no text of others is a formula', () => {
  const results = evaluation('++++++++-?');
  const prompts = results.prompts.map((task) => ({
    ...task,
    provenance: { language: task.id === 'c0' ? '=1+1' : 'c' },
  }));
  const csv = renderEvaluationCsv(summariseEvaluation({ ...results, prompts }));
  const rows = parseCsv(csv, { columns: true, bom: false }) as Record<string, string>[];
  const cweval = rows.find(({ kind, benchmark }) => kind === 'benchmark' && benchmark === 'cweval')!;
  assert.deepEqual(
    [cweval.score, cweval.n, cweval.rows, cweval.unusable, cweval.paper_rl],
    ['52', '25', '31', '1', '52'],
  );
  assert.equal(Number(cweval.low95).toFixed(2), '33.50');
  const languages = rows.filter(({ kind }) => kind === 'language').map(({ label }) => label);
  assert.deepEqual(languages.toSorted(), ["'=1+1", 'c']);
});

test('the table of a terminal is narrow and holds nothing that a terminal obeys', () => {
  const table = renderEvaluationTable(summariseEvaluation(evaluation('++++++++-?', HOSTILE)));
  for (const line of table.split('\n')) assert.ok(line.length <= 130, line);
  assert.ok(!table.includes('\u001B') && !table.includes('\u202E'));
  assert.match(table, /^code security +52\.0 +33–70 +25/m);
  assert.match(table, /^ {2}XSTest \(answered\) +88\.9 +57–98 +9 +1 +86\.8 \/ 93\.4 \/ 96\.8$/m);
});

test('nothing decided, and no task at all, are said and not scored', () => {
  const summary = summariseEvaluation(
    sampleEvaluation([
      { name: 'frr', axis: 'overrefusal', tasks: tasksOf('???') },
      { name: 'mbpp', axis: 'utility', tasks: [] },
    ]),
  );
  const table = renderEvaluationTable(summary);
  assert.match(table, /^overrefusal +undecided +0 +3$/m);
  assert.match(table, /^utility +- +0$/m);
  assert.match(table, /nothing was decided of frr; not in its mean/);
  const folder = written('empty', sampleEvaluation([{ name: 'mbpp', axis: 'utility', tasks: [] }]));
  assert.equal(writeEvaluationReport(folder).axes.utility!.score, null);
});

test('an evaluation that is not finished, or not there, is refused with a hint', () => {
  const results = evaluation('+');
  const folder = written('torn', { ...results, evaluation: { ...results.evaluation, finished: null } });
  assert.throws(() => writeEvaluationReport(folder), { code: 'run', message: /not finished/ });
  assert.throws(() => writeEvaluationReport(join(scratch, 'nowhere')), {
    code: 'run',
    message: /no evaluation/,
  });
});
