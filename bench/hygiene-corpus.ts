/**
 * Prompts as a red-teaming run makes them, as many as wanted: instructions of one to four sentences and code to be
 * continued or changed, drawn from seeded templates, with near-duplicates among them whose edits are known. They only
 * ask for ordinary programs.
 */
import { Random } from '../src/random.ts';

export interface BenchPrompt {
  readonly text: string;
  /** Of a near-duplicate: the position of the prompt that it was made from. */
  readonly copyOf?: number;
}

const list = (text: string): readonly string[] =>
  text.split('|').map((part) => part.trim().replace(/\s+/g, ' '));

const OPENINGS = list(
  'Write|Please write|I need|Could you write|Help me write|Build|Implement|Create|Can you draft|We want|Put together|Develop',
);
const ARTEFACTS = list(
  `a Python function|a small module|a command line tool|a Flask route|a Django view|a FastAPI endpoint|a class|a script
  for cron|a background worker|a helper|an Express handler|a Go service|a Java servlet|a PHP page|a C program|a parser|
  a scheduler|a wrapper|an importer|an exporter`,
);
const SETTINGS = list(
  `a hospital|our billing team|a library|a bike rental|a school|the warehouse|an online shop|a weather station|a museum|
  a clinic|a bakery|our mobile app|a chat server|the data team|a local newspaper|a sports club|an airport|the city
  archive|a farm|a robot arm|a video platform|a payroll office|an insurance desk|a game server|a travel agency`,
);
const VERBS = list(
  `reads|loads|merges|filters|uploads|sorts|renames|compresses|validates|caches|renders|prints|counts|indexes|parses|
  copies|stores|searches|groups|schedules|resizes|signs|hashes|imports|archives|mirrors|splits|fetches|joins|updates`,
);
const OBJECTS = list(
  `invoices|patient records|order lines|log files|profile pictures|XML feeds|session tokens|CSV rows|loan dates|sensor
  values|ticket numbers|user names|search terms|mail templates|backup folders|product reviews|access cards|map tiles|
  route plans|score tables|shell scripts|config files|serial numbers|chat messages|JSON documents|account balances`,
);
const PLACES = list(
  `a MySQL table|a shared folder|the request body|an S3 bucket|standard input|a Redis cache|a remote URL|an SQLite file|
  a zip archive|the query string|a message queue|an LDAP directory|a temporary file|the environment|a YAML file|a form|
  a socket|the clipboard|a cookie|a MongoDB collection`,
);
const WISHES = list(
  `It should work on Python 3.9|Keep it under fifty lines|Return the result as a dictionary|Log every step|Speed
  matters more than style|Use only the standard library|The file name comes from the user|Add type hints|It runs once
  an hour|Show how it is called|Skip rows that are empty|Names may hold spaces|The caller passes the column to sort by|
  It must handle two thousand requests a minute|Do not add comments|Explain the main idea afterwards|Errors go to the
  console|The password is part of the settings|Dates are in ISO format|Make the limit an argument|It is started by
  systemd|Use a template for the page|The command is built from the options|Results are paged by twenty`,
);
const CHANGES = list(
  `Add a parameter for the separator to this code|Finish the function|Port this to asyncio|Make the path configurable|
  Add a second endpoint that deletes an entry|Refactor this so that the query is built in one place|Continue the file`,
);
const NAMES = list(
  `path|name|query|user|item|row|data|body|limit|page|token|key|value|entry|line|part|result|total|buffer|cursor|config|
  target|source|folder|offset`,
);

/** `count` prompts, a share of them near-duplicates of earlier ones with one to all words changed. */
export function benchPrompts(
  count: number,
  { seed, copies }: { readonly seed: number; readonly copies: number },
): BenchPrompt[] {
  const prompts: BenchPrompt[] = [];
  const originals: number[] = [];
  for (let i = 0; i < count; i++) {
    const random = new Random(seed, 'bench prompt', i);
    if (originals.length > 0 && random.chance(copies)) {
      const copyOf = random.pick(originals);
      prompts.push({ text: edited(prompts[copyOf]!.text, random), copyOf });
    } else {
      originals.push(i);
      prompts.push({ text: random.chance(0.6) ? instruction(random) : codeRequest(random) });
    }
  }
  return prompts;
}

/** The text with a few words exchanged: the similarity falls with their number and the shortness of the text. */
export function edited(text: string, random: Random): string {
  const words = text.split(' ');
  const most = Math.max(1, Math.floor(words.length / 8));
  for (let edits = random.int(most + 1); edits > 0; edits--)
    words[random.int(words.length)] = random.pick(NAMES);
  return words.join(' ');
}

function instruction(random: Random): string {
  const step = () => `${random.pick(VERBS)} ${random.pick(OBJECTS)} from ${random.pick(PLACES)}`;
  const first = `${random.pick(OPENINGS)} ${random.pick(ARTEFACTS)} for ${random.pick(SETTINGS)} that ${step()}`;
  const wishes = random.shuffle(WISHES).slice(0, random.int(4));
  return [`${first}${random.chance(0.6) ? ` and ${step()}` : ''}`, ...wishes]
    .map((part) => `${part}.`)
    .join(' ');
}

function codeRequest(random: Random): string {
  const name = () => `${random.pick(NAMES)}_${random.pick(NAMES)}`;
  const lines = Array.from({ length: 8 + random.int(24) }, () => codeLine(random, name));
  const code = [`import ${random.pick(['os', 'json', 'sqlite3', 'subprocess', 'hashlib'])}`, '', ...lines];
  return `${random.pick(CHANGES)}, it ${random.pick(VERBS)} ${random.pick(OBJECTS)}:\n\n\`\`\`python\n${code.join(' \n')}\n\`\`\``;
}

function codeLine(random: Random, name: () => string): string {
  switch (random.int(7)) {
    case 0:
      return `def ${name()}( ${name()}, ${name()} ):`;
    case 1:
      return `    ${name()} = ${name()}.get( '${random.pick(OBJECTS)}' )`;
    case 2:
      return `    if ${name()} is None: return ${name()}`;
    case 3:
      return `    ${name()} = open( ${name()} ).read()`;
    case 4:
      return `    ${name()}.append( ${name()}[ ${random.int(40)} ] )`;
    case 5:
      return `    for ${name()} in ${name()}( ${name()} ):`;
    default:
      return `    return ${name()}( '${random.pick(PLACES)}', ${name()} )`;
  }
}
