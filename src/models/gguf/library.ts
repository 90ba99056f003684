/**
 * The optional package node-llama-cpp, as far as it is used here: llama.cpp in this process, with ready programs for
 * CPUs and graphics cards. It is never installed with purpcode.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, PurpcodeError } from '../../errors.ts';

const NAME = 'node-llama-cpp';
/** A folder in whose node_modules it lies, where that is not purpcode's own. */
export const FOLDER_VARIABLE = 'PURPCODE_LLAMA_FOLDER';
export const HOW_TO_INSTALL = `npm install --no-save --ignore-scripts ${NAME} (add --global beside a global purpcode; or name another folder in ${FOLDER_VARIABLE})`;

/** A token of the model's vocabulary. */
export type Token = number;

export type ChatItem =
  | { readonly type: 'system' | 'user'; readonly text: string }
  | { readonly type: 'model'; readonly response: string[] };

interface Rendered {
  readonly contextText: { tokenize(tokenizer: unknown): Token[] };
}

/** Writes a conversation as the model was trained to read it. */
export interface ChatWrapper {
  generateContextState(options: { readonly chatHistory: readonly ChatItem[] }): Rendered;
}

export interface Sequence {
  readonly contextSize: number;
  readonly tokenMeter: { readonly usedOutputTokens: number };
  clearHistory(): Promise<void>;
  /** Keeps what the state has in common with the tokens, from the start. */
  adaptStateToTokens(tokens: readonly Token[], allowShift: boolean): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: readonly Token[]): Promise<void>;
}

interface Context {
  getSequence(): Sequence;
}

export interface LoadedModel {
  /** Tokens that it was trained on at once. */
  readonly trainContextSize: number;
  readonly tokenizer: unknown;
  createContext(options: {
    readonly contextSize: number;
    readonly sequences: number;
    readonly threads?: number;
  }): Promise<Context>;
}

interface Segment {
  readonly type: 'segment';
  readonly segmentType: string;
  readonly text: string;
}

export interface Generated {
  /** Without segments such as thoughts. */
  readonly response: string;
  readonly fullResponse: readonly (string | Segment)[];
  readonly metadata: { readonly stopReason: string };
}

export interface Chat {
  generateResponse(
    history: readonly ChatItem[],
    options: Readonly<Record<string, unknown>>,
  ): Promise<Generated>;
  dispose(options: { readonly disposeSequence: boolean }): void;
}

export interface Llama {
  /** `cuda`, `vulkan`, `metal`, or false. */
  readonly gpu: string | false;
  loadModel(options: { readonly modelPath: string }): Promise<LoadedModel>;
  createGrammarForJsonSchema(schema: unknown): Promise<unknown>;
  dispose(): Promise<void>;
}

export interface LlamaLibrary {
  getLlama(options: Readonly<Record<string, unknown>>): Promise<Llama>;
  readonly LlamaChat: new (options: {
    readonly contextSequence: Sequence;
    readonly chatWrapper: ChatWrapper;
  }) => Chat;
  resolveChatWrapper(model: LoadedModel): ChatWrapper;
}

/** The file that is imported. @throws PurpcodeError `missing-tool` when it is not installed. */
export function findLibrary(environment: NodeJS.ProcessEnv = process.env): string {
  const folder = environment[FOLDER_VARIABLE];
  const from =
    folder === undefined || folder === '' ? import.meta.url : join(resolve(folder), 'package.json');
  try {
    return createRequire(from).resolve(NAME);
  } catch (error) {
    throw new PurpcodeError('missing-tool', `${NAME}, which runs GGUF models, is not installed`, {
      cause: error,
      hint: HOW_TO_INSTALL,
    });
  }
}

/** @throws PurpcodeError when it is not installed or does not load. */
export async function loadLibrary(file: string): Promise<LlamaLibrary> {
  try {
    return (await import(pathToFileURL(file).href)) as LlamaLibrary;
  } catch (error) {
    throw new PurpcodeError('missing-tool', `${NAME} (${file}) does not load: ${messageOf(error)}`, {
      cause: error,
      hint: `install it again: ${HOW_TO_INSTALL}`,
    });
  }
}

/** @param gpu as in the settings of a model. @throws what the package throws where it has no ready program. */
export function startLlama(
  library: LlamaLibrary,
  { gpu, threads }: { readonly gpu: string; readonly threads: number | undefined },
): Promise<Llama> {
  return library.getLlama({
    gpu: gpu === 'none' ? false : gpu,
    // A program that is not there is not compiled or downloaded behind the user's back.
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel: 'error',
    ...(threads === undefined ? {} : { maxThreads: threads }),
  });
}

/** For `purpcode doctor`: that it loads, and on what it would compute. @throws PurpcodeError, or the package's error. */
export async function probeLibrary(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const file = findLibrary(environment);
  const llama = await startLlama(await loadLibrary(file), { gpu: 'auto', threads: undefined });
  const computes = llama.gpu === false ? 'the CPU' : llama.gpu;
  await llama.dispose();
  const { version } = JSON.parse(readFileSync(join(dirname(dirname(file)), 'package.json'), 'utf8')) as {
    version: string;
  };
  return `${version}, on ${computes}`;
}
