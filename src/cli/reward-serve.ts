/** `purpcode reward serve`: the reward service behind an RL trainer elsewhere. */
import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { type RewardServer, startRewardServer } from '../reward-service/server.ts';
import { wholeNumber } from './number-options.ts';
import { packageVersion } from './package-version.ts';
import { openRewarding, type RewardSettings, rewardOptions } from './reward-settings.ts';

const TOKEN_VARIABLE = 'PURPCODE_TOKEN';
const MIB = 2 ** 20;
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/;

interface ServeOptions extends RewardSettings {
  readonly host: string;
  readonly port: number;
  readonly maxBody: number;
  readonly maxRequests: number;
  readonly grace: number;
  readonly json?: boolean;
}

export function rewardServeCommand(): Command {
  const command = new Command('serve')
    .description('rewards over HTTP: POST /v1/rewards; /openapi.json describes it')
    .option(
      '--host <address>',
      'the address to listen on; others than loopback let the network in',
      '127.0.0.1',
    )
    .option('--port <number>', '0: a free one', wholeNumber(0, 65_535), 8400)
    .option('--max-body <MiB>', 'longest request', wholeNumber(1, 1024), 64)
    .option('--max-requests <n>', 'requests at the same time; more get 429', wholeNumber(1, 10_000), 16)
    .option('--grace <seconds>', 'time that running requests have when stopped', wholeNumber(0, 86_400), 60)
    .option('--json', 'print address and token as one line of JSON')
    .addHelpText(
      'after',
      `\nThe token is that of ${TOKEN_VARIABLE}, or a new one that is printed. integrations/python has a client.`,
    )
    .action(serve);
  for (const option of rewardOptions()) command.addOption(option);
  return command;
}

async function serve(options: ServeOptions): Promise<void> {
  const given = process.env[TOKEN_VARIABLE];
  const token = given || randomBytes(24).toString('base64url');
  const rewarding = await openRewarding(options);
  let server: RewardServer;
  try {
    server = await startRewardServer({
      ...{ token, version: packageVersion(), host: options.host, port: options.port },
      rewardModel: rewarding.model,
      cost: () => rewarding.cost(),
      maxBytes: options.maxBody * MIB,
      maxActive: options.maxRequests,
    });
  } catch (error) {
    await rewarding.close();
    throw error;
  }
  announce(server.url, { token: given ? undefined : token, options });
  await stopSignal();
  console.error('stopping: running requests are finished, a second signal ends at once');
  await server.stop(options.grace * 1000);
  await rewarding.close();
}

/** A token from the environment is known to who set it, and must not reach a log. */
function announce(
  url: string,
  { token, options }: { token: string | undefined; options: ServeOptions },
): void {
  if (!LOOPBACK.test(options.host)) {
    console.error(
      `warning: ${options.host} lets other machines in, without encryption: put a TLS proxy in front of it`,
    );
  }
  if (options.json) console.log(JSON.stringify(token === undefined ? { url } : { url, token }));
  else {
    console.log(`reward service at ${url}, described at ${url}/openapi.json`);
    console.log(token === undefined ? `token: that of ${TOKEN_VARIABLE}` : `token: ${token}`);
  }
}

/** Resolves with the first SIGINT or SIGTERM; the next one ends the process. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.on(signal, () => process.exit(1));
        resolve();
      });
    }
  });
}
