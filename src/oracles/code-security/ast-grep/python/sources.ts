/** Which names stand for untrusted or sensitive data. Sources: the documentation of the frameworks named. */
import { remembered } from './names.ts';
import type { FunctionNode, Parameter } from './nodes.ts';
import type { Label } from './values.ts';

/** By the last part of the dotted name, so that few patterns are tried. */
const REQUEST_PARTS = new Set(
  // Flask, Quart, Bottle; Django; FastAPI and Starlette; aiohttp and Tornado; DRF; WebOb.
  'args form values files cookies headers data json stream query_string url base_url path full_path referrer host remote_addr user_agent authorization get_json() get_data() GET POST FILES META COOKIES body body() get_full_path() build_absolute_uri() json() form() query_params path_params query match_info post() read() text() rel_url arguments get_argument() query_arguments body_arguments uri forms params QUERY_STRING QueryString Form'.split(
    ' ',
  ),
);
const REQUEST = /(?:^|\.)(?:request|req|requests?_context\.request)\.([\w()]+)$/;

const BY_NAME: ReadonlyArray<readonly [RegExp, Label]> = [
  [/(?:^|\.)get_(?:query_|body_)?arguments?\(\)$/, 'web'],
  [/(?:^|\.)(?:recv|recvfrom|recv_into|recvfrom_into)\(\)$/, 'web'],
  // PEP 3333: what the client sent, in WSGI's dictionary. A token's header is what its sender wrote.
  [/^environ(?:\[\]|\.get\(\))$/, 'web'],
  [/(?:^|\.)get_unverified_(?:header|headers|claims)\(\)$/, 'web'],
  [
    /(?:^|\.)(?:ZipFile|TarFile|tarfile\.open|RarFile|SevenZipFile)\(\)\.(?:namelist|getnames|infolist|getmembers|next|filelist)(?:\(\))?$/,
    'archive',
  ],
  [/(?:^|\.)(?:TarFile|tarfile\.open)\(\)\[\]$/, 'archive'],
  [/(?:^|\.)self\.rfile(?:\.\w+\(\))?$/, 'web'],
  [/(?:^|\.)FieldStorage\(\)(?:\.\w+\(\))?$/, 'web'],
  [/^(?:input|raw_input)\(\)$/, 'input'],
  [/^sys\.(?:argv|stdin)$/, 'input'],
  [/(?:^|\.)parse_(?:known_)?args\(\)$/, 'input'],
  [/^os\.(?:environ|environb|getenv\(\))$/, 'environment'],
  [/^(?:open|io\.open|codecs\.open)\(\)\.(?:read|readline|readlines)\(\)$/, 'content'],
  [/(?:^|\.)(?:read_text|read_bytes)\(\)$/, 'content'],
  [/^(?:requests|httpx)\.\w+\(\)\.(?:text|content|json\(\))$/, 'content'],
  [/^urllib(?:2|\.request)\.urlopen\(\)(?:\.read\(\))?$/, 'content'],
  [/^traceback\.format_(?:exc|exception)\(\)$/, 'exception'],
  [/^sys\.exc_info\(\)$/, 'exception'],
  [
    /^(?:numpy\.|np\.)?random\.(?:random|randint|randrange|choice|choices|sample|uniform|getrandbits|rand|randbytes|shuffle|(?:Random|default_rng|RandomState)\(\)\.\w+)\(\)$/,
    'random',
  ],
];
/** Quick test before the patterns. */
const LAST =
  /(?:argument|arguments|recv|recvfrom|recv_into|recvfrom_into|rfile|FieldStorage|input|argv|stdin|args|environ|environb|getenv|read|readline|readlines|read_text|read_bytes|text|content|json|urlopen|format_exc|format_exception|exc_info|random|randint|randrange|choice|choices|sample|uniform|getrandbits|rand|randbytes|getvalue|getfirst|getlist|integers|environ\[\]|get|get_unverified_\w+|namelist|getnames|infolist|getmembers|next|filelist|\(\)\[\])(?:\(\))?$/;

export const sourceLabel = remembered((name): Label | undefined => {
  const request = REQUEST.exec(name);
  if (request !== null && REQUEST_PARTS.has(request[1]!)) return 'web';
  if (!LAST.test(name)) return undefined;
  return BY_NAME.find(([pattern]) => pattern.test(name))?.[1];
});

/** Handlers of http.server and WSGI keep the request in attributes of self or in `environ`. */
export const HANDLER_ATTRIBUTES = new Set(['self.path', 'self.headers', 'self.rfile', 'self.requestline']);

const SECRET =
  /^(?:\w*_)?(?:password|passwd|pwd|passphrase|passcode|secret|secret_key|private_key|api_?key|auth_?token|access_token|credit_?card|credit_card_number|card_number|cvv|ssn|social_security_number)$/i;

/** Names that hold what must not be shown: not hashes, fields, lengths or files of it. */
export const isSecretName = remembered(
  (name) => name.length < 60 && SECRET.test(name) && !/hash|crypt|digest|masked|redacted/i.test(name),
);

const ROUTE =
  /(?:^|\.)(?:route|get|post|put|patch|delete|head|options|websocket|api_route|view_config|api_view|errorhandler)\(\)$|(?:^|\.)(?:expose|csrf_exempt|require_(?:http_methods|GET|POST)|login_required|api_view)(?:\(\))?$/;
const COMMAND = /(?:^|\.)(?:command|option|argument)\(\)$/;

/** Whether a decorator makes a function answer requests, or the command line. */
export function entryPoint(decorator: string): 'web' | 'input' | undefined {
  if (ROUTE.test(decorator)) return 'web';
  return COMMAND.test(decorator) ? 'input' : undefined;
}

const REQUEST_CLASS = /(?:View|Resource|RequestHandler|HTTPEndpoint|ViewSet|Handler)$/;
const REQUEST_METHODS = new Set([
  'get',
  'post',
  'put',
  'patch',
  'delete',
  'do_GET',
  'do_POST',
  'dispatch',
  'form_valid',
]);

export function isRequestMethod(method: string, bases: readonly string[]): boolean {
  return REQUEST_METHODS.has(method) && bases.some((base) => REQUEST_CLASS.test(base));
}

/** Parameters that frameworks fill with objects of their own. */
const INJECTED = new Set(
  'self cls request req response db session ctx context app client current_user background_tasks environ start_response'.split(
    ' ',
  ),
);
const HARMLESS_TYPE =
  /^(?:int|float|bool|complex|UUID|uuid\.UUID|datetime\S*|date|Decimal|decimal\.Decimal)$/;

const FRAMEWORK_TYPE = /Request$|Response$|Scope$|^Any$|^dict$/;

/** The label of a parameter's value. */
export function parameterLabel(
  parameter: Parameter,
  annotation: string,
  fn: FunctionNode,
  entry: 'web' | 'input' | undefined,
): Label | undefined {
  const { name } = parameter;
  if (HARMLESS_TYPE.test(annotation)) return undefined;
  // `request: Order` in a route is what the client sent, read into a class of the code's own.
  const isBody = entry === 'web' && annotation !== '' && !FRAMEWORK_TYPE.test(annotation);
  if (INJECTED.has(name) && !(isBody && /^(?:req|request)$/.test(name))) return undefined;
  if (name === 'event' && fn.parameters[1]?.name === 'context') return 'web';
  if (entry !== undefined) return entry;
  const [first, second] = fn.parameters;
  if (parameter.star !== '') return 'parameter';
  const takesRequest = first?.name === 'request' || (first?.name === 'self' && second?.name === 'request');
  return takesRequest ? 'web' : 'parameter';
}
