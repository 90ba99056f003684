/** The model roles of a run, over one cache, one ledger and one budget. */
import { ConfigError } from '../errors.ts';
import type { ChatModel, OpenedModel } from './chat-model.ts';
import type { KeyedJournal } from './completion-journal.ts';
import { type ModelsSettings, modelsSchema, parseSettings, ROLES, type Role } from './config.ts';
import { createChatModel } from './create-chat-model.ts';
import { type Estimate, estimateCost, type PlannedCall } from './estimate.ts';
import { type CostReport, Ledger } from './ledger.ts';
import { ReplyCache } from './reply-cache.ts';

export interface Models {
  /** @throws ConfigError when the settings name no model for the role. */
  model(role: Role): ChatModel;
  /** What these calls would cost, replies that are known left out. @throws ConfigError as `model`. */
  estimate(planned: Iterable<PlannedCall<Role>>): Estimate;
  /** `cost.json`: what was spent so far, in this process and, with a journal, in those before it. */
  cost(): CostReport;
  /** For models that play a role elsewhere and count against the same budget, such as judges of the oracles. */
  readonly shared: { readonly ledger: Ledger; readonly cache: ReplyCache };
  close(): void;
}

/**
 * @param shared.journal keeps replies and counts: a run that is killed and started again pays for nothing twice.
 *   Without it equal requests in flight are still one call, and nothing outlives the process.
 * @throws ConfigError when a setting is wrong or a key is missing. @throws ModelError when a budget in money meets a
 *   role without prices.
 */
export function openModels(
  settings: ModelsSettings,
  shared: {
    readonly journal?: KeyedJournal;
    readonly environment?: NodeJS.ProcessEnv;
    readonly warn?: (message: string) => void;
  } = {},
): Models {
  const config = parseSettings(modelsSchema, settings, 'models');
  const { journal, ...rest } = shared;
  const ledger = new Ledger({ budget: config.budget, ...(journal === undefined ? {} : { journal }) });
  const cache = new ReplyCache(journal);
  const open = new Map<Role, OpenedModel>();
  for (const role of ROLES) {
    const own = config[role];
    if (own === undefined) continue;
    open.set(role, createChatModel(own, { ...rest, role, ledger, cache, seed: config.seed }));
  }
  const modelOf = (role: Role): OpenedModel => {
    const model = open.get(role);
    if (model !== undefined) return model;
    throw new ConfigError(`no model plays the role ${role}`, {
      hint: `set models.${role}.baseUrl and models.${role}.model, or provider: gguf and path; docs/guides/models.md has examples`,
    });
  };
  return {
    model: modelOf,
    estimate: (planned) =>
      estimateCost(planned, {
        budget: config.budget,
        prices: (role) => config[role]?.prices,
        isKnown: ({ role, request }) => modelOf(role).isKnown(request),
      }),
    cost: () => ledger.report(),
    shared: { ledger, cache },
    close: () => {
      for (const model of open.values()) model.close();
    },
  };
}
