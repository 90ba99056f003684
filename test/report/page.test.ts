import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeOf, exampleFilterCss } from '../../src/report/examples-section.ts';
import { type ReportData, type ReportExample, type RlPoint, renderReport } from '../../src/report/page.ts';
import { sampleSummary } from './sample.ts';

const HOSTILE = `</style></script><img src="https://evil.example/x" onerror='alert(1)'>" onmouseover="alert(2)`;

function rlPoint(step: number): RlPoint {
  return {
    step,
    reward: 0.5,
    rewardBySource: { 'code-security': 0.25 * step, overrefusal: 0.5 },
    codeShare: 0.9,
    refusalShare: 0.1,
    wellFormedShare: 1,
    entropy: 0.2,
    distinctShare: 0.8,
    length: 88,
    undecided: 0,
    promptsSampled: 20,
    learnableGroups: 16,
    trainedGroups: 16,
    droppedLearnableGroups: 0,
    learnableFraction: 0.8,
    subSteps: 1,
    loss: 0,
    kl: 0.01,
    clipFraction: 0,
    gradNorm: 1,
    learningRate: 2e-4,
    trainedTokens: 9000,
    seconds: { sampling: 4, rewards: 0.2, training: 7 },
  };
}

function example(benchmark: string, outcomes: readonly ('pass' | 'fail' | 'undecided')[]): ReportExample {
  return {
    benchmark,
    prompt: `Write ${HOSTILE}`,
    answers: outcomes.map((outcome, i) => ({
      checkpoint: ['base', 'rule-learning', 'rl'][i]!,
      response: `## Analysis\n${HOSTILE}\n## Answer\n\`\`\`python\nx = "${HOSTILE}"\n\`\`\``,
      outcome,
      evidence: [{ rule: HOSTILE, message: HOSTILE, cwes: [79], line: 1 }],
    })),
  };
}

function sampleData(): ReportData {
  return {
    summary: sampleSummary(),
    sft: [1, 2, 3].map((step) => ({ step, loss: 1 / step, learningRate: 2e-4 })),
    rl: [1, 2, 3].map(rlPoint),
    coverage: {
      prompts: 512,
      sources: { 'code-security': 310, 'malicious-assistance': 202 },
      cwes: [79, 89],
      cweByStrategy: { 'CWE-79': { implicit: 4 }, 'CWE-89': { implicit: 8, jailbreak: 2 } },
      categories: { 'cloud attacks': 20 },
      jailbreaks: { roleplay: 12 },
      ruleToCode: [
        { rule: 'S608', cwe: 89, written: 12, certified: 9, rejected: 2, undecided: 0, repeated: 1 },
      ],
      vulnerabilityToPrompt: [{ strategy: 'implicit', requested: 30, kept: 25, declined: 1, repeated: 4 }],
      dropped: { duplicates: 61, contaminated: 9, contaminatedBySet: { 'nano-security': 9 } },
    },
    examples: [
      example('nano-security', ['fail', 'fail', 'pass']),
      example('nano-security', ['pass', 'pass', 'pass']),
      example('nano-utility', ['pass', 'pass', 'fail']),
    ],
  };
}

/** Opening tags of a page, with their attributes. */
function tagsOf(page: string): { name: string; attributes: Map<string, string> }[] {
  return [...page.matchAll(/<([a-z][a-z0-9]*)((?:\s+[a-z0-9-]+(?:="[^"]*")?)*)\s*\/?>/gi)].map(
    ([, name, text]) => ({
      name: name!,
      attributes: new Map(
        [...text!.matchAll(/([a-z0-9-]+)(?:="([^"]*)")?/gi)].map((match) => [match[1]!, match[2] ?? '']),
      ),
    }),
  );
}

test('hostile text is shown, in no place run', () => {
  const data = sampleData();
  const poisoned: ReportData = {
    ...data,
    summary: { ...data.summary, recipe: HOSTILE, model: { base: HOSTILE, parameters: 1 } },
    examples: [example(HOSTILE, ['fail', 'undecided', 'pass'])],
    coverage: {
      ...data.coverage!,
      categories: { [HOSTILE]: 1 },
      cweByStrategy: { [HOSTILE]: { [HOSTILE]: 1 } },
    },
  };
  const tags = tagsOf(renderReport(poisoned));
  const count = (page: string) => page.split('<').length - 1;
  assert.ok(tags.length > 300);
  assert.deepEqual(
    tags.filter(({ name }) => ['img', 'script', 'iframe', 'object', 'link'].includes(name)),
    [],
  );
  assert.deepEqual(
    tags.flatMap(({ attributes }) => [...attributes.keys()]).filter((name) => /^on/i.test(name)),
    [],
  );
  assert.equal(tags.filter(({ name }) => name === 'style').length, 1);
  // Every "<" of the page opens or closes a tag that was counted.
  const page = renderReport(poisoned);
  const closing = page.match(/<\/[a-z][a-z0-9]*>/g)!.length;
  assert.equal(count(page), tags.length + closing + '<!doctype html>'.split('<').length - 1);
  assert.ok(page.includes('&lt;img src=&quot;https://evil.example/x&quot; onerror=&#39;alert(1)&#39;&gt;'));
});

test('the page loads nothing, and its policy forbids to', () => {
  const page = renderReport(sampleData());
  const tags = tagsOf(page);
  const policy = tags.find(({ attributes }) => attributes.get('http-equiv') === 'Content-Security-Policy');
  assert.equal(
    policy?.attributes.get('content'),
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
  );
  for (const { attributes } of tags) {
    for (const name of ['src', 'srcset', 'href', 'action', 'data', 'xlink:href']) {
      const target = attributes.get(name);
      assert.ok(target === undefined || target.startsWith('#'), `${name}="${target}"`);
    }
  }
  const style = /<style>(.*?)<\/style>/s.exec(page)![1]!;
  assert.doesNotMatch(style, /url\(|@import|https?:/);
});

test('each link of the navigation leads to a section', () => {
  const tags = tagsOf(renderReport(sampleData()));
  const targets = tags.flatMap(({ attributes }) => attributes.get('href')?.slice(1) ?? []);
  const sections = tags
    .filter(({ name }) => name === 'section')
    .map(({ attributes }) => attributes.get('id'));
  assert.deepEqual(targets, ['axes', 'learning', 'coverage', 'examples', 'effort']);
  assert.deepEqual(sections, targets);
});

test('a score that nobody decided is called undecided; it has no dot and is no zero', () => {
  const page = renderReport(sampleData());
  const newFamilies = page.slice(page.indexOf('New families'), page.indexOf('How the answers look'));
  const utility = newFamilies.slice(newFamilies.indexOf('>utility<'));
  assert.equal(utility.match(/<span class="score none">undecided<\/span>/g)?.length, 8);
  assert.equal(utility.match(/\+ 20 undecided/g)?.length, 8);
  assert.doesNotMatch(utility, /class="point"|>0\.0</);
});

test('it says that nano is a miniature, and of another world it does not', () => {
  const data = sampleData();
  assert.match(renderReport(data), /This is a miniature\./);
  const { benchmarks } = data.summary;
  const renamed = Object.fromEntries(
    Object.entries(benchmarks).map(([name, result]) => [name.replace('nano-', 'scg-'), result]),
  );
  const other = renderReport({ ...data, summary: { ...data.summary, benchmarks: renamed } });
  assert.doesNotMatch(other, /miniature/);
});

test('coverage counts prompts by weakness and strategy; hygiene says what it dropped', () => {
  const page = renderReport(sampleData());
  assert.match(page, /<b>CWE-89<\/b> <span class="meaning">SQL Injection<\/span><\/th>/);
  const cells = [...page.matchAll(/<td class="(hot|warm|empty)" style="--heat:(\d+)%">([\d·]+)<\/td>/g)];
  assert.deepEqual(
    cells.map(([, kind, heat, text]) => [kind, heat, text]),
    [
      ['warm', '58', '4'], // 15 + 85 · 4/8 = 57.5
      ['empty', '0', '·'],
      ['hot', '100', '8'],
      ['warm', '36', '2'], // 15 + 85 · 2/8 = 36.25
    ],
  );
  assert.match(page, /61 near-duplicates, 9 close to evaluation \(nano-security 9\)/);
});

test('the filters hide by benchmark and by change, and say when nothing is left', () => {
  const { examples } = sampleData();
  assert.deepEqual(
    examples.map(({ answers }) => changeOf(answers)),
    ['gained', 'same', 'lost'],
  );
  assert.equal(changeOf([{ outcome: 'fail' }, { outcome: 'undecided' }]), 'same');
  const css = exampleFilterCss(examples).split('\n');
  assert.ok(css.includes('#examples:has(#benchmark-2:checked) .example:not(.of-1){display:none}'));
  assert.ok(css.includes('#examples:has(#change-1:checked) .example.same{display:none}'));
  // nano-utility has no example that was gained, nano-security has one.
  const left = (benchmark: number) =>
    css.includes(
      `#examples:has(#benchmark-${benchmark}:checked):has(#change-2:checked) .no-match{display:block}`,
    );
  assert.deepEqual([left(0), left(1), left(2)], [false, false, true]);
});

test('a run without rule learning, RL, red-teaming and examples still has a report', () => {
  const data = sampleData();
  const page = renderReport({
    summary: { ...data.summary, ruleLearning: null, rl: null },
    sft: [],
    rl: [],
    coverage: null,
    examples: [],
  });
  assert.match(page, /This run had no rule learning\..*This run had no RL\./s);
  assert.doesNotMatch(page, /id="coverage"|id="examples"|NaN|undefined/);
});
