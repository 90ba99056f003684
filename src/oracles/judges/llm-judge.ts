/**
 * LLM judges for malicious assistance and overrefusal (SPEC "Oracles"; paper section 5), over any chat model. One
 * call answers every criterion of a response, for both oracles. The transcript is data (transcript.ts), the answer
 * is a form with a nonce (judgement.ts), and whatever is not a whole, consistent form decides nothing.
 */
import { randomBytes } from 'node:crypto';
import { contentKey } from '../../content-key.ts';
import { ModelError, messageOf, OracleError } from '../../errors.ts';
import type { ChatModel, ChatReply } from '../../models/chat-model.ts';
import type { Item, Oracle } from '../oracle.ts';
import type { Verdict } from '../verdict.ts';
import {
  JUDGED,
  JUDGEMENT_SCHEMA,
  type Judged,
  type Judgement,
  readJudgement,
  verdictOf,
} from './judgement.ts';
import { isSettled, majorityOf, panelVerdict } from './panel.ts';
import { judgeMessages } from './rubric.ts';
import { renderTranscript, sealOf } from './transcript.ts';

export interface LlmJudgeOptions {
  /** One judge, or a panel that decides by majority. */
  readonly models: readonly ChatModel[];
  /** Further tries of one judge after a malformed answer. */
  readonly retries?: number;
  /** Limit of an answer, tokens; a reasoning model's thoughts count. */
  readonly maxTokens?: number;
  /** Longer transcripts are undecided: a part that nobody judged could hold anything. */
  readonly maxCharacters?: number;
  readonly seed?: number;
  /**
   * Makes boundaries and nonces unguessable. Without one they are new in every process, and a cache on disk
   * never hits: who resumes keeps it with the run, out of the policy's reach.
   */
  readonly secret?: string | Uint8Array;
  /** Ask every judge of a panel, also when the verdict is settled: to measure how far judges agree. */
  readonly allVotes?: boolean;
  /**
   * Malformed answers that a cache still knows do not count as tries, so that what was undecided is asked anew. Without
   * it a run that is resumed decides what an uninterrupted one would.
   */
  readonly retryMalformed?: boolean;
  /** Decided records that are remembered, by content. */
  readonly cacheSize?: number;
}

/** What one judge said of one response. */
export interface Vote {
  /** Name of its model. */
  readonly judge: string;
  /** Absent when the judge did not decide. */
  readonly judgement?: Judgement;
  readonly verdicts: Readonly<Record<Judged, Verdict>>;
  /** Why the judge was not asked: the budget is reached, so none will be asked any more. */
  readonly stopped?: ModelError;
}

/** All that was found out about one response. */
export interface JudgeRecord {
  /** In the order of the models; those that were not needed are missing. */
  readonly votes: readonly Vote[];
  readonly verdicts: Readonly<Record<Judged, Verdict>>;
}

export interface LlmJudge {
  /** They throw the ModelError of a budget that is reached: whoever pays stops. */
  readonly maliciousAssistance: Oracle;
  readonly overrefusal: Oracle;
  /** The record behind both oracles. Never throws for what a model or a response does. */
  judge(item: Item): Promise<JudgeRecord>;
}

export const DEFAULT_RETRIES = 2;
export const DEFAULT_MAX_TOKENS = 2048;
/** About 15,000 tokens: the longest prompt and response of the paper (2,048 and 8,192) with room for escapes. */
export const DEFAULT_MAX_CHARACTERS = 60_000;
/**
 * In causes, where a judge was not reached or refused: nothing is known of the response. A colon follows where the next
 * response will fare no better, as far as one can tell.
 */
export const JUDGE_NOT_ASKED = 'the judge could not be asked';
const DEFAULT_CACHE_SIZE = 20_000;

/** @throws OracleError without a model, or when two have the same name: they would be one judge with two votes. */
export function createLlmJudge(options: LlmJudgeOptions): LlmJudge {
  const names = options.models.map(({ name }) => name);
  if (names.length === 0) throw new OracleError('an LLM judge needs at least one model');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new OracleError(`two judges have the name ${twice}`, { hint: 'a panel needs different models' });
  }
  const settings: Settings = {
    models: options.models,
    retries: options.retries ?? DEFAULT_RETRIES,
    maxTokens: options.maxTokens ?? DEFAULT_MAX_TOKENS,
    maxCharacters: options.maxCharacters ?? DEFAULT_MAX_CHARACTERS,
    seed: options.seed ?? 0,
    secret: options.secret ?? randomBytes(32),
    allVotes: options.allVotes ?? false,
    retryMalformed: options.retryMalformed ?? false,
  };
  const records = new RecordCache(options.cacheSize ?? DEFAULT_CACHE_SIZE);
  const judge = (item: Item): Promise<JudgeRecord> => {
    const wanted = wantedOf(item);
    const key = contentKey([item.task.messages, item.response, item.form ?? 'template', wanted]);
    return records.get(key, () => judgeSafely(item, wanted, settings), wanted);
  };
  const verdict = async (item: Item, name: Judged): Promise<Verdict> => {
    const { votes, verdicts } = await judge(item);
    const stopped = votes.find((vote) => vote.stopped !== undefined)?.stopped;
    if (verdicts[name].kind === 'undecided' && stopped !== undefined) throw stopped;
    return verdicts[name];
  };
  const oracle = (name: Judged): Oracle => ({
    name,
    check: (items) => Promise.all(items.map((item) => verdict(item, name))),
  });
  return { maliciousAssistance: oracle('malicious-assistance'), overrefusal: oracle('overrefusal'), judge };
}

type Settings = Required<Omit<LlmJudgeOptions, 'cacheSize'>>;

/** What has to be settled: the oracles that the task names, both of them when it names none. */
function wantedOf({ task }: Item): readonly Judged[] {
  const named = JUDGED.filter((name) => task.oracles.includes(name));
  return named.length === 0 ? JUDGED : named;
}

async function judgeSafely(item: Item, wanted: readonly Judged[], settings: Settings): Promise<JudgeRecord> {
  try {
    return await judgeOnce(item, wanted, settings);
  } catch (error) {
    return undecidedRecord(`the judge failed: ${messageOf(error)}`);
  }
}

async function judgeOnce(item: Item, wanted: readonly Judged[], settings: Settings): Promise<JudgeRecord> {
  const { models, maxCharacters, allVotes } = settings;
  const transcript = renderTranscript(item);
  if (transcript.length > maxCharacters) {
    return undecidedRecord(`the transcript is too long to judge (more than ${maxCharacters} characters)`);
  }
  const ask = (model: ChatModel): Promise<Vote> => askJudge(model, transcript, item, settings);
  // As many at once as a majority needs; the rest one by one, while they can still change a verdict.
  const first = allVotes ? models.length : majorityOf(models.length);
  const votes = await Promise.all(models.slice(0, first).map(ask));
  for (const model of models.slice(first)) {
    if (wanted.every((name) => isSettled(ballots(votes, name), models.length))) break;
    votes.push(await ask(model));
  }
  return { votes, verdicts: byOracle((name) => panelVerdict(ballots(votes, name), models.length)) };
}

function ballots(votes: readonly Vote[], name: Judged) {
  return votes.map(({ judge, verdicts }) => ({ judge, verdict: verdicts[name] }));
}

/** One judge: asked again while its answers are malformed. What the model cannot answer is undecided at once. */
async function askJudge(
  model: ChatModel,
  transcript: string,
  { response }: Item,
  { retries, maxTokens, seed, secret, retryMalformed }: Settings,
): Promise<Vote> {
  let reason = '';
  let tries = 0;
  // The number of the attempt is in the request: each is asked once, whoever asks it.
  for (let attempt = 0; tries <= retries; attempt++) {
    const seal = sealOf(transcript, attempt, secret);
    let reply: ChatReply;
    try {
      reply = await model.complete({
        messages: judgeMessages(transcript, seal),
        maxTokens,
        temperature: 0,
        seed: seed + attempt,
        schema: JUDGEMENT_SCHEMA,
      });
    } catch (error) {
      const only = error instanceof ModelError && error.failure === 'request' ? ' about this response' : '';
      const vote = undecidedVote(model, `${JUDGE_NOT_ASKED}${only}: ${messageOf(error)}`);
      const isStopped = error instanceof ModelError && error.failure === 'budget';
      return isStopped ? { ...vote, stopped: error } : vote;
    }
    const read = readJudgement(reply, seal.nonce, response);
    if (read.kind === 'ok') {
      const { judgement } = read;
      return { judge: model.name, judgement, verdicts: byOracle((name) => verdictOf(judgement, name)) };
    }
    reason = read.reason;
    if (!retryMalformed || reply.paidFor === undefined) tries++;
  }
  return undecidedVote(model, `the judge gave no valid answer in ${retries + 1} attempts: ${reason}`);
}

function byOracle(verdict: (name: Judged) => Verdict): Record<Judged, Verdict> {
  return { 'malicious-assistance': verdict('malicious-assistance'), overrefusal: verdict('overrefusal') };
}

function undecidedVote(model: ChatModel, cause: string): Vote {
  return { judge: model.name, verdicts: byOracle(() => ({ kind: 'undecided', cause })) };
}

function undecidedRecord(cause: string): JudgeRecord {
  return { votes: [], verdicts: byOracle(() => ({ kind: 'undecided', cause })) };
}

/** Records in flight and decided ones, the least recently used out first. Undecided ones go: another try may decide. */
class RecordCache {
  readonly #size: number;
  readonly #records = new Map<string, Promise<JudgeRecord>>();

  constructor(size: number) {
    this.#size = size;
  }

  get(key: string, work: () => Promise<JudgeRecord>, wanted: readonly Judged[]): Promise<JudgeRecord> {
    const known = this.#records.get(key);
    const record = known ?? work();
    this.#records.delete(key);
    this.#records.set(key, record);
    if (known === undefined) void this.#settle(key, record, wanted);
    return record;
  }

  async #settle(key: string, record: Promise<JudgeRecord>, wanted: readonly Judged[]): Promise<void> {
    const { verdicts } = await record;
    if (wanted.some((name) => verdicts[name].kind === 'undecided')) this.#records.delete(key);
    while (this.#records.size > this.#size) this.#records.delete(this.#records.keys().next().value!);
  }
}
