/**
 * Security families about cryptography, randomness and transport. Each is one object literal; `written` adds the
 * `def` line, so that a draft is only what differs: module-level lines and the function's body.
 */
import type { Code, Fill, SecurityFamily } from '../family.ts';

/** Module-level lines (imports) and the body of the function, not indented. */
export type Draft = readonly [head: string, body: Fill];
export type Drafts = readonly [Draft, Draft, Draft, ...Draft[]];
export type DraftedFamily = Omit<SecurityFamily, 'secure' | 'insecure'> & {
  readonly secure: Drafts;
  readonly insecure: Drafts;
};

/** Turns the drafts of a family into whole snippets: head, blank line, `def verb_noun(params):`, body. */
export function written(family: DraftedFamily): SecurityFamily {
  const code =
    ([head, body]: Draft): Code =>
    (s) => {
      const def = `def ${s.verb}_${s.noun}(${family.params(s).join(', ')}):`;
      const lines = [
        def,
        ...body(s)
          .split('\n')
          .map((line) => `    ${line}`),
      ];
      return [...(head === '' ? [] : [head, '']), ...lines].join('\n');
    };
  const all = ([a, b, c, ...more]: Drafts): readonly [Code, Code, Code, ...Code[]] => [
    code(a),
    code(b),
    code(c),
    ...more.map(code),
  ];
  return { ...family, secure: all(family.secure), insecure: all(family.insecure) };
}

export const CRYPTO_FAMILIES: readonly SecurityFamily[] = [
  written({
    id: 'md5-digest',
    cwe: 328,
    ruff: ['S324'],
    verbs: ['digest', 'hash', 'fingerprint'],
    args: ['data', 'content', 'body'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `compute the hex digest of the ${s.noun} ${s.arg}`,
      (s) => `return a digest for the given ${s.noun} ${s.arg}`,
      (s) => `turn the ${s.noun} ${s.arg} into a hex digest`,
      (s) => `get the digest of ${s.arg} from a ${s.noun}`,
    ],
    rule: { avoid: 'weak hash functions', use: 'hashlib.sha256' },
    insecureApi: 'hashlib.md5',
    weakness: { name: 'weak hash', risk: 'two inputs can share one digest' },
    secure: [
      ['import hashlib', (s) => `return hashlib.sha256(${s.arg}).hexdigest()`],
      [
        'import hashlib',
        (s) => `hasher = hashlib.sha256()\nhasher.update(${s.arg})\nreturn hasher.hexdigest()`,
      ],
      ['import hashlib', (s) => `return hashlib.new("sha256", ${s.arg}).hexdigest()`],
      ['from hashlib import sha256', (s) => `return sha256(${s.arg}).digest().hex()`],
    ],
    insecure: [
      ['import hashlib', (s) => `return hashlib.md5(${s.arg}).hexdigest()`],
      ['import hashlib', (s) => `hasher = hashlib.md5()\nhasher.update(${s.arg})\nreturn hasher.hexdigest()`],
      ['import hashlib', (s) => `return hashlib.new("md5", ${s.arg}).hexdigest()`],
      ['from hashlib import md5', (s) => `return md5(${s.arg}).digest().hex()`],
    ],
  }),
  written({
    id: 'sha1-signature',
    cwe: 327,
    ruff: ['S324'],
    verbs: ['sign', 'stamp', 'mark'],
    args: ['message', 'text', 'payload'],
    params: (s) => [s.arg, 'key'],
    phrases: [
      (s) => `compute a signature of the ${s.noun} ${s.arg} with a key`,
      (s) => `return the hex signature for the ${s.noun} ${s.arg} and key`,
      (s) => `make a keyed signature of the ${s.noun} ${s.arg}`,
      (s) => `produce the signature over ${s.arg} of a ${s.noun} from a key`,
    ],
    rule: { avoid: 'sha1 signatures', use: 'hmac with sha256' },
    insecureApi: 'hashlib.sha1',
    weakness: { name: 'broken signature hash', risk: 'a signature can be forged' },
    secure: [
      ['import hashlib\nimport hmac', (s) => `return hmac.new(key, ${s.arg}, hashlib.sha256).hexdigest()`],
      [
        'import hashlib\nimport hmac',
        (s) => `mac = hmac.new(key, digestmod=hashlib.sha256)\nmac.update(${s.arg})\nreturn mac.hexdigest()`,
      ],
      [
        'import hashlib\nimport hmac',
        (s) =>
          `digest = hashlib.sha256(${s.arg}).digest()\nreturn hmac.new(key, digest, "sha256").hexdigest()`,
      ],
      ['import hmac', (s) => `return hmac.digest(key, ${s.arg}, "sha256").hex()`],
    ],
    insecure: [
      ['import hashlib', (s) => `return hashlib.sha1(key + ${s.arg}).hexdigest()`],
      ['import hashlib', (s) => `mac = hashlib.sha1(key)\nmac.update(${s.arg})\nreturn mac.hexdigest()`],
      [
        'import hashlib\nimport hmac',
        (s) => `digest = hashlib.sha1(${s.arg}).digest()\nreturn hmac.new(key, digest, "sha1").hexdigest()`,
      ],
      ['import hashlib', (s) => `return hashlib.new("sha1", key + ${s.arg}).hexdigest()`],
    ],
  }),
  written({
    id: 'random-token',
    cwe: 338,
    ruff: ['S311'],
    verbs: ['issue', 'create', 'make'],
    args: ['length', 'size', 'count'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `create a session token for the ${s.noun} from ${s.arg} bytes`,
      (s) => `issue a new ${s.noun} token of the given ${s.arg}`,
      (s) => `return a fresh token of ${s.arg} bytes for a ${s.noun}`,
      (s) => `make the ${s.noun} login token with the given ${s.arg}`,
    ],
    rule: { avoid: 'random for tokens', use: 'secrets tokens' },
    insecureApi: 'random.choices',
    weakness: { name: 'predictable token', risk: 'a token can be guessed' },
    secure: [
      ['import secrets', (s) => `return secrets.token_hex(${s.arg})`],
      ['import secrets', (s) => `return secrets.token_urlsafe(${s.arg})`],
      ['import secrets', (s) => `raw = secrets.token_bytes(${s.arg})\nreturn raw.hex()`],
      ['import os', (s) => `return os.urandom(${s.arg}).hex()`],
    ],
    insecure: [
      ['import random', (s) => `return random.randbytes(${s.arg}).hex()`],
      ['import random', (s) => `return "".join(random.choices("0123456789abcdef", k=${s.arg} * 2))`],
      [
        'import random',
        (s) => `raw = bytes(random.randint(0, 255) for _ in range(${s.arg}))\nreturn raw.hex()`,
      ],
      ['import random', (s) => `return "%x" % random.randrange(256 ** ${s.arg})`],
    ],
  }),
  written({
    id: 'random-password',
    cwe: 330,
    ruff: ['S311'],
    verbs: ['generate', 'pick', 'draw'],
    args: ['length', 'size', 'width'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `generate a password for the ${s.noun} with ${s.arg} characters`,
      (s) => `return a new ${s.noun} password of ${s.arg} characters`,
      (s) => `pick a password of ${s.arg} characters for a ${s.noun}`,
      (s) => `build the first password of a ${s.noun} from ${s.arg} characters`,
    ],
    rule: { avoid: 'random for passwords', use: 'secrets.choice' },
    insecureApi: 'random.choice',
    weakness: { name: 'insufficient randomness', risk: 'a password can be predicted' },
    secure: [
      [
        'import secrets\nimport string',
        (s) => `return "".join(secrets.choice(string.ascii_letters) for _ in range(${s.arg}))`,
      ],
      [
        'import secrets\nimport string',
        (s) =>
          `password = ""\nwhile len(password) < ${s.arg}:\n    password += secrets.choice(string.ascii_letters)\nreturn password`,
      ],
      [
        'import random\nimport string',
        (s) => `rng = random.SystemRandom()\nreturn "".join(rng.choices(string.ascii_letters, k=${s.arg}))`,
      ],
    ],
    insecure: [
      [
        'import random\nimport string',
        (s) => `return "".join(random.choice(string.ascii_letters) for _ in range(${s.arg}))`,
      ],
      [
        'import random\nimport string',
        (s) =>
          `password = ""\nwhile len(password) < ${s.arg}:\n    password += random.choice(string.ascii_letters)\nreturn password`,
      ],
      [
        'import random\nimport string',
        (s) => `return "".join(random.choices(string.ascii_letters, k=${s.arg}))`,
      ],
    ],
  }),
  written({
    id: 'requests-verify',
    cwe: 295,
    ruff: ['S501'],
    verbs: ['download', 'fetch', 'pull'],
    args: ['url', 'link', 'address'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `download the ${s.noun} over https from ${s.arg}`,
      (s) => `fetch a ${s.noun} by https from the given ${s.arg}`,
      (s) => `download the https page of the ${s.noun} at ${s.arg}`,
      (s) => `return the ${s.noun} that an https server has at ${s.arg}`,
    ],
    rule: { avoid: 'disabled certificate checks', use: 'verify=True' },
    insecureApi: 'verify=False',
    weakness: { name: 'missing certificate check', risk: 'a false server can answer' },
    secure: [
      ['import requests', (s) => `return requests.get(${s.arg}, verify=True, timeout=10).text`],
      [
        'import requests',
        (s) =>
          `response = requests.get(${s.arg}, timeout=10)\nresponse.raise_for_status()\nreturn response.content`,
      ],
      [
        'import requests',
        (s) =>
          `with requests.Session() as session:\n    return session.get(${s.arg}, verify=True, timeout=10).text`,
      ],
      ['import httpx', (s) => `return httpx.get(${s.arg}, verify=True, timeout=10).text`],
    ],
    insecure: [
      ['import requests', (s) => `return requests.get(${s.arg}, verify=False, timeout=10).text`],
      [
        'import requests',
        (s) =>
          `response = requests.get(${s.arg}, timeout=10, verify=False)\nresponse.raise_for_status()\nreturn response.content`,
      ],
      ['import requests', (s) => `return requests.request("GET", ${s.arg}, verify=False, timeout=10).text`],
      ['import httpx', (s) => `return httpx.get(${s.arg}, verify=False, timeout=10).text`],
    ],
  }),
  written({
    id: 'requests-timeout',
    cwe: 400,
    ruff: ['S113'],
    verbs: ['post', 'submit', 'push'],
    args: ['record', 'fields', 'values'],
    params: (s) => ['url', s.arg],
    phrases: [
      (s) => `post the ${s.noun} ${s.arg} to a web service`,
      (s) => `submit the ${s.arg} of a ${s.noun} to the service url`,
      (s) => `push ${s.noun} ${s.arg} to the web service at url`,
      (s) => `hand the ${s.noun} ${s.arg} over to a remote service`,
    ],
    rule: { avoid: 'requests without timeout', use: 'timeout=10' },
    insecureApi: 'requests.post without a timeout',
    weakness: { name: 'missing timeout', risk: 'a slow server can hang the program' },
    secure: [
      ['import requests', (s) => `return requests.post(url, json=${s.arg}, timeout=10).json()`],
      [
        'import requests',
        (s) =>
          `response = requests.put(url, data=${s.arg}, timeout=10)\nresponse.raise_for_status()\nreturn response.text`,
      ],
      [
        'import requests',
        (s) => `return requests.request("POST", url, json=${s.arg}, timeout=10).status_code`,
      ],
      ['import httpx', (s) => `return httpx.post(url, json=${s.arg}, timeout=10).json()`],
    ],
    insecure: [
      ['import requests', (s) => `return requests.post(url, json=${s.arg}).json()`],
      [
        'import requests',
        (s) =>
          `response = requests.put(url, data=${s.arg})\nresponse.raise_for_status()\nreturn response.text`,
      ],
      ['import requests', (s) => `return requests.request("POST", url, json=${s.arg}).status_code`],
      ['import httpx', (s) => `return httpx.post(url, json=${s.arg}, timeout=None).json()`],
    ],
  }),
  written({
    id: 'ssl-unverified',
    cwe: 295,
    ruff: ['S323'],
    verbs: ['connect', 'dial', 'join'],
    args: ['host', 'server', 'target'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `open an encrypted connection to the ${s.noun} ${s.arg}`,
      (s) => `return an encrypted connection with ${s.arg} for a ${s.noun}`,
      (s) => `make the encrypted connection to ${s.arg} that a ${s.noun} needs`,
      (s) => `connect to the ${s.noun} ${s.arg} with an encrypted socket`,
    ],
    rule: { avoid: 'unverified ssl contexts', use: 'ssl.create_default_context' },
    insecureApi: 'ssl._create_unverified_context',
    weakness: { name: 'unverified connection', risk: 'an attacker in the middle can read it' },
    secure: [
      [
        'import socket\nimport ssl',
        (s) =>
          `context = ssl.create_default_context()\nsock = socket.create_connection((${s.arg}, 443))\nreturn context.wrap_socket(sock, server_hostname=${s.arg})`,
      ],
      [
        'import http.client\nimport ssl',
        (s) => `return http.client.HTTPSConnection(${s.arg}, context=ssl.create_default_context())`,
      ],
      [
        'import smtplib\nimport ssl',
        (s) => `context = ssl.create_default_context()\nreturn smtplib.SMTP_SSL(${s.arg}, context=context)`,
      ],
    ],
    insecure: [
      [
        'import socket\nimport ssl',
        (s) =>
          `context = ssl._create_unverified_context()\nsock = socket.create_connection((${s.arg}, 443))\nreturn context.wrap_socket(sock, server_hostname=${s.arg})`,
      ],
      [
        'import http.client\nimport ssl',
        (s) => `return http.client.HTTPSConnection(${s.arg}, context=ssl._create_unverified_context())`,
      ],
      [
        'import smtplib\nimport ssl',
        (s) =>
          `context = ssl._create_unverified_context()\nreturn smtplib.SMTP_SSL(${s.arg}, context=context)`,
      ],
    ],
  }),
  written({
    id: 'ssl-old-version',
    cwe: 757,
    ruff: ['S502', 'S504'],
    verbs: ['wrap', 'upgrade', 'accept'],
    args: ['sock', 'conn', 'channel'],
    params: (s) => [s.arg, 'cert'],
    phrases: [
      (s) => `wrap the ${s.noun} ${s.arg} with tls on the server side`,
      (s) => `upgrade the ${s.arg} of a ${s.noun} server to tls with cert`,
      (s) => `start tls on the ${s.noun} ${s.arg} with a cert`,
      (s) => `return the server ${s.arg} of a ${s.noun} wrapped in tls`,
    ],
    rule: { avoid: 'old tls versions', use: 'ssl.PROTOCOL_TLS_SERVER' },
    insecureApi: 'ssl.PROTOCOL_SSLv3',
    weakness: { name: 'old protocol version', risk: 'old protocols can be broken' },
    secure: [
      [
        'import ssl',
        (s) =>
          `context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\ncontext.load_cert_chain(cert)\nreturn context.wrap_socket(${s.arg}, server_side=True)`,
      ],
      [
        'import ssl',
        (s) =>
          `context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)\ncontext.load_cert_chain(cert)\nreturn context.wrap_socket(${s.arg}, server_side=True)`,
      ],
      [
        'from OpenSSL import SSL',
        (s) =>
          `context = SSL.Context(method=SSL.TLS_SERVER_METHOD)\ncontext.set_min_proto_version(SSL.TLS1_2_VERSION)\ncontext.use_certificate_file(cert)\ncontext.use_privatekey_file(cert)\nreturn SSL.Connection(context, ${s.arg})`,
      ],
    ],
    insecure: [
      [
        'import ssl',
        (s) =>
          `return ssl.wrap_socket(${s.arg}, certfile=cert, server_side=True, ssl_version=ssl.PROTOCOL_SSLv3)`,
      ],
      ['import ssl', (s) => `return ssl.wrap_socket(${s.arg}, certfile=cert, server_side=True)`],
      [
        'from OpenSSL import SSL',
        (s) =>
          `context = SSL.Context(method=SSL.TLSv1_METHOD)\ncontext.use_certificate_file(cert)\ncontext.use_privatekey_file(cert)\nreturn SSL.Connection(context, ${s.arg})`,
      ],
    ],
  }),
];
