import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openModels } from '../../../src/models/open-models.ts';
import { createRuffAnalyser } from '../../../src/oracles/code-security/ruff.ts';
import { openRuleLibrary } from '../../../src/redteam/rule-library/analyser-rules.ts';
import { ruleToCode } from '../../../src/redteam/rule-to-code.ts';
import { createLanguageModelSynthesizer } from '../../../src/redteam/synthesis/language-model-synthesizer.ts';
import { vulnerabilityToPrompt } from '../../../src/redteam/vulnerability-to-prompt.ts';
import { loadCweTable } from '../../../src/rules/cwe.ts';
import {
  reply,
  type SeenRequest,
  type ServerScript,
  startScriptedServer,
} from '../../models/scripted-server.ts';
import { codeReply, contentOf, goodReply, isForCode, promptReply } from './scripted-synthesizer.ts';

const library = openRuleLibrary(loadCweTable());
const SQL = library.get('ruff/S608')!;
const PICKLE = library.get('CWE-502')!;

async function withSynthesizer<T>(
  script: ServerScript,
  work: (
    synthesizer: ReturnType<typeof createLanguageModelSynthesizer>,
    requests: readonly SeenRequest[],
  ) => Promise<T>,
): Promise<T> {
  await using server = await startScriptedServer(script);
  const models = openModels({ synthesizer: { baseUrl: server.baseUrl, model: 'tiny', retries: 0 } });
  try {
    const synthesizer = createLanguageModelSynthesizer({ model: models.model('synthesizer'), seed: 7 });
    return await work(synthesizer, server.requests);
  } finally {
    models.close();
  }
}

describe('Rule2Code with a language model', () => {
  it('asks again after a malformed reply and a refusal, and says how many attempts it took', async () => {
    let asked = 0;
    const script: ServerScript = (request) => {
      asked++;
      if (asked === 1) return reply('Here is a program:\n```python\ndef broken(\n```');
      return asked === 2 ? reply("I'm sorry, but I can't help with that.") : codeReply(request);
    };
    await withSynthesizer(script, async (synthesizer, requests) => {
      const { seeds, turns } = await ruleToCode({
        rules: [SQL],
        synthesizer,
        analyser: createRuffAnalyser(),
        turns: 1,
      });
      const [first, ...more] = requests.map(({ body }) => body.seed as number);
      assert.deepEqual(more, [first! + 1, first! + 2]);
      assert.deepEqual(seeds[0]!.provenance, { model: seeds[0]!.provenance!.model, attempts: 3 });
      assert.match(String(seeds[0]!.provenance!.model), /tiny/);
      assert.equal(seeds[0]!.family, 'CWE-89');
      assert.deepEqual(
        seeds[0]!.findings.map(({ rule }) => rule),
        ['S608'],
      );
      assert.deepEqual(turns, [{ rule: 'ruff/S608', cwe: 89, turn: 0, outcome: 'certified' }]);
      const expected = { asked: 1, made: 1, refused: 0, malformed: 0, failed: 0, retried: 2 };
      assert.deepEqual(synthesizer.counts.code, expected);
    });
  });

  it('shows each turn the scenarios before it, and drops code that comes again', async () => {
    const script: ServerScript = (request, index) => codeReply(request, index < 2 ? 'ledger' : 'roster');
    await withSynthesizer(script, async (synthesizer, requests) => {
      const { seeds, turns } = await ruleToCode({
        rules: [PICKLE],
        synthesizer,
        analyser: createRuffAnalyser(),
        turns: 4,
      });
      assert.deepEqual(
        turns.map(({ outcome }) => outcome),
        ['certified', 'repeated', 'certified', 'repeated'],
      );
      assert.deepEqual(
        seeds.map(({ slots }) => slots),
        [
          { scenario: 'it looks up each ledger of an office.' },
          { scenario: 'it looks up each roster of an office.' },
        ],
      );
      assert.ok(!contentOf(requests[0]!).includes('used up'));
      assert.match(contentOf(requests[1]!), /used up.*\n- "it looks up each ledger of an office\."\n/);
      assert.match(contentOf(requests[3]!), /ledger of an office\."\n- "it looks up each roster/);
      const settings = requests.map(
        (request) => /allows it, the program is (.*)\./.exec(contentOf(request))![1],
      );
      assert.equal(new Set(settings).size, 4);
    });
  });

  it('has nothing to offer when every attempt is refused', async () => {
    await withSynthesizer(
      () => reply('I cannot help with this.'),
      async (synthesizer, requests) => {
        const { seeds, counts, turns } = await ruleToCode({
          rules: [SQL],
          synthesizer,
          analyser: createRuffAnalyser(),
          turns: 1,
        });
        assert.deepEqual([seeds.length, counts[0]!.written, turns[0]!.outcome], [0, 0, 'declined']);
        assert.equal(requests.length, 3);
        assert.equal(synthesizer.counts.code.refused, 1);
      },
    );
  });
});

describe('Vul2Prompt with a language model', () => {
  it('asks in four strategies, shows what was asked before, and adds the code itself', async () => {
    await withSynthesizer(goodReply, async (synthesizer, requests) => {
      const analyser = createRuffAnalyser();
      const { seeds } = await ruleToCode({ rules: [SQL], synthesizer, analyser, turns: 1 });
      const { tasks, counts } = await vulnerabilityToPrompt({ seeds, synthesizer, turns: 2 });
      assert.deepEqual(
        counts.map(({ strategy, kept }) => [strategy, kept]),
        [
          ['implicit', 2],
          ['explicit', 2],
          ['continuation', 2],
          ['processing', 2],
        ],
      );
      const [seed] = seeds;
      const textOf = (at: number) => tasks[at]!.messages[0]!.content;
      assert.match(textOf(0), /^We need search number \d+ for the office in Python\.$/);
      assert.match(textOf(2), /with execute/);
      const flagged = 'SELECT * FROM';
      assert.match(
        textOf(4),
        /\n\n```python\nimport pickle\n[\s\S]*def find_thing\d+\(connection, name\):\n```$/,
      );
      assert.ok(!textOf(4).includes(flagged) && textOf(6).includes(flagged));
      assert.ok(textOf(6).endsWith(`\n\n\`\`\`python\n${seed!.code}\n\`\`\``));
      const { wording: _, ...provenance } = tasks[0]!.provenance;
      assert.deepEqual(provenance, {
        codeModel: seed!.provenance!.model,
        model: seed!.provenance!.model,
        attempts: 1,
        findings: `ruff/S608:${seed!.findings[0]!.span.startLine}`,
        strategy: 'implicit',
        turn: 0,
        seed: seed!.key,
        seedTurn: 0,
        rule: 'ruff/S608',
        finding: 'S608',
      });
      const second = contentOf(requests.filter((request) => !isForCode(request))[1]!);
      assert.ok(second.includes(`[messages that are used up]\n- "${textOf(0)}"`));
    });
  });

  it('asks again for a prompt that lacks the form, and drops one that comes again', async () => {
    const script: ServerScript = (request, index) => {
      if (isForCode(request)) return codeReply(request, 'ledger');
      if (index === 1) return reply('Sure! Write a search, please.');
      return index === 2 ? promptReply(request) : reply('<prompt>The same question of the office.</prompt>');
    };
    await withSynthesizer(script, async (synthesizer) => {
      const analyser = createRuffAnalyser();
      const { seeds } = await ruleToCode({ rules: [SQL], synthesizer, analyser, turns: 1 });
      const { tasks, counts } = await vulnerabilityToPrompt({
        seeds,
        synthesizer,
        turns: 3,
        strategies: ['implicit'],
      });
      assert.deepEqual(counts, [{ strategy: 'implicit', requested: 3, kept: 2, declined: 0, repeated: 1 }]);
      assert.deepEqual(
        tasks.map(({ provenance }) => provenance.attempts),
        [2, 1],
      );
      assert.equal(synthesizer.counts.prompts.implicit.retried, 1);
    });
  });

  it('asks for no continuation of code that is flagged at once', async () => {
    await withSynthesizer(goodReply, async (synthesizer, requests) => {
      const analyser = createRuffAnalyser();
      const code = 'import pickle\nvalue = pickle.loads(open("a", "rb").read())\nprint(value)';
      const [result] = await analyser.analyse([{ code, language: 'python' }]);
      assert.ok(result?.kind === 'analysed');
      const seed = {
        code,
        family: 'f',
        slots: {},
        key: 'k',
        rule: PICKLE,
        turn: 0,
        findings: result.findings,
        excerpt: code,
      };
      const { counts } = await vulnerabilityToPrompt({
        seeds: [seed],
        synthesizer,
        turns: 1,
        strategies: ['continuation'],
      });
      assert.equal(counts[0]!.declined, 1);
      assert.equal(synthesizer.counts.withoutPrefix, 1);
      assert.equal(requests.length, 0);
    });
  });
});

describe('a run that is killed', () => {
  const script = fileURLToPath(new URL('synthesise-in-child.ts', import.meta.url));
  const start = (journal: string, baseUrl: string) =>
    fork(script, [journal, baseUrl], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const outcome = async (child: ChildProcess) => {
    const [chunks, closed] = [child.stdout!.toArray(), once(child, 'close')];
    assert.equal((await closed)[0], 0);
    return JSON.parse(Buffer.concat(await chunks).toString()) as { seeds: string[]; tasks: string[] };
  };

  it('goes on with the same requests, pays for none twice and ends with the same prompts', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'purpcode-synthesis-'));
    const KILL_AT = 9;
    let child: ChildProcess | undefined;
    try {
      await using undisturbed = await startScriptedServer(goodReply);
      const expected = await outcome(start(join(folder, 'a.sqlite'), undisturbed.baseUrl));
      assert.equal(expected.seeds.length, 4);
      assert.equal(expected.tasks.length, 4 * 4 * 2);
      const answered = new Set<string>();
      const paidTwice: string[] = [];
      let seen = 0;
      await using server = await startScriptedServer((request) => {
        const content = JSON.stringify(request.body);
        if (++seen === KILL_AT) {
          child?.kill('SIGKILL');
          return { kind: 'hang' };
        }
        if (seen < KILL_AT - 2) answered.add(content);
        else if (answered.has(content)) paidTwice.push(content);
        return goodReply(request);
      });
      child = start(join(folder, 'b.sqlite'), server.baseUrl);
      assert.equal((await once(child, 'close'))[1], 'SIGKILL');
      assert.deepEqual(await outcome(start(join(folder, 'b.sqlite'), server.baseUrl)), expected);
      assert.deepEqual(paidTwice, []);
      // Beside those that were on their way when it was killed, nothing is asked beyond the undisturbed run.
      assert.ok(seen <= undisturbed.requests.length + 3, `${seen} of ${undisturbed.requests.length}`);
      const bodies = (list: readonly SeenRequest[]) => new Set(list.map(({ body }) => JSON.stringify(body)));
      assert.deepEqual([...bodies(server.requests)].sort(), [...bodies(undisturbed.requests)].sort());
    } finally {
      child?.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  });
});
