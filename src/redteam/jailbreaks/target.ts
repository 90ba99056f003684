/** The model that is attacked. What it answers is data: nothing of it is followed or executed here. */

import { contentKey } from '../../content-key.ts';
import { ModelError, messageOf } from '../../errors.ts';
import type { ChatModel, ChatReply } from '../../models/chat-model.ts';
import { Random } from '../../random.ts';
import { cutAnalyses } from '../../transcripts/format.ts';
import type { Message } from '../../transcripts/message.ts';
import { looksLikeRefusal } from '../../transcripts/refusal.ts';

export interface TargetSettings {
  /** Before every conversation; absent: none. */
  readonly systemPrompt?: string;
  /** 0 is greedy. */
  readonly temperature: number;
  /** Limit of an answer, tokens. */
  readonly maxTokens: number;
  readonly seed: number;
}

export interface TargetAnswer {
  /** The conversation that the answer ends, the target's own earlier turns in it, without our system prompt. */
  readonly messages: readonly Message[];
  /** Null when the target could not be asked. */
  readonly text: string | null;
  readonly finish: ChatReply['finish'] | 'error';
  /** By its first words, or a content filter: a hint for attackers, no verdict. */
  readonly refused: boolean;
  /** Calls that were made. */
  readonly calls: number;
  /** Why the target could not be asked. */
  readonly failure?: string;
}

export interface Target {
  readonly name: string;
  /** Conversations at once. */
  readonly concurrency: number;
  /** The next turn. @throws ModelError when there is no use in going on: budget reached, endpoint down. */
  ask(messages: readonly Message[]): Promise<TargetAnswer>;
}

/** Failures one after the other, with no answer between them, that end an attack. */
const MAX_FAILURES = 8;

export function createTarget(
  model: ChatModel,
  { concurrency, ...settings }: TargetSettings & { readonly concurrency: number },
): Target {
  let [answered, failed] = [0, 0];
  return {
    name: model.name,
    concurrency,
    async ask(messages) {
      try {
        const answer = await converse(model, messages, settings);
        [answered, failed] = [answered + 1, 0];
        return answer;
      } catch (error) {
        if (!(error instanceof ModelError) || error.failure === 'budget') throw error;
        // A first call that the endpoint does not answer tells enough.
        if (++failed >= MAX_FAILURES || (answered === 0 && error.failure === 'endpoint')) throw error;
        const failure = messageOf(error);
        return { messages, text: null, finish: 'error', refused: false, calls: 1, failure };
      }
    },
  };
}

/** A user turn that another one follows is answered by the target first. */
async function converse(
  model: ChatModel,
  given: readonly Message[],
  settings: TargetSettings,
): Promise<TargetAnswer> {
  const messages: Message[] = [];
  let calls = 0;
  const ask = (): Promise<ChatReply> => {
    calls++;
    return model.complete(targetRequest(messages, settings));
  };
  for (const [index, message] of given.entries()) {
    messages.push(message);
    if (message.role === 'user' && given[index + 1]?.role === 'user') {
      messages.push({ role: 'assistant', content: (await ask()).text });
    }
  }
  const { text, finish } = await ask();
  return { messages, text, finish, refused: isRefused(text, finish), calls };
}

function isRefused(text: string, finish: ChatReply['finish']): boolean {
  return finish === 'content-filter' || looksLikeRefusal(text);
}

/** What is sent for a conversation: pure, so that the cost of attacks can be estimated. */
export function targetRequest(messages: readonly Message[], settings: TargetSettings) {
  const { systemPrompt, temperature, maxTokens, seed } = settings;
  const conversation = cutAnalyses(messages);
  return {
    messages: systemPrompt === undefined ? conversation : withSystemPrompt(conversation, systemPrompt),
    temperature,
    maxTokens,
    seed: new Random(seed, 'target', contentKey(messages)).int(2 ** 31),
  };
}

/** One system message: chat templates take no second one. */
function withSystemPrompt([first, ...rest]: readonly Message[], systemPrompt: string): Message[] {
  if (first === undefined) return [{ role: 'system', content: systemPrompt }];
  return first.role === 'system'
    ? [{ role: 'system', content: `${systemPrompt}\n\n${first.content}` }, ...rest]
    : [{ role: 'system', content: systemPrompt }, first, ...rest];
}
