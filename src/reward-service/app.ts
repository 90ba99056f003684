/** The reward service's routes: rewards behind a token and limits, health, metrics and its own description. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { messageOf, PurpcodeError } from '../errors.ts';
import type { CostReport } from '../models/ledger.ts';
import type { RewardModel } from '../oracles/reward.ts';
import { type RewardItem, readRewardItem, toRewardRow } from '../oracles/reward-items.ts';
import { ServiceMetrics } from './metrics.ts';
import { openApiDocument, rewardRequest } from './openapi.ts';

export interface RewardAppOptions {
  readonly rewardModel: RewardModel;
  /** What the judges have cost so far, for the metrics. */
  readonly cost?: () => CostReport;
  /** What clients send as `Authorization: Bearer …`. */
  readonly token: string;
  readonly version: string;
  /** Longest body, bytes. */
  readonly maxBytes: number;
  /** Reward requests at the same time; more are told to come back. */
  readonly maxActive: number;
}

export interface RewardApp {
  readonly fetch: Hono['fetch'];
  /** From now on only what has begun is answered; resolves when that is done. */
  drain(): Promise<void>;
}

const RETRY_AFTER_SECONDS = '1';

export function createRewardApp(options: RewardAppOptions): RewardApp {
  const metrics = new ServiceMetrics(options.cost);
  const active = new Set<Promise<unknown>>();
  let draining = false;
  const app = new Hono();

  app.use(async (context, next) => {
    await next();
    if (draining) context.header('Connection', 'close');
    // Only known paths are labels: a client must not fill the memory with made-up ones.
    const known = app.routes.some(({ path, method }) => path === context.req.path && method !== 'ALL');
    metrics.answered(known ? context.req.path : 'other', context.res.status);
  });
  app.notFound((context) => problem(context, 404, 'there is no such path', 'see /openapi.json'));
  app.onError((error, context) => problem(context, 500, messageOf(error)));
  app.get('/health', (context) => context.json({ ok: !draining }, draining ? 503 : 200));
  app.get('/openapi.json', (context) => context.json(openApiDocument(options.version)));

  app.use('*', async (context, next) => {
    if (isToken(context.req.header('authorization'), options.token)) return next();
    context.header('WWW-Authenticate', 'Bearer');
    return problem(context, 401, 'the token is missing or wrong', 'send it as Authorization: Bearer TOKEN');
  });
  app.get('/metrics', async (context) =>
    context.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }),
  );
  app.use('/v1/rewards', async (context, next) => {
    if (draining) return problem(context, 503, 'the service is stopping');
    if (active.size >= options.maxActive) {
      context.header('Retry-After', RETRY_AFTER_SECONDS);
      return problem(
        context,
        429,
        `${options.maxActive} requests are being worked on`,
        'send larger batches',
      );
    }
    // From here on it counts: a body without a length is read, and held in memory, before its route is reached.
    const work = next();
    active.add(work);
    try {
      return await work;
    } finally {
      active.delete(work);
    }
  });
  app.use(
    '/v1/rewards',
    bodyLimit({
      maxSize: options.maxBytes,
      onError: (context) =>
        problem(context, 413, `the body is longer than ${options.maxBytes} bytes`, 'send smaller batches'),
    }),
  );
  app.post('/v1/rewards', answer);

  async function answer(context: Context): Promise<Response> {
    let items: RewardItem[];
    try {
      items = readItems(await context.req.json());
    } catch (error) {
      const hint = error instanceof PurpcodeError ? error.hint : 'the body is { "items": [...] } as JSON';
      return problem(context, 400, messageOf(error), hint);
    }
    const end = metrics.begin();
    try {
      const rewards = await options.rewardModel.reward(items.map(({ item }) => item));
      metrics.rewarded(rewards, options.rewardModel.takeTimings());
      return context.json({ rewards: items.map(({ id }, index) => toRewardRow(id, rewards[index]!)) });
    } finally {
      end();
    }
  }

  return {
    fetch: app.fetch,
    async drain() {
      draining = true;
      await Promise.allSettled(active);
    },
  };
}

/** @throws ConfigError naming item and field; ZodError when the body is no request at all. */
function readItems(body: unknown): RewardItem[] {
  const parsed = rewardRequest.safeParse(body);
  if (!parsed.success) throw new TypeError('expected { "items": [...] } with at least one item');
  return parsed.data.items.map((item, index) => readRewardItem(item, `items[${index}]`));
}

/** Compares digests, so that neither length nor first difference of the token can be timed. */
function isToken(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

function problem(context: Context, status: ContentfulStatusCode, error: string, hint?: string): Response {
  return context.json(hint === undefined ? { error } : { error, hint }, status);
}
