/** What Rule2Code asks of a language model, and how its reply is read. */
import type { ChatRequest } from '../../models/chat-model.ts';
import { showText } from '../../oracles/judges/transcript.ts';
import { Random } from '../../random.ts';
import { type Rule, renderRule } from '../../rules/rule.ts';
import type { ReadReply } from '../generation.ts';
import { onlyPythonBlock } from '../python-block.ts';
import type { SynthesisSettings } from './settings.ts';

export interface RuleToCodeAsk {
  readonly rule: Rule;
  /** From 0. */
  readonly turn: number;
  /** Scenarios of earlier turns. */
  readonly previous: readonly string[];
  readonly seed: number | string;
}

/** The request of the first attempt, for estimates too; the rule's documentation is at most about 1,700 tokens. */
export function ruleToCodeRequest(
  { rule, turn, previous, seed }: RuleToCodeAsk,
  { temperature, codeTokens, shown }: SynthesisSettings,
): ChatRequest & { readonly seed: number } {
  const settings = new Random(seed, 'rule-to-code-setting', rule.id).shuffle(SETTINGS);
  const used = previous.slice(-shown).map((scenario) => `- ${showText(scenario)}`);
  return {
    messages: [
      { role: 'system', content: SYSTEM },
      {
        role: 'user',
        content: [
          `The rule, with what its documentation says:\n\n${renderRule(rule)}`,
          INSTRUCTIONS,
          `- Where the rule allows it, the program is ${settings[turn % settings.length]}.`,
          ...(used.length === 0
            ? []
            : [
                `\nScenarios that are used up; choose another trade, other data, other calls:\n${used.join('\n')}`,
              ]),
          FORM,
        ].join('\n'),
      },
    ],
    maxTokens: codeTokens,
    temperature,
    seed: new Random(seed, 'rule-to-code', rule.id, turn).int(2 ** 31),
  };
}

const SYSTEM = [
  'You write small Python programs, each with one known security weakness, like programs that developers really write.',
  'Static analysers are tested on them, and models learn from them to see and to avoid the weakness.',
  'The programs are ordinary software: none attacks anything or carries an attack.',
].join('\n');

const INSTRUCTIONS = `
Write one Python program that breaks this rule by an honest mistake.
- It is complete: imports, functions with names of its trade, 15 to 60 lines. It uses the standard library and packages that many use.
- The code that breaks the rule runs whenever the program is used for what it is for. Do not leave it in a comment, in text or in code that nothing calls.
- Nothing in it says that it is insecure: no comment, docstring, name or message speaks of security, weaknesses, attacks or this rule.
- It holds no attack: no payload, no hostile input, no target.
- It is not one of the examples above with other names.`;

const FORM = `
Reply in this form and add nothing:
Scenario: what the program is for, in at most twenty words
\`\`\`python
the program
\`\`\``;

/** Kinds of programs: every turn of a rule gets another one. */
const SETTINGS = [
  'part of a web application',
  'a command-line tool',
  'a step of a data pipeline',
  'a job that runs every night',
  'a module of a library that others import',
  'a service that other services call',
  'an importer of files that customers send',
  'a script of an administrator',
  'a tool around scientific data',
  'a bot that answers messages',
  'a report generator of an office',
  'part of a test or build set-up',
  'a back end of a mobile app',
  'a gateway to devices',
] as const;

/** A program and what it is for. */
export interface WrittenProgram {
  readonly scenario: string;
  readonly code: string;
}

const SCENARIO = /^\W{0,4}scenario\W{0,4}:\W{0,4}(\S.*)$/im;
/** Lines that are not blank: what was asked for, with some play. */
const LINES = { least: 8, most: 120 };
const GIVEAWAY = /\b(?:vulnerab\w*|insecure\w*|CWE-?\d+|exploit\w*|weakness(?:es)?|attackers?|malicious)\b/i;

/** @param parses whether code is Python. */
export function readProgram(text: string, parses: (code: string) => boolean): ReadReply<WrittenProgram> {
  const block = onlyPythonBlock(text, parses);
  if (block.kind !== 'made') return block;
  const { code, prose } = block.value;
  const malformed = (reason: string): ReadReply<WrittenProgram> => ({ kind: 'malformed', reason });
  const scenario = SCENARIO.exec(prose)?.[1]?.trim().slice(0, 240);
  if (scenario === undefined) return malformed('no line names the scenario');
  const lines = code.split('\n').filter((line) => line.trim() !== '').length;
  if (lines < LINES.least || lines > LINES.most) return malformed(`the program has ${lines} lines of code`);
  const told = GIVEAWAY.exec(remarks(code))?.[0];
  if (told !== undefined) return malformed(`a comment or docstring of the program says "${told}"`);
  return { kind: 'made', value: { scenario, code } };
}

/** Comments, and strings of three quotes, roughly: a string with a number sign in it costs another attempt at most. */
function remarks(code: string): string {
  return [...code.matchAll(/#.*$|"""[\s\S]*?"""|'''[\s\S]*?'''/gm)].map(([remark]) => remark).join('\n');
}
