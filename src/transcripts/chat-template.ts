/**
 * From messages to tokens: each turn is `<|role|>` content `<|end|>`. Special tokens are only ever added
 * here, by id; the same words inside a message stay text, so no content can fake a turn.
 */
import type { Message } from './message.ts';

/** What the template needs of a tokenizer (the engine contract's `Tokenizer` fits). */
export interface ChatTokenizer {
  encode(text: string): number[];
  special(token: string): number;
}

export const END_OF_TURN = '<|end|>';
export const ROLE_TOKENS = {
  system: '<|system|>',
  user: '<|user|>',
  assistant: '<|assistant|>',
} as const satisfies Record<Message['role'], string>;

/** The special tokens that a vocabulary needs for this template. */
export const CHAT_TOKENS: readonly string[] = [...Object.values(ROLE_TOKENS), END_OF_TURN];

/** Token ids of a conversation; with `addGenerationPrompt` it ends where the assistant is to go on. */
export function renderConversation(
  messages: readonly Message[],
  tokenizer: ChatTokenizer,
  options: { readonly addGenerationPrompt: boolean },
): number[] {
  const tokens = messages.flatMap((message) => renderTurn(message, tokenizer));
  if (options.addGenerationPrompt) tokens.push(tokenizer.special(ROLE_TOKENS.assistant));
  return tokens;
}

/** One training sequence; the three arrays have the same length. */
export interface TrainingTokens {
  readonly input: number[];
  /** `targets[t]` is the token after `input[t]`. */
  readonly targets: number[];
  /** True where the target belongs to the last assistant turn: its content and its `<|end|>`. */
  readonly trained: boolean[];
}

/**
 * A conversation that ends with an assistant turn, as a training sequence. Only that turn is trained.
 * @throws RangeError when the last message is not the assistant's.
 */
export function renderTraining(messages: readonly Message[], tokenizer: ChatTokenizer): TrainingTokens {
  if (messages.at(-1)?.role !== 'assistant') {
    throw new RangeError('a training conversation ends with an assistant turn');
  }
  const prompt = renderConversation(messages.slice(0, -1), tokenizer, { addGenerationPrompt: true });
  const tokens = renderConversation(messages, tokenizer, { addGenerationPrompt: false });
  const targets = tokens.slice(1);
  return {
    input: tokens.slice(0, -1),
    targets,
    trained: targets.map((_target, index) => index + 1 >= prompt.length),
  };
}

function renderTurn(message: Message, tokenizer: ChatTokenizer): number[] {
  return [
    tokenizer.special(ROLE_TOKENS[message.role]),
    ...tokenizer.encode(message.content),
    tokenizer.special(END_OF_TURN),
  ];
}
