/**
 * How an answer in a JSON Schema is asked for. Servers that enforce none refuse the request (400 and the like); then
 * the next weaker way is tried, and the first that works is kept for the model.
 */
import type { Message } from '../transcripts/message.ts';
import type { ChatRequest } from './chat-model.ts';
import type { EndpointConfig } from './config.ts';
import type { AttemptFailure } from './http-transport.ts';

export type Enforcement = 'json_schema' | 'json_object' | 'instructions';

const LADDER: readonly Enforcement[] = ['json_schema', 'json_object', 'instructions'];
const REFUSAL = /response.?format|json.?schema|json.?object|json.?mode|structured|guided|grammar/i;

export function firstEnforcement(setting: EndpointConfig['structuredOutput']): Enforcement {
  return setting === 'auto' ? 'json_schema' : setting;
}

/** The next weaker way, if the failure is a refusal of this one and the setting leaves the choice to us. */
export function weakerEnforcement(
  current: Enforcement,
  failure: AttemptFailure,
  setting: EndpointConfig['structuredOutput'],
): Enforcement | undefined {
  const refused = [400, 404, 422, 501].includes(failure.status ?? 0) && REFUSAL.test(failure.body);
  return refused && setting === 'auto' ? LADDER[LADDER.indexOf(current) + 1] : undefined;
}

/** The conversation to send: without enforcement by the server the schema is stated in the system message. */
export function messagesFor(request: ChatRequest, enforcement: Enforcement): readonly Message[] {
  if (request.schema === undefined || enforcement === 'json_schema') return request.messages;
  const instruction = [
    'Answer with one JSON value and nothing else: no code fence, no words before or after it.',
    'It must be valid against this JSON Schema:',
    JSON.stringify(request.schema.schema),
  ].join('\n');
  const [first, ...rest] = request.messages;
  return first?.role === 'system'
    ? [{ role: 'system', content: `${first.content}\n\n${instruction}` }, ...rest]
    : [{ role: 'system', content: instruction }, ...request.messages];
}
