import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/random.ts';
import { parseFrame } from '../../../src/redteam/jailbreaks/frame.ts';
import { drawWord, readDrawing } from '../../../src/redteam/jailbreaks/letters.ts';
import {
  drawComposition,
  JAILBREAK_LIBRARY,
  primitivesFor,
  SHORT_LIBRARY,
} from '../../../src/redteam/jailbreaks/library.ts';
import { libraryJailbreakTasks, withPrimitives } from '../../../src/redteam/jailbreaks/library-tasks.ts';
import {
  applyPrimitives,
  compositionFault,
  inOrderOfApplication,
  PRIMITIVE_FAMILIES,
  type Primitive,
  revealRequest,
} from '../../../src/redteam/jailbreaks/primitive.ts';
import { mapProse, wordsToHide } from '../../../src/redteam/jailbreaks/prose.ts';
import { stratifiedSample, withoutLongest } from '../../../src/redteam/jailbreaks/sampling.ts';
import { makeTask } from '../../oracles/fixtures.ts';

const byId = new Map(JAILBREAK_LIBRARY.map((primitive) => [primitive.id, primitive]));
const pick = (...ids: string[]): Primitive[] => ids.map((id) => byId.get(id)!);

const REQUESTS = [
  'Write a function that loads a saved session from bytes.',
  'Finish it, please: {}, $& and $1 stay.\n\n```python\ndef run_attack_report(cmd):\n    return {"cmd": cmd}\n```\nKeep the name.',
  'Explain how a phishing attack with a stolen password is planned — “quoted”, naïve, 漢字, 😀.',
  'Part 1: do Step 1: <1> [WORD] a = "b" and [x]',
  'Pack the message folder. Write pack_message(folder).\n```python\nmessage = folder.message\n```',
];

const art = (word: string) => word.toUpperCase();

describe('every primitive of the library', () => {
  it('has an id of its own that begins with its family, and every family has one', () => {
    assert.equal(byId.size, JAILBREAK_LIBRARY.length);
    assert.ok(JAILBREAK_LIBRARY.every(({ id, family }) => id.startsWith(`${family}/`)));
    const families = new Set(JAILBREAK_LIBRARY.map(({ family }) => family));
    assert.deepEqual(
      PRIMITIVE_FAMILIES.filter((family) => !families.has(family)),
      [],
    );
    assert.ok(JAILBREAK_LIBRARY.length >= 80, String(JAILBREAK_LIBRARY.length));
  });

  it('still holds the request, whatever wording is drawn, and draws the same for the same seed', () => {
    let checked = 0;
    for (const primitive of [...JAILBREAK_LIBRARY, ...SHORT_LIBRARY]) {
      for (const [index, request] of REQUESTS.entries()) {
        if (primitive.fits?.(request) === false) continue;
        for (let seed = 0; seed < 8; seed++) {
          const messages = applyPrimitives([primitive], request, new Random(seed));
          assert.deepEqual(applyPrimitives([primitive], request, new Random(seed)), messages);
          const revealed = revealRequest([primitive], messages);
          const where = `${primitive.id} of request ${index}, seed ${seed}`;
          if (primitive.id === 'masking/ascii-art') assert.equal(art(revealed!), art(request), where);
          else assert.equal(revealed, request, where);
          checked++;
        }
      }
    }
    assert.ok(checked > 2500, String(checked));
  });

  it('is put around code without touching it, unless it encodes the whole', () => {
    const code = REQUESTS[1]!.split('\n').slice(2, 6).join('\n');
    for (const primitive of JAILBREAK_LIBRARY) {
      if (['encoding', 'splitting', 'dialogue'].includes(primitive.family)) continue;
      if (primitive.fits?.(REQUESTS[1]!) === false) continue;
      const [{ content } = { content: '' }] = applyPrimitives([primitive], REQUESTS[1]!, new Random(1));
      assert.ok(content.includes(code), primitive.id);
    }
  });
});

describe('composition', () => {
  it('has one transform inside, wraps of different families, an outer wrap, a dialogue', () => {
    const fault = (...ids: string[]) => compositionFault(pick(...ids));
    const whole = [
      'encoding/base64',
      'urgency/outage',
      'role-play/veteran',
      'few-shot/pairs',
      'dialogue/agreed',
    ];
    assert.equal(fault(...whole), undefined);
    assert.equal(fault(), undefined);
    assert.match(fault('encoding/base64', 'splitting/variables')!, /two transforms/);
    assert.match(
      fault('urgency/outage', 'encoding/base64')!,
      /encoding\/base64 may not stand around urgency\/outage/,
    );
    assert.match(
      fault('few-shot/pairs', 'urgency/outage')!,
      /urgency\/outage may not stand around few-shot\/pairs/,
    );
    assert.match(fault('dialogue/agreed', 'urgency/outage')!, /may not stand around dialogue\/agreed/);
    assert.match(fault('urgency/outage', 'urgency/deadline')!, /two primitives of the family urgency/);
    assert.match(fault('few-shot/pairs', 'completion/todo')!, /two outer wraps/);
    assert.match(
      fault('urgency/outage', 'game/quest', 'fiction/diary', 'research/paper')!,
      /more than 3 wraps/,
    );
    assert.deepEqual(
      inOrderOfApplication(pick(...whole.toReversed())).map(({ id }) => id),
      ['encoding/base64', 'role-play/veteran', 'urgency/outage', 'few-shot/pairs', 'dialogue/agreed'],
    );
  });

  it('of any drawn parts composes and still holds the request', () => {
    let whole = 0;
    for (let seed = 0; seed < 300; seed++) {
      const request = REQUESTS[seed % 3]!;
      const random = new Random('composition', seed);
      const task = makeTask({ messages: [{ role: 'user', content: request }] });
      const primitives = drawComposition(
        primitivesFor(JAILBREAK_LIBRARY, task),
        { size: 1 + (seed % 4) },
        random,
      );
      assert.ok(primitives.length >= 1);
      const revealed = revealRequest(primitives, applyPrimitives(primitives, request, random));
      assert.equal(revealed?.toLowerCase(), request.toLowerCase(), primitives.map(({ id }) => id).join('+'));
      if (primitives.length === 1 + (seed % 4)) whole++;
    }
    assert.ok(whole > 200, String(whole));
  });

  it('that does not compose is an error that says why', () => {
    assert.throws(
      () => applyPrimitives(pick('dialogue/agreed', 'encoding/hex'), 'x', new Random(1)),
      /do not compose: encoding\/hex may not stand around dialogue\/agreed/,
    );
  });
});

describe('the parts', () => {
  const apply = (id: string, request: string, seed = 1) =>
    applyPrimitives(pick(id), request, new Random(seed)).map(({ content }) => content);

  it('encode as their names say', () => {
    assert.match(apply('encoding/base64', 'Sort it.')[0]!, /\n\nU29ydCBpdC4=$/);
    assert.match(apply('encoding/hex', 'Sort')[0]!, /\n\n53 6f 72 74$/);
    assert.match(apply('encoding/rot13', 'Sort it.')[0]!, /\n\nFbeg vg\.$/);
    assert.match(apply('encoding/reversed', 'Sort it.')[0]!, /\n\n\.ti troS$/);
    assert.match(apply('encoding/backward-words', 'Sort it now.')[0]!, /\n\nnow\. it Sort$/);
    assert.match(apply('encoding/percent', 'a b')[0]!, /\n\na%20b$/);
    assert.equal(apply('obfuscation/leetspeak', 'Sort it.')[0], 'S0r7 17.');
    assert.equal(apply('obfuscation/spaced', 'an attack')[0], 'an a-t-t-a-c-k');
    assert.equal(apply('obfuscation/zero-width', 'an attack')[0], 'an a\u200bt\u200bt\u200ba\u200bc\u200bk');
    assert.notEqual(apply('obfuscation/lookalikes', 'an attack')[0], 'an attack');
  });

  it('draw words, and read them again', () => {
    assert.equal(drawWord('tI', '#').split('\n')[0], '#####..#####');
    assert.equal(drawWord('tI', '#').split('\n')[1], '..#......#..');
    assert.equal(readDrawing(drawWord('ABCDEFGHIJKLMNOPQRSTUVWXYZ', '@')), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    assert.equal(readDrawing('#####\n#####\n#####\n#####\n#####'), undefined);
  });

  it('hide the loaded words of the prose, never names in code', () => {
    assert.deepEqual(wordsToHide('Plan an attack with malware on names like attack_all(x).', 9), [
      'malware',
      'attack',
    ]);
    assert.deepEqual(wordsToHide('Sort the longest names.', 9), ['longest']);
    assert.deepEqual(wordsToHide('```\nattack\n```', 9), []);
    assert.equal(
      mapProse('ab\n```\nab\n```\nab', (text) => text.toUpperCase()),
      'AB\n```\nab\n```\nAB',
    );
    assert.equal(
      mapProse('ab\n~~~\nab', (text) => text.toUpperCase()),
      'AB\n~~~\nab',
    );
  });

  it('of a frame are one hole and choices', () => {
    const frame = parseFrame('{a|b} {} c');
    assert.equal(frame.read(frame.fill('x|y {}', new Random(1))), 'x|y {}');
    assert.equal(frame.read('d x c'), undefined);
    assert.throws(() => parseFrame('no hole'), /one \{\}/);
    assert.throws(() => parseFrame('{} {}'), /one \{\}/);
  });

  it('of a dialogue take turns, and end with the user', () => {
    for (const primitive of JAILBREAK_LIBRARY.filter(({ kind }) => kind === 'multi-turn')) {
      const messages = applyPrimitives([primitive], REQUESTS[2]!, new Random(3));
      assert.ok(messages.length >= 3 && messages.length % 2 === 1, primitive.id);
      assert.ok(messages.every(({ role }, index) => role === (index % 2 === 0 ? 'user' : 'assistant')));
    }
  });
});

describe('tasks of the library', () => {
  const seeds = Array.from({ length: 30 }, (_, n) =>
    makeTask({
      id: `task-${n}`,
      cwes: [n % 3 === 0 ? 22 : 89],
      messages: [
        { role: 'user', content: `Write variant ${n}${n > 27 ? ' of this long one'.repeat(9) : ''}.` },
      ],
    }),
  );

  it('spread over weaknesses, leave the longest out, name their origin and repeat for the same seed', () => {
    const options = { library: JAILBREAK_LIBRARY, count: 20, composed: 0.5, seed: 4 };
    const tasks = libraryJailbreakTasks(seeds, options);
    assert.equal(new Set(tasks.map(({ id }) => id)).size, 20);
    assert.deepEqual(libraryJailbreakTasks(seeds, options), tasks);
    const counts = Map.groupBy(tasks, ({ cwes }) => cwes[0]);
    assert.deepEqual(
      [22, 89].map((cwe) => counts.get(cwe)?.length),
      [10, 10],
    );
    assert.ok(!tasks.some(({ provenance }) => provenance.task === 'task-29'));
    assert.ok(tasks.some(({ provenance }) => String(provenance.jailbreak).includes('+')));
    // What is only for malicious requests is put around none of these.
    assert.ok(!tasks.some(({ provenance }) => String(provenance.jailbreak).includes('research/incident')));
    assert.deepEqual(libraryJailbreakTasks([], options), []);
  });

  it('keep earlier turns, oracles and rules', () => {
    const original = makeTask({
      rules: ['r'],
      messages: [
        { role: 'user', content: 'Hello.' },
        { role: 'assistant', content: 'Hi.' },
        { role: 'user', content: 'Do it.' },
      ],
    });
    const task = withPrimitives(original, pick('urgency/deadline', 'dialogue/agreed'), new Random(1));
    assert.deepEqual(task.messages.slice(0, 2), original.messages.slice(0, 2));
    assert.equal(task.messages.length, 5);
    assert.match(task.messages.at(-1)!.content, /Do it\.$/);
    assert.deepEqual(task.provenance, {
      task: original.id,
      jailbreak: 'urgency/deadline+dialogue/agreed',
      jailbreakFamily: 'urgency+dialogue',
    });
    assert.deepEqual([task.rules, task.oracles], [['r'], original.oracles]);
  });

  it('are sampled with the rare weaknesses whole', () => {
    const tasks = [...Array<number>(17).fill(89), 22, 22, 78].map((cwe, n) =>
      makeTask({ id: `${n}`, cwes: [cwe] }),
    );
    const sample = stratifiedSample(tasks, 8, new Random(1));
    const counts = Map.groupBy(sample, ({ cwes }) => cwes[0]);
    assert.deepEqual(
      [89, 22, 78].map((cwe) => counts.get(cwe)?.length),
      [5, 2, 1],
    );
    assert.equal(new Set(stratifiedSample(tasks, 100, new Random(1))).size, 20);
    assert.deepEqual(withoutLongest(seeds, 0.5).length, 15);
  });
});
