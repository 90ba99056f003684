/** From answers to rows of responses.jsonl, with verdicts that are remembered. */
import type { z } from 'zod';
import { contentKey } from '../../content-key.ts';
import { type KeyedJournal, keptRow } from '../../models/completion-journal.ts';
import type { OraclesConfig } from '../../oracles/config.ts';
import type { Item } from '../../oracles/oracle.ts';
import type { OracleVerdict, Reward, RewardModel } from '../../oracles/reward.ts';
import type { Task } from '../../oracles/task.ts';
import { parseResponse } from '../../transcripts/format.ts';
import { type Evaluation, type ResponseRow, responseRowSchema } from '../results.ts';
import { settingsFor } from './plan.ts';
import type { Answer, Sample } from './responder.ts';

const STAGE = 'evaluation.verdicts';

export interface Answered extends Sample {
  readonly answer: Answer;
}

export interface VerifierOptions {
  readonly rewardModel: Pick<RewardModel, 'reward'>;
  readonly format: Evaluation['parameters']['format'];
  /** Keeps decided verdicts. */
  readonly journal: KeyedJournal;
  /** Of the oracles behind the reward model. */
  readonly settings: OraclesConfig;
  /** Of this package: its rules change. */
  readonly version: string;
  /** Do not believe the journal. */
  readonly anew?: boolean;
}

/** What the oracles said of one response. */
const findingsRow = responseRowSchema.pick({
  outcome: true,
  verdicts: true,
  evidence: true,
  cause: true,
  hasCode: true,
  refused: true,
});
type Findings = z.infer<typeof findingsRow>;

export class Verifier {
  readonly #options: VerifierOptions;
  readonly #taskKeys = new WeakMap<Task, string>();

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  /** A row per answer, in order. Undecided ones are not remembered: the same evaluation again may decide them. */
  async verify(answers: readonly Answered[]): Promise<ResponseRow[]> {
    const entries = answers.map((answered) => this.#prepare(answered));
    const open = entries.filter(({ item, known }) => item !== undefined && known === undefined);
    const rewards = await this.#options.rewardModel.reward(open.map(({ item }) => item!));
    const fresh = new Map(open.map((entry, index) => [entry, findingsOf(entry.item!, rewards[index]!)]));
    for (const [{ key }, findings] of fresh) {
      if (findings.outcome !== 'undecided') await this.#options.journal.put(STAGE, key, findings);
    }
    return entries.map((entry) =>
      rowOf(entry.answered, entry.form, entry.known ?? fresh.get(entry) ?? notAsked(entry.answered.answer)),
    );
  }

  #prepare(answered: Answered) {
    const { task, answer } = answered;
    const { response, turns } = answer;
    const form = this.#formOf(response ?? '');
    if (response === null) return { answered, form, key: '', item: undefined, known: undefined };
    const key = contentKey([this.#keyOf(task), turns, response, form]);
    const item: Item = { task: { ...task, messages: answer.messages }, response, form };
    const { anew = false, journal } = this.#options;
    return {
      answered,
      form,
      key,
      item,
      known: anew ? undefined : keptRow(journal, { stage: STAGE, key }, findingsRow),
    };
  }

  /** `auto`: a response in our template is read so, any other one is its answer as a whole. */
  #formOf(response: string): ResponseRow['form'] {
    const { format } = this.#options;
    if (format !== 'auto') return format;
    return parseResponse(response).kind === 'ok' ? 'template' : 'plain';
  }

  /** Tests can be large: a task is read once. */
  #keyOf(task: Task): string {
    const known = this.#taskKeys.get(task);
    if (known !== undefined) return known;
    const { settings, version } = this.#options;
    const { provenance: _provenance, family: _family, cwes: _cwes, rules: _rules, ...verified } = task;
    const key = contentKey([settingsFor(task, settings), version, verified]);
    this.#taskKeys.set(task, key);
    return key;
  }
}

/**
 * The outcome goes by the oracles that the task names, and by the format where it is asked for; whether the code is
 * on task stands beside it. A failed oracle decides, whatever others could not.
 */
function findingsOf({ task, form }: Item, { verdicts: all, hasCode, refused }: Reward): Findings {
  // Of a plain answer no format is asked.
  const verdicts = all.filter(({ oracle }) => form !== 'plain' || oracle !== 'format');
  const deciding = verdicts.filter(
    ({ oracle }) => oracle === 'format' || (task.oracles as readonly string[]).includes(oracle),
  );
  const failed = deciding.some(({ verdict }) => verdict.kind === 'fail');
  const cause = failed ? undefined : causeOf(deciding);
  return {
    outcome: failed ? 'fail' : cause === undefined ? 'pass' : 'undecided',
    verdicts: Object.fromEntries(verdicts.map(({ oracle, verdict }) => [oracle, verdict.kind])),
    evidence: verdicts.flatMap(evidenceOf),
    cause: cause ?? null,
    hasCode,
    refused,
  };
}

function causeOf(verdicts: readonly OracleVerdict[]): string | undefined {
  const causes = verdicts.flatMap(({ oracle, verdict }) =>
    verdict.kind === 'undecided' ? [`${oracle}: ${verdict.cause}`] : [],
  );
  return causes.length === 0 ? undefined : causes.join('; ');
}

function evidenceOf({ oracle, verdict }: OracleVerdict): ResponseRow['evidence'] {
  if (verdict.kind !== 'fail') return [];
  return verdict.evidence.map(({ message, rule, cwes, severity, line }) => ({
    oracle,
    message,
    rule,
    ...(cwes === undefined ? {} : { cwes: [...cwes] }),
    ...(severity === undefined ? {} : { severity }),
    ...(line === undefined ? {} : { line }),
  }));
}

function notAsked({ failure }: Answer): Findings {
  return {
    outcome: 'undecided',
    verdicts: {},
    evidence: [],
    cause: `model: ${failure ?? 'no answer'}`,
    hasCode: false,
    refused: false,
  };
}

function rowOf(
  { benchmark, task, sample, answer }: Answered,
  form: ResponseRow['form'],
  found: Findings,
): ResponseRow {
  const { response, turns, finish, tokens } = answer;
  return {
    benchmark,
    taskId: task.id,
    sample,
    response,
    ...(turns.length === 0 ? {} : { turns: [...turns] }),
    form,
    finish,
    ...found,
    wellFormed: response !== null && parseResponse(response).kind === 'ok',
    tokens,
  };
}
