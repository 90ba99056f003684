/** Writes code and prompts with a model at a server: `synthesise-in-child.ts <journal> <base URL>`; prints the result. */
import { CompletionJournal } from '../../../src/models/completion-journal.ts';
import { openModels } from '../../../src/models/open-models.ts';
import { createRuffAnalyser } from '../../../src/oracles/code-security/ruff.ts';
import { ruleToCode } from '../../../src/redteam/rule-to-code.ts';
import { createLanguageModelSynthesizer } from '../../../src/redteam/synthesis/language-model-synthesizer.ts';
import { vulnerabilityToPrompt } from '../../../src/redteam/vulnerability-to-prompt.ts';
import type { Rule } from '../../../src/rules/rule.ts';

const rule = (cwe: number): Rule => ({
  id: `CWE-${cwe}`,
  cwe,
  name: `Weakness ${cwe}`,
  wrong: 'It is wrong.',
  documentation: { paragraphs: [], examples: [] },
  analyserRules: [],
});

const [path, baseUrl] = process.argv.slice(2);
const journal = new CompletionJournal(path!);
const models = openModels({ synthesizer: { baseUrl: baseUrl!, model: 'tiny' } }, { journal });
const synthesizer = createLanguageModelSynthesizer({ model: models.model('synthesizer'), seed: 7 });
const { seeds } = await ruleToCode({
  rules: [rule(89), rule(502)],
  synthesizer,
  analyser: createRuffAnalyser(),
  turns: 2,
  concurrency: 2,
});
const { tasks } = await vulnerabilityToPrompt({ seeds, synthesizer, turns: 2, concurrency: 2 });
console.log(JSON.stringify({ seeds: seeds.map(({ key }) => key), tasks: tasks.map(({ id }) => id) }));
models.close();
journal.close();
