/** What the evaluation knows of Python's and libraries' functions by their names. */
import { remembered } from './names.ts';

/** Functions that give what they are given, in another form. */
const CARRIERS =
  /^(?:str|bytes|bytearray|bytes\.fromhex|bytearray\.fromhex|memoryview|repr|ascii|format|list|tuple|dict|set|frozenset|sorted|reversed|filter|next|iter|zip|enumerate|min|max|map|getattr|unicode|vars|input|os\.path\.(?:join|normpath|abspath|realpath|expanduser|expandvars|basename|dirname|splitext|split|relpath|commonpath|commonprefix)|os\.(?:fspath|fsencode|fsdecode)|os\.(?:getenv|environ\.get)|(?:pathlib\.)?(?:Pure)?(?:Posix|Windows)?Path|urllib\.parse\.\w+|urlparse\.\w+|urlparse|urljoin|unquote|json\.(?:loads|dumps|load)|base64\.\w+|binascii\.\w+|codecs\.(?:encode|decode)|copy\.\w+|io\.(?:StringIO|BytesIO)|StringIO(?:\.StringIO)?|BytesIO|html\.\w+|(?:\w+\.)*escape|markupsafe\.\w+|(?:flask\.)?Markup|(?:django\.utils\.\w+\.)?\w*escape|(?:bleach|nh3)\.\w+|shlex\.\w+|pipes\.quote|re\.(?:sub|escape|findall|split)|(?:werkzeug\.(?:utils|security)\.)?(?:secure_filename|safe_join)|(?:ldap\.filter\.|ldap3\.utils\.conv\.)?escape_\w+|textwrap\.\w+|string\.Template|bson\.\w+|(?:sqlalchemy\.)?text|(?:\w+\.)*SQL|(?:django\.\w+\.)*RawSQL|(?:jinja2\.)?Template|lxml\.\w+\.(?:escape|tostring)|zlib\.decompress|gzip\.decompress|bz2\.decompress|lzma\.decompress|asyncio\.\w+|functools\.reduce|reduce|itertools\.\w+|operator\.(?:add|concat|mod|iadd|itemgetter\(\))|run_in_threadpool|typing\.cast|cast)$/;
/** Methods whose results say little about what they were called on. */
export const ENDS =
  /^(?:startswith|endswith|isdigit|isalnum|isalpha|isdecimal|isnumeric|isidentifier|count|index|find|rfind|exists|is_file|is_dir|is_relative_to|__len__|hexdigest|digest|save|close|write|commit|filter|filter_by|execute|query|validate|validate_on_submit|has_key|keys|match|fullmatch|search|verify|check_password)$/;
/** Harmless as text, not as a size or divisor. */
const NUMERIC = /^(?:int|float|abs|round|decimal\.Decimal|Decimal)$/;
const NUMBERS =
  /^(?:bool|len|ord|hash|id|isinstance|issubclass|hasattr|callable|sum|any|all|type|uuid\.UUID|UUID|ipaddress\.\w+|datetime\.\S+|hashlib\.\S+|hmac\.\S+|bcrypt\.\S+)$/;
/** Methods that put their arguments into what they are called on. */
export const COLLECTING = new Set([
  'append',
  'appendleft',
  'add',
  'extend',
  'insert',
  'update',
  'write',
  'setdefault',
]);
export const CONTAINER =
  /^(?:list|set|dict|bytearray|(?:collections\.)?(?:deque|defaultdict|OrderedDict)|(?:io\.)?(?:StringIO|BytesIO))\(\)$/;
/** Names of functions that do something dangerous when others call them. */
const DANGEROUS =
  /^(?:eval|exec|open|(?:os|subprocess|pickle|marshal|shutil|yaml|dill|requests|httpx|urllib)\.[\w.]+|.*\.(?:execute|executescript|raw))$/;
export const isDangerous = remembered((name) => DANGEROUS.test(name));

/** What a function makes of what it is given: a number, nothing to fear, or the same in another form. */
export const resultOf = remembered((name): 'number' | 'harmless' | 'carried' | undefined => {
  if (NUMERIC.test(name)) return 'number';
  if (NUMBERS.test(name)) return 'harmless';
  return CARRIERS.test(name) ? 'carried' : undefined;
});

export const CLEANING = /safe|secure|sanit|clean|escape|valid|quote|allow|check|resolve/i;

const MODULE_ALIASES: ReadonlyArray<readonly [RegExp, string]> = [
  [/^(?:builtins|__builtins__|__builtin__)\./, ''],
  [/^Cryptodome\./, 'Crypto.'],
  [/^(?:six\.moves\.)/, ''],
  [/^(?:posix|nt)\.(?=system|popen|exec)/, 'os.'],
];
/** Quick test before the patterns. */
const ALIASED = /^(?:builtins|__builtin|Cryptodome|six|posix|nt)/;

/** A module's usual name: `builtins.eval` is `eval`, Cryptodome is Crypto. */
export function canonical(name: string): string {
  if (!ALIASED.test(name)) return name;
  for (const [pattern, replacement] of MODULE_ALIASES) {
    if (pattern.test(name)) return name.replace(pattern, replacement);
  }
  return name;
}
