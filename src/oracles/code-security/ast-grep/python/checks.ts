/** Checks that are no matter of names and arguments; a rule asks for one by its name. */

import { isSlowPattern } from './regex.ts';
import type { Sighting } from './sightings.ts';

/** Characters that are looked at; hostile code must not make a check slow. */
const MAX_BODY = 10_000;
const MAX_EXPRESSION = 1000;

type Check = (sighting: Sighting, code: string) => boolean;

const REGEX_CALL = /^(?:re|regex)\.(?:compile|match|fullmatch|search|findall|finditer|sub|subn|split)$/;

/** A regular expression that backtracks exponentially or by a high power (CWE-1333). */
const slowRegex: Check = ({ kind, names, args }) => {
  if (kind !== 'call' || !names.some((name) => REGEX_CALL.test(name))) return false;
  const pattern = args[0]?.constant;
  return typeof pattern === 'string' && isSlowPattern(pattern);
};

/** `if os.path.exists(path): open(path)`: another process may act in between (CWE-367). */
const checkThenUse: Check = ({ kind, names, args, scope }, code) => {
  if (
    kind !== 'call' ||
    !names.some((name) =>
      /^(?:open|os\.(?:remove|unlink|rename|chmod|chown|rmdir|open|mkdir|makedirs)|shutil\.(?:rmtree|move|copy\w*))$/.test(
        name,
      ),
    )
  ) {
    return false;
  }
  const used = args[0] && code.slice(args[0].node.start, args[0].node.end);
  return (
    used !== undefined &&
    scope.tests.some((test) => {
      const text = code.slice(test.start, Math.min(test.end, test.start + MAX_EXPRESSION));
      return (
        /\bos\.(?:path\.(?:exists|isfile|isdir|islink)|access)\b/.test(text) && text.includes(`(${used}`)
      );
    })
  );
};

/** An IAM statement that allows everything, or everyone (CWE-732). */
const openPolicy: Check = ({ kind, value, args }) => {
  const entries = kind === 'dict' ? value?.entries : undefined;
  if (entries !== undefined) {
    if (entries.get('Effect')?.constant !== 'Allow') return false;
    const wild = (key: string) => {
      const entry = entries.get(key);
      return [entry, ...(entry?.items ?? []), ...(entry?.entries?.values() ?? [])].some(
        (item) => item?.constant === '*',
      );
    };
    return (wild('Action') && wild('Resource')) || wild('Principal');
  }
  if (kind !== 'call') return false;
  return args.some(({ constant }) => {
    if (
      typeof constant !== 'string' ||
      constant.length > MAX_BODY ||
      !/"Effect"\s*:\s*"Allow"/.test(constant)
    )
      return false;
    return (
      (/"Action"\s*:\s*\[?\s*"\*"/.test(constant) && /"Resource"\s*:\s*\[?\s*"\*"/.test(constant)) ||
      /"Principal"\s*:\s*(?:"\*"|\{\s*"AWS"\s*:\s*"\*")/.test(constant)
    );
  });
};

/** A lock that each call makes anew and that nothing else can hold locks nothing (CWE-667). */
const uselessLock: Check = ({ kind, names, value, scope, statement }, code) => {
  if (kind !== 'assign' || scope.fn === undefined || statement === undefined) return false;
  if (value?.node.kind !== 'call') return false;
  if (
    !/^(?:threading|multiprocessing|asyncio)\.(?:R?Lock|Semaphore|BoundedSemaphore)\(\)$/.test(
      value?.name ?? '',
    )
  )
    return false;
  const name = names[0]!;
  if (name.includes('.') || name.includes('[')) return false;
  const body = code.slice(statement.end, Math.min(scope.fn.end, statement.end + MAX_BODY));
  const uses = [...body.matchAll(new RegExp(`\\b${name}\\b(?!\\.(?:acquire|release|locked)\\b)`, 'g'))];
  const inWith = uses.every(({ index }) => /\bwith\s+$/.test(body.slice(Math.max(0, index - 12), index)));
  const shared = /\b(?:def|lambda|Thread|Process|nonlocal|global|gather|submit)\b/.test(body);
  return inWith && !shared && (uses.length > 0 || /\.acquire\b/.test(body));
};

/** Something to release that an exception on the way leaves open (CWE-772). */
const leakedResource: Check = ({ kind, names, value, scope, statement }, code) => {
  if (kind !== 'assign' || scope.fn === undefined || statement?.kind !== 'assign') return false;
  if (
    !/^(?:socket\.socket|socket\.create_connection|(?:sqlite3|psycopg2|pymysql|MySQLdb|mysql\.connector)\.connect|smtplib\.SMTP\w*|ftplib\.FTP\w*|os\.open|os\.popen|tempfile\.\w+)\(\)$/.test(
      value?.name ?? '',
    )
  )
    return false;
  const name = names[0]!;
  if (name.includes('.') || name.includes('[')) return false;
  const body = code.slice(statement.end, Math.min(scope.fn.end, statement.end + MAX_BODY));
  if (
    new RegExp(
      `\\bwith\\s+(?:\\w+\\.)?(?:closing\\()?${name}\\b|\\b(?:return|yield)\\b[^\\n]*\\b${name}\\b(?!\\s*\\.)`,
    ).test(body)
  )
    return false;
  return !(/\bfinally\s*:/.test(body) && body.includes('close'));
};

/** Options of PyJWT and python-jose that leave the signature unread (CWE-347). */
const unverifiedToken: Check = ({ kind, names, keywords, args }) => {
  if (
    kind !== 'call' ||
    !names.some((name) => /(?:^|\.)(?:jwt|jws|JWT\(\)|PyJWT\(\))\.decode(?:_complete)?$/.test(name))
  )
    return false;
  const options = keywords.get('options') ?? args[3];
  const verify = options?.entries?.get('verify_signature')?.constant;
  return verify === false || verify === 0;
};

/** `os.access` before open. */
const accessThenOpen: Check = (sighting, code) =>
  checkThenUse(sighting, code) &&
  sighting.scope.tests.some((test) =>
    /\baccess\(/.test(code.slice(test.start, Math.min(test.end, test.start + MAX_EXPRESSION))),
  );

/** A server that binds to the empty host (CWE-1327). */
const bindAll: Check = ({ kind, names, args }) => {
  if (
    kind !== 'call' ||
    !names.some((name) => /(?:\.bind|(?:HTTP|TCP|UDP|WSGI|XMLRPC)Server|create_server)$/.test(name))
  )
    return false;
  const [host, port] = args[0]?.items ?? [];
  return (
    port !== undefined && typeof host?.constant === 'string' && /^(?:|0\.0\.0\.0|::)$/.test(host.constant)
  );
};

/** The decorator of Django and Flask-WTF. */
const csrfExempt: Check = ({ kind, statement }, code) =>
  kind === 'function' &&
  statement?.kind === 'function' &&
  statement.decorators.some(({ start, end }) =>
    /^(?:\w+\.)*(?:csrf_exempt|csrf\.exempt)$/.test(code.slice(start, end)),
  );

/** `request.headers['X-Forwarded-For']`, read as an item and bound to a name (CWE-348). */
const forwardedAddress: Check = ({ kind, value }, code) =>
  kind === 'assign' &&
  value !== undefined &&
  /\b(?:headers|META|environ)\[\s*['"](?:HTTP_)?X[-_](?:FORWARDED[-_]FOR|REAL[-_]IP)['"]/i.test(
    code.slice(value.node.start, Math.min(value.node.end, value.node.start + MAX_EXPRESSION)),
  );

type Kind = Sighting['kind'];

/** With what each is about: it is asked of nothing else. */
const CHECK_TABLE = {
  'access-then-open': [accessThenOpen, 'call'],
  'bind-all': [bindAll, 'call'],
  'csrf-exempt': [csrfExempt, 'function'],
  'forwarded-address': [forwardedAddress, 'assign'],
  'unverified-token': [unverifiedToken, 'call'],
  'slow-regex': [slowRegex, 'call'],
  'check-then-use': [checkThenUse, 'call'],
  'open-policy': [openPolicy, 'call', 'dict'],
  'useless-lock': [uselessLock, 'assign'],
  'leaked-resource': [leakedResource, 'assign'],
} as const satisfies Record<string, readonly [Check, Kind, ...Kind[]]>;

export type CheckName = keyof typeof CHECK_TABLE;
export const CHECKS = Object.keys(CHECK_TABLE) as [CheckName, ...CheckName[]];

export function kindsOfCheck(name: CheckName): readonly Kind[] {
  const [, ...kinds] = CHECK_TABLE[name];
  return kinds;
}

export function runCheck(name: CheckName, sighting: Sighting, code: string): boolean {
  return CHECK_TABLE[name][0](sighting, code);
}
