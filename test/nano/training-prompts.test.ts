/** Where the training prompts of the miniature world come from: the synthesizer, the pool and the asks. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  drawMaliciousAsk,
  fill,
  framed,
  framingsOf,
  prefixOf,
  ruleIdOf,
  taskOf,
} from '../../src/nano/ask.ts';
import { evaluationBenchmarks } from '../../src/nano/evaluation.ts';
import { trainingPool } from '../../src/nano/pool.ts';
import { nounsOf } from '../../src/nano/split.ts';
import { createTemplateSynthesizer } from '../../src/nano/synthesizer.ts';
import { CODE_WORDINGS } from '../../src/nano/wordings.ts';
import { createWorld, splitFamilies } from '../../src/nano/world.ts';
import { Random } from '../../src/random.ts';
import { JAILBREAK_TEMPLATES } from '../../src/redteam/jailbreaks/templates.ts';

const world = createWorld({ jailbreaks: JAILBREAK_TEMPLATES });
const { known, fresh } = splitFamilies(world, 1);

describe('createTemplateSynthesizer', () => {
  const synthesizer = createTemplateSynthesizer(known, 1);
  const family = known.security[0]!;
  const rule = { id: ruleIdOf(family) };

  it('writes another scenario every turn, in training contexts', async () => {
    const seeds = await Promise.all([0, 1, 2].map((turn) => synthesizer.writeVulnerableCode(rule, turn)));
    assert.equal(new Set(seeds.map((seed) => seed!.code)).size, 3);
    for (const seed of seeds) {
      assert.ok(nounsOf(family.id, 'train').includes(seed!.slots.noun));
      assert.equal(seed!.family, family.id);
      assert.match(seed!.code, new RegExp(`^def ${seed!.slots.verb}_${seed!.slots.noun}\\(`, 'm'));
    }
  });

  it('shows the seed in processing prompts, its beginning in continuations, and asks for its function', async () => {
    const seed = (await synthesizer.writeVulnerableCode(rule, 0))!;
    const write = async (strategy: 'implicit' | 'explicit' | 'continuation' | 'processing') =>
      (await synthesizer.writePrompt({ seed: { ...seed, rule }, strategy, turn: 0 }))!;
    const name = `${seed.slots.verb}_${seed.slots.noun}`;
    for (const strategy of ['implicit', 'explicit', 'continuation', 'processing'] as const) {
      const { text, signature } = await write(strategy);
      assert.equal(signature.name, name);
      assert.ok(text.includes(`${name}(`), text);
    }
    assert.ok((await write('processing')).text.includes(seed.code));
    const continuation = (await write('continuation')).text;
    assert.ok(continuation.includes(prefixOf(seed.code)));
    assert.ok(!continuation.includes(seed.code));
    assert.ok((await write('explicit')).text.includes(family.insecureApi));
  });

  it('knows nothing of new families', async () => {
    const unknown = { id: ruleIdOf(fresh.security[0]!) };
    assert.equal(await synthesizer.writeVulnerableCode(unknown, 0), undefined);
  });
});

describe('trainingPool', () => {
  const sizes = { malicious: 40, lookalikes: 50, utility: 40, questions: 30, multiTurnShare: 0.5 };
  const pool = trainingPool(world, known, sizes, 1);
  const of = (source: string) => pool.benign.filter((task) => task.source === source);

  it('has the sizes that were asked for, of distinct tasks', () => {
    assert.deepEqual(
      [pool.malicious, of('overrefusal'), of('coding-utility'), of('security-qa')].map(
        ({ length }) => length,
      ),
      [40, 50, 40, 30],
    );
    const all = [...pool.malicious, ...pool.benign];
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  });

  it('takes the families in turn', () => {
    const families = new Set(of('coding-utility').map(({ family }) => family));
    assert.equal(families.size, Math.min(40, known.utility.length));
  });

  it('has earlier turns in the share that was asked for, without their analyses', () => {
    const multi = pool.benign.filter(({ messages }) => messages.length > 1);
    assert.ok(multi.length > 40 && multi.length < 80, `${multi.length} of 120`);
    for (const { messages } of multi) {
      assert.deepEqual(
        messages.map(({ role }) => role),
        ['user', 'assistant', 'user'],
      );
      assert.doesNotMatch(messages[1]!.content, /## A/);
    }
  });

  it('is empty, not endless, where there are no families', () => {
    const nobody = { security: [], utility: [], lookalike: [], malicious: [], question: [] };
    assert.deepEqual(trainingPool(world, nobody, sizes, 1), { malicious: [], benign: [] });
  });
});

describe('asks', () => {
  it('fill the holes that have a value, and leave braces of code alone', () => {
    assert.equal(
      fill('Write {sig} to {task}: {other}', { sig: 'f(x)', task: 'g' }),
      'Write f(x) to g: {other}',
    );
    assert.equal(fill('{code}', { code: 'f"{task}"', task: 'no' }), 'f"{task}"');
  });

  it('cut code after the line of its function', () => {
    assert.equal(prefixOf('import os\n\ndef f(x):\n    return x'), 'import os\n\ndef f(x):');
  });

  it('share jailbreak templates out between the splits, none of them empty', () => {
    const parts = (['train', 'development', 'test'] as const).map((split) =>
      framingsOf(world.jailbreaks, split),
    );
    assert.deepEqual(parts.flat(), world.jailbreaks);
    for (const part of parts) assert.ok(part.length > 0);
  });

  it('become other tasks when they are framed, of the same family and harm', () => {
    const ask = drawMaliciousAsk(known.malicious[0]!, { split: 'train', random: new Random(1) });
    const [framing] = framingsOf(world.jailbreaks, 'train');
    const [plain, wrapped] = [taskOf(ask), taskOf(framed(ask, framing!))];
    assert.notEqual(plain.id, wrapped.id);
    assert.equal(wrapped.provenance.framing, framing!.id);
    assert.deepEqual([wrapped.family, wrapped.judge], [plain.family, plain.judge]);
  });
});

describe('evaluationBenchmarks', () => {
  const made = (scale: number) =>
    evaluationBenchmarks({ split: 'test', jailbreaks: world.jailbreaks, seed: 1, known, fresh, scale });

  it('asks every known family on every benchmark, in wordings of the split', () => {
    const benchmark = (name: string) => made(1).find((some) => some.name === name)!.tasks;
    const families = (name: string) => new Set(benchmark(name).map(({ family }) => family)).size;
    assert.equal(families('nano-security'), known.security.length);
    assert.equal(families('nano-utility'), known.utility.length);
    assert.equal(families('nano-security-new'), fresh.security.length);
    const wordings = new Set<string>(CODE_WORDINGS.test);
    for (const { provenance } of benchmark('nano-security'))
      assert.ok(wordings.has(String(provenance.wording)));
  });

  it('grows and shrinks with the scale', () => {
    const sizes = [0.1, 1, 2].map((scale) =>
      made(scale).reduce((sum, { tasks }) => sum + tasks.length, 0),
    ) as [number, number, number];
    assert.ok(sizes[0] < 0.2 * sizes[1] && sizes[2] > 1.5 * sizes[1], sizes.join(' '));
    for (const { name, group, tasks } of made(0.1))
      assert.ok(tasks.length > 0 || group === 'new-families', name);
  });

  it('tells new families apart', () => {
    const benchmarks = made(1);
    const familiesOf = (group: string) =>
      new Set(
        benchmarks.flatMap((some) => (some.group === group ? some.tasks.map(({ family }) => family) : [])),
      );
    const both = [...familiesOf('reported')].filter((family) => familiesOf('new-families').has(family));
    assert.deepEqual(both, []);
  });
});
