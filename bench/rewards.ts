/**
 * Time to reward 3,072 distinct mixed responses (SPEC "Batched reward calculation": 8 rollouts of 384 prompts), all
 * embedded: half ask for security analysis, half for test runs; from the nano world, or with --data from public data
 * sets (CyberSecEval's origin code and LeetCode's completions with their tests), which are as long as real answers.
 *
 * Usage: node bench/rewards.ts [--responses 3072] [--data FOLDER] [--workers 2] [--threads 2]
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { drawSecurityAsk, drawUtilityAsk, taskOf } from '../src/nano/ask.ts';
import { formatPlain, respond } from '../src/nano/responses.ts';
import { createWorld } from '../src/nano/world.ts';
import { oraclesSchema } from '../src/oracles/config.ts';
import type { Item } from '../src/oracles/oracle.ts';
import { openOracles } from '../src/oracles/oracles.ts';
import { createRewardModel } from '../src/oracles/reward.ts';
import type { Task } from '../src/oracles/task.ts';
import { Random } from '../src/random.ts';

const { values } = parseArgs({
  options: {
    responses: { type: 'string', default: '3072' },
    data: { type: 'string' },
    workers: { type: 'string', default: '2' },
    threads: { type: 'string', default: '2' },
  },
});
const half = Math.floor(Number(values.responses) / 2);

const task = (id: string, fields: Pick<Task, 'source' | 'oracles'> & Partial<Task>): Task => ({
  id,
  messages: [{ role: 'user', content: `Write the code of task ${id}.` }],
  family: 'bench',
  cwes: [],
  rules: [],
  provenance: {},
  ...fields,
});
const answer = (code: string, i: number): string =>
  `## Analysis\nIntent: benign, task ${i}. Plan: write it.\n## Answer\n\`\`\`python\n# ${i}\n${code}\n\`\`\``;

function nanoItems(): Item[] {
  const { families } = createWorld({ jailbreaks: [] });
  return Array.from({ length: 2 * half }, (_, i) => {
    const random = new Random('bench', i);
    const context = { split: 'train', random } as const;
    const ask =
      i % 2 === 0
        ? drawSecurityAsk(random.pick(families.security), 'implicit', context)
        : drawUtilityAsk(random.pick(families.utility), context);
    const behaviour =
      i % 2 === 0 ? random.pick(['secure', 'insecure'] as const) : random.pick(['answer', 'wrong'] as const);
    const response = formatPlain(respond(ask, behaviour, random)).replace(
      '```python\n',
      `\`\`\`python\n# ${i}\n`,
    );
    return { task: taskOf(ask), response };
  });
}

function publicItems(folder: string): Item[] {
  const instruct = JSON.parse(readFileSync(join(folder, 'cyberseceval/instruct.json'), 'utf8')) as {
    language: string;
    origin_code: string;
  }[];
  const security = instruct.filter(({ language }) => language === 'python');
  const packed = readFileSync(join(folder, 'leetcode/LeetCodeDataset-v0.2.0-train.jsonl.gz'));
  const problems = gunzipSync(packed)
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<'prompt' | 'completion' | 'test' | 'entry_point', string>);
  return Array.from({ length: half }, (_, i) => {
    const problem = problems[i % problems.length]!;
    const test = `${problem.prompt}\n${problem.test}\ncheck(${problem.entry_point})`;
    return [
      {
        task: task(`s${i}`, { source: 'code-security', oracles: ['code-security'] }),
        response: answer(security[i % security.length]!.origin_code, i),
      },
      {
        task: task(`c${i}`, {
          source: 'coding-utility',
          oracles: ['correctness'],
          tests: { functional: test },
        }),
        response: answer(`${problem.prompt}\n${problem.completion}`, i),
      },
    ];
  }).flat();
}

const items = values.data === undefined ? nanoItems() : publicItems(values.data);
const oracles = await openOracles(
  oraclesSchema.parse({
    threads: Number(values.threads),
    sandbox: { workers: Number(values.workers) },
  }),
);
const model = createRewardModel({ oracles: oracles.oracles });
const lines = items.reduce((sum, { response }) => sum + response.split('\n').length, 0);
console.log(`${items.length} responses of ${(lines / items.length).toFixed(0)} lines on average`);
try {
  // A few responses start all threads and interpreters: a training run pays that once.
  const starting = performance.now();
  const few = items.slice(0, 4 * Number(values.workers));
  await model.reward(few.map((item) => ({ ...item, response: `${item.response}\n` })));
  console.log(`start        ${((performance.now() - starting) / 1000).toFixed(1)} s`);
  model.takeTimings();
  const before = usage();
  const began = performance.now();
  const rewards = await model.reward(items);
  const seconds = (performance.now() - began) / 1000;
  console.log(`rewarded     ${seconds.toFixed(1)} s, ${(items.length / seconds).toFixed(0)} responses/s`);
  const after = usage();
  const own = (after.ownSeconds - before.ownSeconds).toFixed(1);
  const sandbox = (after.sandboxSeconds - before.sandboxSeconds).toFixed(1);
  console.log(`processor    ${own} s own (all threads), ${sandbox} s sandbox`);
  console.log(`peak memory  ${after.ownMB.toFixed(0)} MB own, ${after.sandboxMB.toFixed(0)} MB sandbox`);
  for (const [name, timing] of Object.entries(model.takeTimings())) {
    const rate = (timing.items - timing.cached) / timing.seconds;
    console.log(
      `${name.padEnd(12)} ${timing.items} items in ${timing.seconds.toFixed(1)} s, ${rate.toFixed(0)}/s, ` +
        `${timing.cached} repeated, ${timing.undecided} undecided`,
    );
  }
  const count = (value: number | null) => rewards.filter(({ reward }) => reward === value).length;
  console.log(`rewards      1: ${count(1)}, 0: ${count(0)}, undecided: ${count(null)}`);
} finally {
  await oracles.close();
}

/** Processor time and peak resident memory of this process and of its children, where /proc tells of them. */
function usage(): { ownSeconds: number; ownMB: number; sandboxSeconds: number; sandboxMB: number } {
  const { user, system } = process.cpuUsage();
  const ownMB = process.resourceUsage().maxRSS / 1024;
  let [sandboxSeconds, sandboxMB] = [0, 0];
  for (const pid of processes()) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // Fields from the third on, after the name in brackets: state, parent ... 12 and 13: ticks of 10 ms.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(fields[1]) !== process.pid) continue;
      sandboxSeconds += (Number(fields[11]) + Number(fields[12])) / 100;
      const peak = /VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
      sandboxMB += Number(peak?.[1] ?? 0) / 1024;
    } catch {
      // It has ended.
    }
  }
  return { ownSeconds: (user + system) / 1e6, ownMB, sandboxSeconds, sandboxMB };
}

function processes(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
