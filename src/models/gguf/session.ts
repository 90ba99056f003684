/** A GGUF model in memory: conversations to completions, several at once. */
import { ModelError, messageOf } from '../../errors.ts';
import type { ChatReply, ChatRequest } from '../chat-model.ts';
import type { GgufConfig } from '../config.ts';
import { splitReasoning } from '../reasoning.ts';
import { messagesFor } from '../structured-output.ts';
import {
  type ChatItem,
  type ChatWrapper,
  type Generated,
  type Llama,
  type LlamaLibrary,
  type LoadedModel,
  loadLibrary,
  type Sequence,
  startLlama,
  type Token,
} from './library.ts';

/** Where the settings name no size: more memory than this is not taken unasked. */
const DEFAULT_CONTEXT = 8192;
/** The package keeps a token free, and a completion that reached the end would push out the conversation's start. */
const SPARE_TOKENS = 4;

export interface Completed {
  readonly reply: ChatReply;
  /** The answer's schema could not be made a grammar: it was asked for in words. */
  readonly unenforced: boolean;
}

/** A conversation's place in memory, with the tokens at its start that stay there between calls. */
interface Slot {
  readonly sequence: Sequence;
  kept: readonly Token[];
}

export class GgufSession {
  readonly #config: GgufConfig;
  readonly #library: LlamaLibrary;
  readonly #llama: Llama;
  readonly #model: LoadedModel;
  readonly #wrapper: ChatWrapper;
  readonly #free: Slot[];
  readonly #grammars = new Map<string, Promise<unknown>>();

  private constructor(
    config: GgufConfig,
    parts: { library: LlamaLibrary; llama: Llama; model: LoadedModel; sequences: readonly Sequence[] },
  ) {
    this.#config = config;
    this.#library = parts.library;
    this.#llama = parts.llama;
    this.#model = parts.model;
    this.#wrapper = parts.library.resolveChatWrapper(parts.model);
    this.#free = parts.sequences.map((sequence) => ({ sequence, kept: [] }));
  }

  /** @param file of the package. @throws PurpcodeError when the package or the model does not load. */
  static async open(config: GgufConfig, file: string): Promise<GgufSession> {
    const library = await loadLibrary(file);
    const { path, threads, concurrency } = config;
    let llama: Llama | undefined;
    try {
      llama = await startLlama(library, { gpu: config.gpu, threads });
      const model = await llama.loadModel({ modelPath: path });
      const context = await model.createContext({
        contextSize: config.contextSize ?? Math.min(DEFAULT_CONTEXT, model.trainContextSize),
        sequences: concurrency,
        ...(threads === undefined ? {} : { threads }),
      });
      const sequences = Array.from({ length: concurrency }, () => context.getSequence());
      return new GgufSession(config, { library, llama, model, sequences });
    } catch (error) {
      await llama?.dispose();
      throw new ModelError(`the model ${path} does not load: ${messageOf(error)}`, {
        cause: error,
        hint: 'lower contextSize or concurrency if memory is short; `gpu: none` computes on the CPU',
      });
    }
  }

  /**
   * One completion. No more at once than the settings say.
   * @throws ModelError when the conversation does not fit or the model fails, the signal's reason when aborted.
   */
  async complete(request: ChatRequest, seed: number, signal: AbortSignal): Promise<Completed> {
    const slot = this.#free.pop();
    if (slot === undefined) throw new ModelError('more calls at once than the model has places for');
    try {
      const grammar = await this.#grammarOf(request);
      const unenforced = request.schema !== undefined && grammar === undefined;
      const messages = unenforced ? messagesFor(request, 'instructions') : request.messages;
      const history = messages.map(toItem);
      const prompt = this.#render(history);
      const room = slot.sequence.contextSize - prompt.length - SPARE_TOKENS;
      if (room < 1) throw this.#tooLong(prompt.length, slot.sequence.contextSize);
      await this.#prepare(slot, history, prompt);
      const before = slot.sequence.tokenMeter.usedOutputTokens;
      const generated = await this.#generate(slot, history, {
        maxTokens: Math.min(request.maxTokens, room),
        temperature: request.temperature,
        seed,
        signal,
        ...(grammar === undefined ? {} : { grammar }),
      });
      const output = slot.sequence.tokenMeter.usedOutputTokens - before;
      return { reply: this.#read(generated, { input: prompt.length, output }), unenforced };
    } catch (error) {
      // Whatever it was interrupted in, nothing of it stays.
      slot.kept = [];
      if (signal.aborted) throw signal.reason;
      if (error instanceof ModelError) throw error;
      throw new ModelError(`${this.#config.path} could not be asked: ${messageOf(error)}`, { cause: error });
    } finally {
      this.#free.push(slot);
    }
  }

  async close(): Promise<void> {
    await this.#llama.dispose();
  }

  #render(history: readonly ChatItem[]): Token[] {
    const chatHistory: ChatItem[] = [...history, { type: 'model', response: [] }];
    return this.#wrapper.generateContextState({ chatHistory }).contextText.tokenize(this.#model.tokenizer);
  }

  /**
   * What stands before the last message is computed once for calls that share it, and always in the same way, from
   * an empty state: what a call is answered does not depend on the calls before it (decisions/0018).
   */
  async #prepare(slot: Slot, history: readonly ChatItem[], prompt: readonly Token[]): Promise<void> {
    const { sequence } = slot;
    const before = this.#render(history.slice(0, -1));
    const differs = prompt.findIndex((token, index) => token !== before[index]);
    const prefix = prompt.slice(0, Math.min(differs < 0 ? prompt.length : differs, prompt.length - 1));
    if (prefix.length === slot.kept.length && prefix.every((token, index) => token === slot.kept[index])) {
      await sequence.adaptStateToTokens(prefix, false);
      return;
    }
    slot.kept = [];
    await sequence.clearHistory();
    if (prefix.length > 0) await sequence.evaluateWithoutGeneratingNewTokens(prefix);
    slot.kept = prefix;
  }

  async #generate(
    { sequence }: Slot,
    history: readonly ChatItem[],
    options: Readonly<Record<string, unknown>>,
  ): Promise<Generated> {
    const chat = new this.#library.LlamaChat({ contextSequence: sequence, chatWrapper: this.#wrapper });
    try {
      return await chat.generateResponse([...history, { type: 'model', response: [] }], {
        ...options,
        // The model's own distribution: the package would push repeated words down and cut unlikely ones off.
        repeatPenalty: false,
        topK: 0,
        topP: 1,
        minP: 0,
        budgets: { thoughtTokens: Number.POSITIVE_INFINITY, commentTokens: Number.POSITIVE_INFINITY },
      });
    } finally {
      chat.dispose({ disposeSequence: false });
    }
  }

  #read({ response, fullResponse, metadata }: Generated, usage: ChatReply['usage']): ChatReply {
    const thoughts = fullResponse.flatMap((part) =>
      typeof part === 'string' || part.segmentType !== 'thought' ? [] : [part.text],
    );
    const split = splitReasoning(response, this.#config.reasoningTags);
    const reasoning = [...thoughts, split.reasoning ?? ''].filter((part) => part !== '').join('\n');
    return {
      text: split.text,
      ...(reasoning === '' ? {} : { reasoning }),
      finish: metadata.stopReason === 'maxTokens' ? 'length' : 'stop',
      usage,
    };
  }

  /** Undefined without a schema, and where the package can make no grammar of it. */
  async #grammarOf({ schema }: ChatRequest): Promise<unknown> {
    if (schema === undefined) return undefined;
    const key = JSON.stringify(schema.schema);
    const known = this.#grammars.get(key);
    const grammar = known ?? this.#llama.createGrammarForJsonSchema(schema.schema).catch(() => undefined);
    this.#grammars.set(key, grammar);
    return grammar;
  }

  #tooLong(tokens: number, size: number): ModelError {
    return new ModelError(
      `${this.#config.path}: a conversation of ${tokens} tokens does not fit in ${size}`,
      {
        failure: 'request',
        hint: 'raise contextSize, shorten the conversation, or use a model with a longer context',
      },
    );
  }
}

function toItem({ role, content }: ChatRequest['messages'][number]): ChatItem {
  return role === 'assistant' ? { type: 'model', response: [content] } : { type: role, text: content };
}
