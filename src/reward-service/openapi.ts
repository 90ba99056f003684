/** The service's OpenAPI 3.1 document, made from the schemas that requests are checked with. */
import * as z from 'zod';
import { rewardLine, rewardRow } from '../oracles/reward-items.ts';

export const rewardRequest = z.strictObject({ items: z.array(z.unknown()).min(1) });

const problem = z.strictObject({ error: z.string(), hint: z.string().optional() });

/** @returns plain JSON. */
export function openApiDocument(version: string): Record<string, unknown> {
  const json = (schema: object, description: string) => ({
    description,
    content: { 'application/json': { schema } },
  });
  const failure = (description: string) => json({ $ref: '#/components/schemas/Problem' }, description);
  return {
    openapi: '3.1.0',
    info: {
      title: 'purpcode reward service',
      version,
      license: { name: 'Apache-2.0' },
      description:
        'Rewards of model responses by verifiers: format, static analysis, tests in a sandbox, judges. ' +
        'A reward is null when an oracle could not decide: it is no reward, mask the response.',
    },
    security: [{ token: [] }],
    paths: {
      '/v1/rewards': {
        post: {
          operationId: 'reward',
          summary: 'Rewards of a batch of responses, in the same order',
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  additionalProperties: false,
                  required: ['items'],
                  properties: {
                    items: { type: 'array', minItems: 1, items: { $ref: '#/components/schemas/Item' } },
                  },
                },
              },
            },
          },
          responses: {
            200: json(
              {
                type: 'object',
                additionalProperties: false,
                required: ['rewards'],
                properties: { rewards: { type: 'array', items: { $ref: '#/components/schemas/Reward' } } },
              },
              'One reward an item, in order',
            ),
            400: failure('The body is no request; the error names item and field'),
            401: failure('The token is missing or wrong'),
            413: failure('The body is longer than the limit'),
            429: failure('Too many requests at once; Retry-After says when to come back'),
            503: failure('The service is stopping'),
          },
        },
      },
      '/health': {
        get: {
          operationId: 'health',
          summary: 'Whether the service takes requests',
          security: [],
          responses: { 200: { description: 'It does' }, 503: { description: 'It is stopping' } },
        },
      },
      '/metrics': {
        get: {
          operationId: 'metrics',
          summary: 'Prometheus metrics',
          responses: { 200: { description: 'Text exposition format' }, 401: failure('No or a wrong token') },
        },
      },
      '/openapi.json': {
        get: {
          operationId: 'openapi',
          summary: 'This document',
          security: [],
          responses: { 200: { description: 'OpenAPI 3.1' } },
        },
      },
    },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Item: schemaOf(rewardLine),
        Reward: schemaOf(rewardRow),
        Problem: schemaOf(problem),
      },
    },
  };
}

/** OpenAPI 3.1 schemas are JSON Schema 2020-12. */
function schemaOf(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' });
  return rest;
}
