/** From a task to the model's last turn. */
import type { ChatModel, ChatReply } from '../../models/chat-model.ts';
import type { Task } from '../../oracles/task.ts';
import { Random } from '../../random.ts';
import { cutAnalyses } from '../../transcripts/format.ts';
import type { Message } from '../../transcripts/message.ts';

export interface Decoding {
  /** 0 is greedy. */
  readonly temperature: number;
  /** Limit of a completion, tokens. */
  readonly maxTokens: number;
  readonly seed: number;
  /** Before every conversation; absent: none. */
  readonly systemPrompt?: string;
}

export interface Conversation {
  /** The task's messages with the model's own turns where the task leaves them open; without the last turn. */
  readonly messages: readonly Message[];
  readonly last: ChatReply;
  /** The model's turns before the last. */
  readonly turns: readonly string[];
  /** Tokens generated, all turns. */
  readonly tokens: number;
}

/**
 * Generates sample number `sample` of a task. A user turn that another user turn follows is answered by the model
 * first, as in a conversation that is led step by step. Earlier analyses are cut (SPEC "Response format").
 * @throws ModelError when the model could not be asked.
 */
export async function converse(
  model: ChatModel,
  { task, sample }: { readonly task: Task; readonly sample: number },
  decoding: Decoding & { readonly signal?: AbortSignal },
): Promise<Conversation> {
  const messages: Message[] = [];
  const turns: string[] = [];
  let tokens = 0;
  const ask = async (): Promise<ChatReply> => {
    const request = requestOf(messages, { ...decoding, seed: seedOf(task, sample, turns.length, decoding) });
    const reply = await model.complete(
      request,
      decoding.signal === undefined ? {} : { signal: decoding.signal },
    );
    tokens += (reply.paidFor ?? reply.usage).output;
    return reply;
  };
  for (const [index, message] of task.messages.entries()) {
    messages.push(message);
    if (message.role !== 'user' || task.messages[index + 1]?.role !== 'user') continue;
    const reply = await ask();
    turns.push(reply.text);
    messages.push({ role: 'assistant', content: reply.text });
  }
  const last = await ask();
  return { messages, last, turns, tokens };
}

/** The first request of a task: of a task with one open turn, the only one. */
export function firstRequest(task: Task, sample: number, decoding: Decoding) {
  const open = task.messages.findIndex(
    ({ role }, index) => role === 'user' && task.messages[index + 1]?.role === 'user',
  );
  const messages = open === -1 ? task.messages : task.messages.slice(0, open + 1);
  return requestOf(messages, { ...decoding, seed: seedOf(task, sample, 0, decoding) });
}

function requestOf(messages: readonly Message[], { systemPrompt, temperature, maxTokens, seed }: Decoding) {
  return { messages: withSystemPrompt(cutAnalyses(messages), systemPrompt), temperature, maxTokens, seed };
}

/** One system message: chat templates take no second one. */
function withSystemPrompt(
  messages: readonly Message[],
  systemPrompt: string | undefined,
): readonly Message[] {
  if (systemPrompt === undefined) return messages;
  const [first, ...rest] = messages;
  return first?.role === 'system'
    ? [{ role: 'system', content: `${systemPrompt}\n\n${first.content}` }, ...rest]
    : [{ role: 'system', content: systemPrompt }, ...messages];
}

/** Every sample and turn draws from its own stream; equal prompts have equal ones. */
function seedOf(task: Task, sample: number, turn: number, { seed }: Decoding): number {
  return new Random(seed, 'evaluation', task.id, sample, turn).int(2 ** 31);
}
