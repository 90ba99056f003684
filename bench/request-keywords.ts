/**
 * How often the table of words (src/redteam/malicious/keywords.ts) agrees with CySecBench's own categories, on the half
 * of the file that it was not chosen on, and what it says of prompts that are no attacks.
 *
 * Usage: node bench/request-keywords.ts --data FOLDER [--seed 1]
 */
import { parseArgs } from 'node:util';
import { CYSECBENCH_FILE, readCySecBench } from '../src/datasets/cysecbench.ts';
import { dataPath } from '../src/datasets/data-file.ts';
import { HARMBENCH_FILE, readHarmBench } from '../src/datasets/harmbench.ts';
import { HUMANEVAL_FILE, readHumanEval } from '../src/datasets/humaneval.ts';
import { LEETCODE_TRAIN_FILE, readLeetCode } from '../src/datasets/leetcode.ts';
import { Random } from '../src/random.ts';
import { ATTACK_CATEGORY_NAMES, attackCategory } from '../src/redteam/malicious/categories.ts';
import { keywordRequestClassifier as keywords } from '../src/redteam/malicious/keywords.ts';

const { values } = parseArgs({
  options: { data: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const folder = values.data ?? 'data';
const rows = readCySecBench(dataPath(folder, CYSECBENCH_FILE)).rows.map(({ value }) => value);
const shuffled = new Random(Number(values.seed), 'cysecbench halves').shuffle(rows);
const half = Math.floor(shuffled.length / 2);
const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;

for (const [name, part] of [
  ['held out', shuffled.slice(half)],
  ['in view when words were chosen', shuffled.slice(0, half)],
] as const) {
  const labels = await keywords.label(part.map(({ prompt }) => prompt));
  const pairs = part.map(({ category }, i) => ({ truth: attackCategory(category)!, label: labels[i]! }));
  const right = pairs.filter(({ truth, label }) => label.kind === 'cyber' && label.category === truth);
  const count = (kind: string) => pairs.filter(({ label }) => label.kind === kind).length;
  console.log(`\n${part.length} prompts, ${name}: of ${count('cyber')} with a category `);
  console.log(
    `${percent(right.length, count('cyber'))} agree; ${percent(count('undecided'), part.length)} undecided,`,
  );
  console.log(`${percent(count('other'), part.length)} taken for no attack on computers.\n`);
  console.log('| category | prompts | found of it | right when it says so | undecided | other |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const category of ATTACK_CATEGORY_NAMES) {
    const own = pairs.filter(({ truth }) => truth === category);
    const said = pairs.filter(({ label }) => label.kind === 'cyber' && label.category === category);
    const hits = right.filter(({ truth }) => truth === category).length;
    const of = (kind: string) => own.filter(({ label }) => label.kind === kind).length;
    console.log(
      `| ${category} | ${own.length} | ${percent(hits, own.length)} | ${percent(hits, said.length)} | ` +
        `${percent(of('undecided'), own.length)} | ${percent(of('other'), own.length)} |`,
    );
  }
}

console.log('\n| other prompts | n | taken for an attack | undecided |\n| --- | ---: | ---: | ---: |');
for (const [name, texts] of [
  [
    'HarmBench, cybercrime',
    readHarmBench(dataPath(folder, HARMBENCH_FILE)).rows.map((row) => row.value.prompt),
  ],
  ['HumanEval', readHumanEval(dataPath(folder, HUMANEVAL_FILE)).rows.map((row) => row.value.prompt)],
  [
    'LeetCode, train',
    readLeetCode(dataPath(folder, LEETCODE_TRAIN_FILE)).rows.map((row) => row.value.prompt),
  ],
] as const) {
  const labels = await keywords.label(texts);
  const share = (kind: string) => percent(labels.filter((label) => label.kind === kind).length, texts.length);
  console.log(`| ${name} | ${texts.length} | ${share('cyber')} | ${share('undecided')} |`);
}
