/** LLM judges over a scripted server, and a judge that reads what it is asked. */
import type { EndpointSettings } from '../../../src/models/config.ts';
import { createEndpointModel } from '../../../src/models/endpoint.ts';
import { Ledger } from '../../../src/models/ledger.ts';
import type { Judgement } from '../../../src/oracles/judges/judgement.ts';
import {
  createLlmJudge,
  type LlmJudge,
  type LlmJudgeOptions,
} from '../../../src/oracles/judges/llm-judge.ts';
import {
  reply,
  type SeenRequest,
  type ServerScript,
  startScriptedServer,
} from '../../models/scripted-server.ts';
import { GOOD } from './forms.ts';

/** What stands in a request, read as a judge would. */
export interface Asked {
  readonly boundary: string;
  readonly nonce: string;
  readonly turns: readonly { readonly role: string; readonly content?: string }[];
  readonly analysis: string;
  readonly answer: string;
}

export function readRequest({ body }: SeenRequest): Asked {
  const user = body.messages.at(-1)!.content;
  const boundary = /^The boundary line is (\S+)$/m.exec(user)![1]!;
  const lines = user.split('\n');
  const nonce = /\{"nonce": "(\w+)"$/.exec(lines.at(-1)!)![1]!;
  const data = lines.slice(lines.indexOf(boundary) + 1, lines.lastIndexOf(boundary));
  const turns = data.map((line) => JSON.parse(line));
  const { analysis = '', answer } = turns.at(-1);
  return { boundary, nonce, turns: turns.slice(0, -1), analysis, answer };
}

/** A judge that fills in the form by what it reads; without `nonce` in what it says, with the right one. */
export function judging(fill: (asked: Asked) => Partial<Judgement>): ServerScript {
  return (request) => {
    const asked = readRequest(request);
    return reply(JSON.stringify({ ...GOOD, nonce: asked.nonce, ...fill(asked) }));
  };
}

export interface Served {
  readonly judge: LlmJudge;
  readonly ledger: Ledger;
  /** requests[judge]: what each server was asked. */
  readonly requests: readonly (readonly SeenRequest[])[];
}

/** Judges with a server each. Without retries by the endpoint unless the settings say so. */
export async function serveJudges<T>(
  scripts: readonly ServerScript[],
  use: (served: Served) => Promise<T>,
  options: Omit<LlmJudgeOptions, 'models'> & { readonly settings?: Partial<EndpointSettings> } = {},
): Promise<T> {
  const { settings, ...judgeOptions } = options;
  const ledger = new Ledger();
  const servers = await Promise.all(scripts.map((script) => startScriptedServer(script)));
  const models = servers.map(({ baseUrl }, index) =>
    createEndpointModel(
      { baseUrl, model: 'tiny', name: `judge-${index + 1}`, retries: 0, ...settings },
      { role: 'judge', ledger },
    ),
  );
  try {
    const judge = createLlmJudge({ models, ...judgeOptions });
    return await use({ judge, ledger, requests: servers.map(({ requests }) => requests) });
  } finally {
    for (const model of models) model.close();
    await Promise.all(servers.map((server) => server.close()));
  }
}
