/**
 * Thousands of calls in flight against a server that takes 2 s for each: throughput, memory and the client's own CPU time,
 * beside the AI SDK's generateText on Node's fetch and Python's AsyncOpenAI, every client and the server in a process
 * of its own, the clients in turn. Usage: node bench/models.ts [--calls 4000] [--in-flight 800] [--latency 2000]
 * [--rounds 2] [--python PYTHON] where PYTHON is one that has the package openai.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText } from 'ai';
import { CompletionJournal } from '../src/models/completion-journal.ts';
import { mapConcurrent } from '../src/models/map-concurrent.ts';
import { openModels } from '../src/models/open-models.ts';
import { reply, startScriptedServer } from '../test/models/scripted-server.ts';

const PROMPT_BYTES = 4000;
const REPLY = 'It reads the file that the user names without a check. '.repeat(20);

const { values: options } = parseArgs({
  options: {
    calls: { type: 'string', default: '4000' },
    'in-flight': { type: 'string', default: '800' },
    /** What the server takes for a call, ms. */
    latency: { type: 'string', default: '2000' },
    rounds: { type: 'string', default: '2' },
    python: { type: 'string', default: 'python3' },
    /** Internal: what this process is. */
    as: { type: 'string', default: 'bench' },
    server: { type: 'string', default: '' },
  },
});
const calls = Number(options.calls);
const inFlight = Number(options['in-flight']);
const latencyMs = Number(options.latency);

/** What a client prints. */
interface Measured {
  /** From the first request to the last reply, connections opened within. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
  /** Of all replies, to see that none is missing. */
  readonly characters: number;
  readonly version: string;
}

const CLIENTS = ['purpcode', 'generateText on fetch', 'AsyncOpenAI'] as const;
type Client = (typeof CLIENTS)[number];

if (options.as === 'bench') await bench();
else if (options.as === 'server') await serve();
else console.log(JSON.stringify(await measure(options.as === 'purpcode' ? purpcode : sdk)));

async function serve(): Promise<void> {
  const server = await startScriptedServer(() => reply(REPLY, { delayMs: latencyMs }), { record: false });
  console.log(server.baseUrl);
}

type Ask = (index: number) => Promise<string>;

async function measure(open: () => { ask: Ask; close: () => void; version: string }): Promise<Measured> {
  const { ask, close, version } = open();
  await ask(-1);
  const indices = (function* () {
    for (let index = 0; index < calls; index++) yield index;
  })();
  const cpu = process.cpuUsage();
  const begun = performance.now();
  let characters = 0;
  for await (const text of mapConcurrent(indices, { limit: inFlight }, ask)) characters += text.length;
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const peakMb = process.resourceUsage().maxRSS / 1024;
  close();
  return { seconds, cpuSeconds: (user + system) / 1e6, peakMb, characters, version };
}

function prompt(index: number): string {
  return `${index} `.padEnd(PROMPT_BYTES, 'x');
}

/** As a run uses it: cache, ledger and budget in a journal on disk. */
function purpcode() {
  const folder = mkdtempSync(join(tmpdir(), 'purpcode-bench-'));
  const journal = new CompletionJournal(join(folder, 'models.sqlite'));
  const judge = {
    baseUrl: options.server,
    model: 'tiny',
    concurrency: inFlight,
    prices: { input: 1, output: 1 },
  };
  const models = openModels({ judge, budget: { usd: 1e6 } }, { journal });
  return {
    ask: async (index: number) => {
      const { text } = await models.model('judge').complete({
        messages: [{ role: 'user', content: prompt(index) }],
        maxTokens: 512,
        temperature: 0,
        seed: index,
      });
      return text;
    },
    close: () => {
      models.close();
      journal.close();
      rmSync(folder, { recursive: true });
    },
    version: `Node ${process.versions.node}`,
  };
}

function sdk() {
  const model = createOpenAICompatible({ name: 'endpoint', baseURL: options.server })('tiny');
  return {
    ask: async (index: number) => {
      const { text } = await generateText({
        model,
        prompt: prompt(index),
        maxOutputTokens: 512,
        temperature: 0,
        seed: index,
        maxRetries: 6,
      });
      return text;
    },
    close: () => {},
    version: `Node ${process.versions.node}`,
  };
}

async function bench(): Promise<void> {
  const self = fileURLToPath(import.meta.url);
  const server = spawn(process.execPath, [self, '--as', 'server', '--latency', options.latency], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [baseUrl] = (await once(createInterface(server.stdout), 'line')) as [string];
    const measured = new Map<Client, Measured[]>(CLIENTS.map((client) => [client, []]));
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const client of CLIENTS) {
        const result = await runClient(client, self, baseUrl);
        if (result === undefined) continue;
        measured.get(client)!.push(result);
        console.error(`${client}: ${JSON.stringify(result)}`);
      }
    }
    console.log(table(measured));
  } finally {
    server.kill();
  }
}

async function runClient(client: Client, self: string, baseUrl: string): Promise<Measured | undefined> {
  const sizes = [calls, inFlight].map(String);
  if (client === 'AsyncOpenAI') {
    if (spawnSync(options.python, ['-c', 'import openai']).status !== 0) {
      console.error(`${options.python} has no package openai: this peer is left out`);
      return undefined;
    }
    const script = fileURLToPath(new URL('models-peer.py', import.meta.url));
    return outputOf(options.python, [script, baseUrl, ...sizes, String(PROMPT_BYTES)]);
  }
  const role = client === 'purpcode' ? 'purpcode' : 'sdk';
  const [count, flight] = sizes as [string, string];
  const args = [self, '--as', role, '--server', baseUrl, '--calls', count, '--in-flight', flight];
  return outputOf(process.execPath, args);
}

async function outputOf(command: string, args: readonly string[]): Promise<Measured> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  const measured = JSON.parse(text) as Measured;
  if (measured.characters !== calls * REPLY.length) throw new Error(`${command}: replies are missing`);
  return measured;
}

/** Markdown; the best round of each client, ratios against ours. */
function table(measured: ReadonlyMap<Client, readonly Measured[]>): string {
  const ideal = (calls / inFlight) * (latencyMs / 1000);
  const best = new Map(
    [...measured].flatMap(([client, rounds]) =>
      rounds.length === 0
        ? []
        : [[client, [...rounds].sort((a, b) => a.cpuSeconds - b.cpuSeconds)[0]!] as const],
    ),
  );
  const ours = best.get('purpcode')!;
  const rows = [...best].map(([client, { seconds, cpuSeconds, peakMb, version }]) =>
    [
      `${client} (${version})`,
      `${seconds.toFixed(1)} s`,
      `${((100 * ideal) / seconds).toFixed(0)} %`,
      `${((1000 * cpuSeconds) / calls).toFixed(2)} ms`,
      `${(cpuSeconds / ours.cpuSeconds).toFixed(1)}×`,
      `${peakMb.toFixed(0)} MB`,
    ].join(' | '),
  );
  return [
    `| client | ${calls} calls, ${inFlight} in flight | of the ideal ${ideal.toFixed(1)} s | CPU a call | against ours | peak memory |`,
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}
