/** A role's model by its provider. */
import type { OpenedModel } from './chat-model.ts';
import type { ChatModelConfig } from './config.ts';
import { createEndpointModel, type EndpointShared } from './endpoint.ts';
import { createGgufModel } from './gguf/gguf-model.ts';
import { checkReachable } from './reachable.ts';

/** @throws PurpcodeError as `createEndpointModel` and `createGgufModel` do. */
export function createChatModel(config: ChatModelConfig, shared: EndpointShared = {}): OpenedModel {
  return config.provider === 'gguf' ? createGgufModel(config, shared) : createEndpointModel(config, shared);
}

/** How a person knows it: its name, or what it is at its endpoint. */
export function modelTitle(config: ChatModelConfig): string {
  return config.name ?? (config.provider === 'gguf' ? config.path : config.model);
}

/**
 * Before anything is paid: an endpoint is there. A GGUF file is looked for when its model is created.
 * @param role named in the error. @throws ModelError when nobody listens there.
 */
export async function checkChatModel(config: ChatModelConfig, role: string): Promise<void> {
  if (config.provider !== 'gguf') await checkReachable(config, role);
}
