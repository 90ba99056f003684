/**
 * Settings of red-teaming with language models (`purpcode redteam run FILE`): one strict schema, every key with its
 * meaning and default. Nothing here is secret: the resolved settings are saved with the campaign.
 */
import { z } from 'zod';
import { modelsSchema } from '../../models/config.ts';
import { oraclesSchema } from '../../oracles/config.ts';
import { CODING_FORMATS } from '../../redteam/benign/coding-tasks.ts';
import { overrefusalSchema } from '../../redteam/benign/overrefusal-prompts.ts';
import { QUESTION_FORMS } from '../../redteam/benign/security-questions.ts';
import { corpusSchema } from '../../redteam/corpus/corpus-config.ts';
import { DEFAULT_EVALUATION_SETS } from '../../redteam/hygiene/evaluation-sets.ts';
import { DEFAULT_SIMILARITY } from '../../redteam/hygiene/minhash.ts';
import { splitSharesSchema } from '../../redteam/hygiene/split.ts';
import { DEFAULT_LIMITS } from '../../redteam/jailbreaks/candidate.ts';
import { DEFAULT_ESCALATION, MULTI_TURN_ATTACKS } from '../../redteam/jailbreaks/multi-turn/escalate.ts';
import { MALICIOUS_FORMATS } from '../../redteam/malicious/requests.ts';
import { synthesisSchema } from '../../redteam/synthesis/settings.ts';
import { STRATEGIES } from '../../redteam/synthesizer.ts';

const count = z.int().min(0);
const positive = z.int().min(1);
const share = z.number().min(0).max(1);
const path = z.string().min(1);

/** Code that breaks rules, written by the synthesizer. */
const ruleToCode = z.strictObject({
  /** Rules to write code for: those that collected code covers least come first; 0: none. */
  rules: count.default(60),
  /** Only these rules, as `CWE-89` or `ruff/S608`; unset: all that an analyser can certify. */
  only: z.array(z.string().min(1)).min(1).optional(),
  /** Turns a rule, each asking for another scenario. */
  turns: positive.default(3),
});

const prompts = z.strictObject({
  /** Ways of asking (SPEC "Vul2Prompt"). */
  strategies: z
    .array(z.enum(STRATEGIES))
    .min(1)
    .default([...STRATEGIES]),
  /** Turns a seed and strategy, each different from those before. */
  turns: positive.default(2),
  /** Seeds to ask for, spread over rules; unset: all. */
  seeds: positive.optional(),
});

const malicious = z.strictObject({
  /** Files of malicious requests; without `path` the file of that name in the data folder. */
  sources: z
    .array(z.strictObject({ format: z.enum(MALICIOUS_FORMATS), path: path.optional() }))
    .default([{ format: 'cysecbench' }]),
  /** Who sorts requests without one of the ten categories: the role `classifier`, or a table of words. */
  classifier: z.enum(['model', 'keywords']).default('model'),
  /** Requests to keep, spread over categories; unset: all. */
  limit: positive.optional(),
});

const benign = z.strictObject({
  /** Harmless prompts with words of weaknesses in them, written by the synthesizer, filtered by the classifier. */
  overrefusal: overrefusalSchema
    .extend({
      /** Weaknesses to write for; 0: none. */
      weaknesses: count.default(60),
    })
    .prefault({}),
  /** Security questions, files in the format of CyberMetric; `choice` with their answers, `open` the question alone. */
  questions: z.array(z.strictObject({ path, form: z.enum(QUESTION_FORMS).default('choice') })).default([]),
  /** Coding problems with tests. Published test sets are evaluation sets: hygiene drops what they hold. */
  coding: z.array(z.strictObject({ format: z.enum(CODING_FORMATS), path })).default([]),
  /** Harmless prompts of one's own (docs/guides/data.md). */
  files: z.array(path).default([]),
  /** Prompts to keep of each file, drawn by the seed; unset: all. */
  limit: positive.optional(),
});

const jailbreaks = z.strictObject({
  /** Prompts put in other ways by primitives of the library. */
  templates: z
    .strictObject({
      codeSecurity: count.default(500),
      malicious: count.default(500),
      /** Share of them made of two primitives. */
      composed: share.default(0.3),
    })
    .prefault({}),
  /** Black-box search against the role `target`, until an oracle fails its answer. */
  search: z
    .strictObject({
      /** Prompts to begin from, spread over weaknesses (categories). */
      codeSecurity: count.default(0),
      malicious: count.default(0),
      /** Most prompts a seed, the seed itself among them. */
      prompts: positive.default(DEFAULT_LIMITS.prompts),
      /** Prompts a seed and round. */
      width: positive.default(DEFAULT_LIMITS.width),
      /** Prompts that the next round is bred from. */
      keep: positive.default(DEFAULT_LIMITS.keep),
    })
    .prefault({}),
  /** Conversations that lead to the request, written by the role `attacker` and led with the target. */
  multiTurn: z
    .strictObject({
      codeSecurity: count.default(0),
      malicious: count.default(0),
      attacks: z
        .array(z.enum(MULTI_TURN_ATTACKS))
        .min(1)
        .default([...MULTI_TURN_ATTACKS]),
      /** User turns before the request itself. */
      steps: positive.default(DEFAULT_ESCALATION.steps),
      /** Refusals after which a conversation goes on. */
      backOffs: count.default(DEFAULT_ESCALATION.backOffs),
    })
    .prefault({}),
  /** Which prompts of search and conversations are kept: those whose answer failed an oracle, or all. */
  keep: z.enum(['broken', 'all']).default('broken'),
  /** Most tokens of an answer of the target. */
  maxTokens: positive.default(1024),
  /** Of the target's answers; 0 is greedy. */
  temperature: z.number().min(0).default(0),
});

const hygiene = z.strictObject({
  /** Benchmarks that no prompt may repeat; those whose file is missing are named in the report. */
  against: z.array(z.string().min(1)).default([...DEFAULT_EVALUATION_SETS]),
  /** Jaccard similarity of word shingles from which two prompts are the same. */
  threshold: z.number().gt(0).max(1).default(DEFAULT_SIMILARITY.threshold),
});

export const redTeamingSchema = z.strictObject({
  /** Of the default folder: `runs/<name>-seed<seed>`. */
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'expected letters, digits, dots, hyphens')
    .default('red-team'),
  /** Of every random choice, and of the requests to models. */
  seed: z.int().min(0).default(1),
  /** Folder of public data files; `purpcode data get` fills it. */
  data: path.default('data'),
  /** Roles `synthesizer`, `classifier`, `attacker`, `target`, `judge`; budget (docs/guides/models.md). */
  models: modelsSchema.prefault({}),
  /** Analysers and judge (docs/guides/oracles.md); the judge is the role `judge` unless named here. */
  oracles: oraclesSchema.prefault({ judge: 'none' }),
  /** The CWE list as XML, for the list's own texts and examples; unset: the shipped table. */
  cwes: path.optional(),
  /** Vulnerable code of public sources. */
  corpus: corpusSchema
    .extend({
      /** Whether the synthesizer puts code of other languages into Python. */
      translate: z.boolean().default(false),
    })
    .prefault({}),
  /** How the synthesizer is asked. */
  synthesis: synthesisSchema.prefault({}),
  ruleToCode: ruleToCode.prefault({}),
  prompts: prompts.prefault({}),
  malicious: malicious.prefault({}),
  benign: benign.prefault({}),
  jailbreaks: jailbreaks.prefault({}),
  hygiene: hygiene.prefault({}),
  /** Shares of training, development and test; what belongs together stays together. */
  split: splitSharesSchema.prefault({}),
});

/** With defaults filled in. */
export type RedTeaming = z.output<typeof redTeamingSchema>;
