/** A GGUF file in a model role: the contract of an endpoint's model, computed in this process. */
import { basename } from 'node:path';
import { contentKey } from '../../content-key.ts';
import { Random } from '../../random.ts';
import type { ChatReply, ChatRequest, OpenedModel } from '../chat-model.ts';
import { type GgufSettings, ggufSchema, parseSettings } from '../config.ts';
import type { EndpointShared } from '../endpoint.ts';
import { Gate } from '../gate.ts';
import { Ledger } from '../ledger.ts';
import { maxInputTokens } from '../tokens.ts';
import { fingerprintOf } from './fingerprint.ts';
import { findLibrary } from './library.ts';
import { GgufSession } from './session.ts';

/**
 * Nothing is loaded before the first call.
 * @throws ConfigError when a setting is wrong or the file is no GGUF file, PurpcodeError `missing-tool` when the
 *   package that runs it is not installed, ModelError when the ledger has a budget in money and the settings no prices.
 */
export function createGgufModel(settings: GgufSettings, shared: EndpointShared = {}): OpenedModel {
  const role = shared.role ?? 'model';
  const config = parseSettings(ggufSchema, settings, role);
  const name = config.name ?? `${basename(config.path)}@${fingerprintOf(config.path)}`;
  const file = findLibrary(shared.environment);
  const ledger = (shared.ledger ?? new Ledger()).role(role, config.prices);
  const gate = new Gate({ concurrency: config.concurrency });
  const warn = shared.warn ?? ((message: string) => process.emitWarning(message));
  const about = (request: ChatRequest) => ({
    model: name,
    request,
    settings: { contextSize: config.contextSize, seed: config.seed },
  });
  let session: Promise<GgufSession> | undefined;
  let warned = false;

  const ask = (request: ChatRequest, signal: AbortSignal): Promise<ChatReply> =>
    gate.run(signal, async () => {
      const hold = await ledger.reserve(
        { input: maxInputTokens(request), output: request.maxTokens },
        signal,
      );
      try {
        session ??= GgufSession.open(config, file);
        const seed = new Random(request.seed ?? config.seed, 'gguf', contentKey(request)).uint32();
        const { reply, unenforced } = await (await session).complete(request, seed, signal);
        hold.settle(reply.usage, { estimated: false, unenforced });
        if (unenforced && !warned) {
          warned = true;
          warn(
            `${role} (${name}): no grammar can be made of the schema ${request.schema?.name}: it is asked for in words`,
          );
        }
        return reply;
      } catch (error) {
        hold.release();
        throw error;
      }
    });

  return {
    name,
    isKnown: (request) => shared.cache?.has(about(request)) ?? false,
    complete: async (request, { signal } = {}) => {
      if (shared.cache === undefined) return ask(request, signal ?? new AbortController().signal);
      const { reply, from } = await shared.cache.find(about(request), (own) => ask(request, own), signal);
      if (from === 'cache') ledger.hit();
      return reply;
    },
    close: () => {
      // A model that did not load has nothing to give back.
      void session?.then((open) => open.close()).catch(() => undefined);
    },
  };
}
