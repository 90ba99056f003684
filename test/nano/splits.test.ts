import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { framingsOf, ruleIdOf, signatureOf, spell } from '../../src/nano/ask.ts';
import { corpusDocument } from '../../src/nano/corpus.ts';
import { evaluationBenchmarks } from '../../src/nano/evaluation.ts';
import { trainingPool } from '../../src/nano/pool.ts';
import { NOUNS, nounsOf, phrasesOf, slotsOf } from '../../src/nano/split.ts';
import { createTemplateSynthesizer } from '../../src/nano/synthesizer.ts';
import * as wordings from '../../src/nano/wordings.ts';
import { createWorld, type Families, ruleBook, splitFamilies } from '../../src/nano/world.ts';
import type { Task } from '../../src/oracles/task.ts';
import { JAILBREAK_TEMPLATES } from '../../src/redteam/jailbreaks/templates.ts';

/** More than the base model has read (assets/nano-base/provenance.json). */
const DOCUMENTS = 100_000;
const SEEDS = [1, 2, 3];
const HELD_OUT = ['development', 'test'] as const;

const world = createWorld({ jailbreaks: JAILBREAK_TEMPLATES });
const LISTS: readonly wordings.Wordings[] = [
  wordings.CODE_WORDINGS,
  wordings.EXPLAIN_WORDINGS,
  wordings.QUESTION_WORDINGS,
  wordings.EXPLICIT_WORDINGS,
  wordings.CONTINUATION_WORDINGS,
  wordings.PROCESSING_WORDINGS,
  wordings.BENIGN_FRAMINGS,
];

const allFamilies = ({ security, utility, lookalike, malicious }: Families) => [
  ...security,
  ...utility,
  ...lookalike,
  ...malicious,
];

/** The requests in a user turn: the turn itself, and the request inside an analysis prompt. */
function requestsIn(text: string): string[] {
  const inside = text.split('\nRequest:\n')[1];
  return inside === undefined ? [text] : [inside];
}

/** Matches a whole request made from a wording. */
function pattern(wording: string): RegExp {
  const escaped = wording.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '([\\s\\S]+)');
  return new RegExp(`^${escaped}$`);
}

let training: string[];
let alignment: { seed: number; tasks: Task[]; texts: string[] }[];

before(async () => {
  const rules = ruleBook(world);
  training = Array.from({ length: DOCUMENTS }, (_, i) => corpusDocument(world, rules, i)).flatMap(
    (messages) =>
      messages.filter(({ role }) => role === 'user').flatMap(({ content }) => requestsIn(content)),
  );
  alignment = await Promise.all(
    SEEDS.map(async (seed) => {
      const { known } = splitFamilies(world, seed);
      const sizes = { malicious: 100, lookalikes: 150, utility: 120, questions: 100, multiTurnShare: 0.05 };
      const pool = trainingPool(world, known, sizes, seed);
      const tasks = [...pool.malicious, ...pool.benign];
      const security = await redteamTexts(known, seed);
      const texts = tasks.flatMap(({ messages }) => messages.map(({ content }) => content));
      return { seed, tasks, texts: [...texts, ...security] };
    }),
  );
});

async function redteamTexts(known: Families, seed: number): Promise<string[]> {
  const synthesizer = createTemplateSynthesizer(known, seed);
  const texts: string[] = [];
  for (const family of known.security) {
    const rule = { id: ruleIdOf(family) };
    for (const turn of [0, 1, 2]) {
      const code = await synthesizer.writeVulnerableCode(rule, turn);
      assert.ok(code);
      for (const strategy of ['implicit', 'explicit', 'continuation', 'processing'] as const) {
        const draft = await synthesizer.writePrompt({ seed: { ...code, rule }, strategy, turn });
        assert.ok(draft);
        texts.push(draft.text);
      }
    }
  }
  return texts;
}

function heldOut(seed: number, split: 'development' | 'test') {
  const { known, fresh } = splitFamilies(world, seed);
  return evaluationBenchmarks({ split, jailbreaks: world.jailbreaks, seed, known, fresh, scale: 1 });
}

describe('the size of the world', () => {
  it('has the families that the recipe promises', () => {
    const { security, utility, lookalike, malicious, question } = world.families;
    assert.ok(security.length >= 40, `${security.length} security families`);
    assert.ok(new Set(security.map(({ cwe }) => cwe)).size >= 25);
    assert.ok(utility.length >= 40, `${utility.length} utility families`);
    assert.ok(lookalike.length >= 40, `${lookalike.length} look-alike families`);
    assert.equal(new Set(malicious.map(({ category }) => category)).size, 10);
    assert.ok(question.length >= 30);
  });

  it('names every family once', () => {
    const ids = allFamilies(world.families).map(({ id }) => id);
    assert.deepEqual(
      ids.filter((id, i) => ids.indexOf(id) !== i),
      [],
    );
  });

  it('holds out at least six wordings of every kind for test', () => {
    for (const list of LISTS) assert.ok(list.test.length >= 6, `${list.test[0]}`);
    assert.ok(framingsOf(world.jailbreaks, 'test').length >= 6);
  });
});

describe('splits', () => {
  it('share no wording', () => {
    for (const { train, development, test } of LISTS) {
      const all = [...train, ...development, ...test];
      assert.equal(new Set(all).size, all.length);
    }
    const parts = (['train', 'development', 'test'] as const).map((split) =>
      framingsOf(world.jailbreaks, split),
    );
    assert.equal(new Set(parts.flat().map(({ id }) => id)).size, JAILBREAK_TEMPLATES.length);
    assert.equal(parts.flat().length, JAILBREAK_TEMPLATES.length);
  });

  it('share no context and no core phrase of a family', () => {
    for (const family of allFamilies(world.families)) {
      const nouns = (['train', 'development', 'test'] as const).flatMap((split) => nounsOf(family.id, split));
      assert.equal(new Set(nouns).size, nouns.length, family.id);
      assert.equal(nouns.length, NOUNS.length);
      const slots = { verb: family.verbs[0]!, noun: 'user', arg: family.args[0]! };
      const trained = phrasesOf(family, 'train').map((phrase) => phrase(slots));
      for (const split of HELD_OUT) {
        for (const phrase of phrasesOf(family, split)) assert.ok(!trained.includes(phrase(slots)), family.id);
      }
    }
  });

  it('keep every held-out wording out of all training text', () => {
    const texts = [...training, ...alignment.flatMap(({ texts: some }) => some)];
    for (const list of LISTS) {
      for (const wording of HELD_OUT.flatMap((split) => list[split])) {
        const made = pattern(wording);
        // A wording with holes only at its ends, such as "{prompt} Keep it short.", is looked for as it is written.
        const found = texts.find((text) => made.test(text));
        assert.equal(found, undefined, `${wording} made ${JSON.stringify(found)}`);
      }
    }
  });

  it('keep every held-out jailbreak template out of all training text', () => {
    const texts = [...training, ...alignment.flatMap(({ texts: some }) => some)];
    for (const { id, wrap } of HELD_OUT.flatMap((split) => framingsOf(world.jailbreaks, split))) {
      const [before, after] = wrap('\u0000').split('\u0000') as [string, string];
      const found = texts.find((text) => text.startsWith(before) && text.endsWith(after));
      assert.equal(found, undefined, id);
    }
  });

  it('keep every held-out prompt out of all training text', () => {
    for (const { seed, texts } of alignment) {
      const seen = new Set([...training, ...texts]);
      for (const split of HELD_OUT) {
        for (const { name, tasks } of heldOut(seed, split)) {
          for (const task of tasks) {
            const text = task.messages.at(-1)!.content;
            assert.ok(!seen.has(text), `${name}: ${text}`);
          }
        }
      }
    }
  });

  it('keep every held-out combination of family, verb, noun and argument out of training', () => {
    for (const { seed, tasks } of alignment) {
      const trained = new Set(tasks.map(({ family, provenance }) => `${family} ${provenance.noun}`));
      for (const split of HELD_OUT) {
        for (const { tasks: held } of heldOut(seed, split)) {
          for (const { family, provenance } of held) {
            assert.ok(!trained.has(`${family} ${provenance.noun}`), `${family} ${provenance.noun}`);
          }
        }
      }
    }
  });
});

describe('held-out combinations', () => {
  it('are asked for in no training text, security tasks and pre-training included', () => {
    const bySignature = new Map<string, string[]>();
    for (const text of new Set([...training, ...alignment.flatMap(({ texts }) => texts)])) {
      for (const [signature] of text.matchAll(/[a-z]+_[a-z]+\([^()\n]*\)/g)) {
        const known = bySignature.get(signature);
        if (known === undefined) bySignature.set(signature, [text]);
        else known.push(text);
      }
    }
    let looked = 0;
    for (const family of allFamilies(world.families)) {
      for (const slots of HELD_OUT.flatMap((split) => slotsOf(family, split))) {
        // What a prompt of this combination says beside the function's name: a phrase, or code to work on.
        const code = 'insecure' in family ? family.insecure : [];
        const said = [...family.phrases, ...code].map((part) => part(slots));
        for (const text of bySignature.get(spell(signatureOf(family, slots))) ?? []) {
          looked++;
          assert.ok(!said.some((part) => text.includes(part)), `${family.id}: ${text}`);
        }
      }
    }
    // The names themselves do occur, in other families: otherwise this test would look at nothing.
    assert.ok(looked > 100, `${looked}`);
  });
});

describe('new families', () => {
  it('are in no task of rule learning and RL', async () => {
    for (const { seed, tasks } of alignment) {
      const { known, fresh } = splitFamilies(world, seed);
      const names = new Set(allFamilies(fresh).map(({ id }) => id));
      assert.ok(names.size >= 20);
      for (const { family } of tasks) assert.ok(!names.has(family), family);
      const freshWeaknesses = new Set(fresh.security.map(({ weakness }) => weakness.name));
      for (const { weakness } of known.question)
        assert.ok(!freshWeaknesses.has(weakness.name), weakness.name);
      const synthesizer = createTemplateSynthesizer(known, seed);
      for (const family of fresh.security) {
        assert.equal(await synthesizer.writeVulnerableCode({ id: ruleIdOf(family) }, 0), undefined);
      }
    }
  });

  it('rotate with the seed', () => {
    const [a, b] = [1, 2].map((seed) =>
      splitFamilies(world, seed)
        .fresh.security.map(({ id }) => id)
        .join(),
    );
    assert.notEqual(a, b);
  });
});
