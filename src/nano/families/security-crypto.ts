/**
 * Security families about cryptography, randomness and transport. Snippets are drafts that `written` completes,
 * so that one line of this file holds only what makes an implementation secure or not.
 */
import type { Code, SecurityFamily } from '../family.ts';

/**
 * Completes a family whose implementations are drafts, `imports, blank line, body`, the body not indented and
 * without blank lines: puts `def verb_noun(params):` above the body. A draft without imports is a body alone.
 */
export function written(family: SecurityFamily): SecurityFamily {
  const code =
    (draft: Code): Code =>
    (s) => {
      const text = draft(s);
      const cut = text.lastIndexOf('\n\n');
      const head = cut < 0 ? '' : text.slice(0, cut + 2);
      const body = text.slice(head.length).replaceAll('\n', '\n    ');
      return `${head}def ${s.verb}_${s.noun}(${family.params(s).join(', ')}):\n    ${body}`;
    };
  const all = ([a, b, c, ...more]: SecurityFamily['secure']): SecurityFamily['secure'] => [
    code(a),
    code(b),
    code(c),
    ...more.map(code),
  ];
  return { ...family, secure: all(family.secure), insecure: all(family.insecure) };
}

const SSH = 'client = paramiko.SSHClient()';
const KNOWN = `${SSH}\nclient.load_system_host_keys()`;
const CIPHERS = 'from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes';
const AESGCM = 'import os\nfrom cryptography.hazmat.primitives.ciphers.aead import AESGCM';
const RSA = 'from cryptography.hazmat.primitives.asymmetric import rsa';

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
      (s) => `get the digest of ${s.arg} from the ${s.noun}`,
    ],
    rule: { avoid: 'weak hash functions', use: 'hashlib.sha256' },
    insecureApi: 'hashlib.md5',
    weakness: { name: 'weak hash', risk: 'two inputs can share one digest' },
    secure: [
      (s) => `import hashlib\n\nreturn hashlib.sha256(${s.arg}).hexdigest()`,
      (s) =>
        `import hashlib\n\nhasher = hashlib.sha256()\nhasher.update(${s.arg})\nreturn hasher.hexdigest()`,
      (s) => `import hashlib\n\nreturn hashlib.new("sha256", ${s.arg}).hexdigest()`,
      (s) => `from hashlib import sha256\n\nreturn sha256(${s.arg}).digest().hex()`,
    ],
    insecure: [
      (s) => `import hashlib\n\nreturn hashlib.md5(${s.arg}).hexdigest()`,
      (s) => `import hashlib\n\nhasher = hashlib.md5()\nhasher.update(${s.arg})\nreturn hasher.hexdigest()`,
      (s) => `import hashlib\n\nreturn hashlib.new("md5", ${s.arg}).hexdigest()`,
      (s) => `from hashlib import md5\n\nreturn md5(${s.arg}).digest().hex()`,
    ],
  }),
  written({
    id: 'sha1-signature',
    cwe: 327,
    ruff: ['S324'],
    verbs: ['sign', 'stamp', 'mark'],
    args: ['statement', 'text', 'payload'],
    params: (s) => [s.arg, 'key'],
    phrases: [
      (s) => `compute a signature of the ${s.noun} ${s.arg} with a key`,
      (s) => `return the hex signature for the ${s.noun} ${s.arg} and key`,
      (s) => `make a keyed signature of the ${s.noun} ${s.arg}`,
      (s) => `produce the signature over ${s.arg} of the ${s.noun} from a key`,
    ],
    rule: { avoid: 'sha1 signatures', use: 'hmac with sha256' },
    insecureApi: 'hashlib.sha1',
    weakness: { name: 'broken signature hash', risk: 'a signature can be forged' },
    secure: [
      (s) => `import hashlib\nimport hmac\n\nreturn hmac.new(key, ${s.arg}, hashlib.sha256).hexdigest()`,
      (s) =>
        `import hashlib\nimport hmac\n\nmac = hmac.new(key, digestmod=hashlib.sha256)\nmac.update(${s.arg})\nreturn mac.hexdigest()`,
      (s) =>
        `import hashlib\nimport hmac\n\ndigest = hashlib.sha256(${s.arg}).digest()\nreturn hmac.new(key, digest, "sha256").hexdigest()`,
      (s) => `import hmac\n\nreturn hmac.digest(key, ${s.arg}, "sha256").hex()`,
    ],
    insecure: [
      (s) => `import hashlib\n\nreturn hashlib.sha1(key + ${s.arg}).hexdigest()`,
      (s) => `import hashlib\n\nmac = hashlib.sha1(key)\nmac.update(${s.arg})\nreturn mac.hexdigest()`,
      (s) =>
        `import hashlib\nimport hmac\n\ndigest = hashlib.sha1(${s.arg}).digest()\nreturn hmac.new(key, digest, "sha1").hexdigest()`,
      (s) => `import hashlib\n\nreturn hashlib.new("sha1", key + ${s.arg}).hexdigest()`,
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
      (s) => `return a fresh token of ${s.arg} bytes for the ${s.noun}`,
      (s) => `make the ${s.noun} access token with the given ${s.arg}`,
    ],
    rule: { avoid: 'random for tokens', use: 'secrets tokens' },
    insecureApi: 'random.choices',
    weakness: { name: 'predictable token', risk: 'a token can be guessed' },
    secure: [
      (s) => `import secrets\n\nreturn secrets.token_hex(${s.arg})`,
      (s) => `import secrets\n\nreturn secrets.token_urlsafe(${s.arg})`,
      (s) => `import secrets\n\nraw = secrets.token_bytes(${s.arg})\nreturn raw.hex()`,
      (s) => `import os\n\nreturn os.urandom(${s.arg}).hex()`,
    ],
    insecure: [
      (s) => `import random\n\nreturn random.randbytes(${s.arg}).hex()`,
      (s) => `import random\n\nreturn "".join(random.choices("0123456789abcdef", k=${s.arg} * 2))`,
      (s) =>
        `import random\n\nraw = bytes(random.randint(0, 255) for _ in range(${s.arg}))\nreturn raw.hex()`,
      (s) => `import random\n\nreturn "%x" % random.randrange(256 ** ${s.arg})`,
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
      (s) => `pick a password of ${s.arg} characters for the ${s.noun}`,
      (s) => `build the first password of the ${s.noun} from ${s.arg} characters`,
    ],
    rule: { avoid: 'random for passwords', use: 'secrets.choice' },
    insecureApi: 'random.choice',
    weakness: { name: 'insufficient randomness', risk: 'a password can be predicted' },
    secure: [
      (s) =>
        `import secrets\nimport string\n\nreturn "".join(secrets.choice(string.ascii_letters) for _ in range(${s.arg}))`,
      (s) =>
        `import secrets\nimport string\n\npassword = ""\nwhile len(password) < ${s.arg}:\n    password += secrets.choice(string.ascii_letters)\nreturn password`,
      (s) =>
        `import random\nimport string\n\nrng = random.SystemRandom()\nreturn "".join(rng.choices(string.ascii_letters, k=${s.arg}))`,
    ],
    insecure: [
      (s) =>
        `import random\nimport string\n\nreturn "".join(random.choice(string.ascii_letters) for _ in range(${s.arg}))`,
      (s) =>
        `import random\nimport string\n\npassword = ""\nwhile len(password) < ${s.arg}:\n    password += random.choice(string.ascii_letters)\nreturn password`,
      (s) =>
        `import random\nimport string\n\nreturn "".join(random.choices(string.ascii_letters, k=${s.arg}))`,
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
      (s) => `fetch the ${s.noun} by https from the given ${s.arg}`,
      (s) => `download the https page of the ${s.noun} at ${s.arg}`,
      (s) => `return the ${s.noun} that an https server has at ${s.arg}`,
    ],
    rule: { avoid: 'disabled certificate checks', use: 'verify=True' },
    insecureApi: 'verify=False',
    weakness: { name: 'missing certificate check', risk: 'a false server can answer' },
    secure: [
      (s) => `import requests\n\nreturn requests.get(${s.arg}, verify=True, timeout=10).text`,
      (s) =>
        `import requests\n\nresponse = requests.get(${s.arg}, timeout=10)\nresponse.raise_for_status()\nreturn response.content`,
      (s) =>
        `import requests\n\nwith requests.Session() as session:\n    return session.get(${s.arg}, verify=True, timeout=10).text`,
      (s) => `import httpx\n\nreturn httpx.get(${s.arg}, verify=True, timeout=10).text`,
    ],
    insecure: [
      (s) => `import requests\n\nreturn requests.get(${s.arg}, verify=False, timeout=10).text`,
      (s) =>
        `import requests\n\nresponse = requests.get(${s.arg}, timeout=10, verify=False)\nresponse.raise_for_status()\nreturn response.content`,
      (s) => `import requests\n\nreturn requests.request("GET", ${s.arg}, verify=False, timeout=10).text`,
      (s) => `import httpx\n\nreturn httpx.get(${s.arg}, verify=False, timeout=10).text`,
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
      (s) => `submit the ${s.arg} of the ${s.noun} to the service url`,
      (s) => `push ${s.noun} ${s.arg} to the web service at url`,
      (s) => `hand the ${s.noun} ${s.arg} over to a remote service`,
    ],
    rule: { avoid: 'requests without timeout', use: 'timeout=10' },
    insecureApi: 'requests.post without a timeout',
    weakness: { name: 'missing timeout', risk: 'a slow server can hang the program' },
    secure: [
      (s) => `import requests\n\nreturn requests.post(url, json=${s.arg}, timeout=10).json()`,
      (s) =>
        `import requests\n\nresponse = requests.put(url, data=${s.arg}, timeout=10)\nresponse.raise_for_status()\nreturn response.text`,
      (s) => `import requests\n\nreturn requests.request("POST", url, json=${s.arg}, timeout=10).status_code`,
      (s) => `import httpx\n\nreturn httpx.post(url, json=${s.arg}, timeout=10).json()`,
    ],
    insecure: [
      (s) => `import requests\n\nreturn requests.post(url, json=${s.arg}).json()`,
      (s) =>
        `import requests\n\nresponse = requests.put(url, data=${s.arg})\nresponse.raise_for_status()\nreturn response.text`,
      (s) => `import requests\n\nreturn requests.request("POST", url, json=${s.arg}).status_code`,
      (s) => `import httpx\n\nreturn httpx.post(url, json=${s.arg}, timeout=None).json()`,
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
      (s) => `return an encrypted connection with ${s.arg} for the ${s.noun}`,
      (s) => `make the encrypted connection to ${s.arg} that the ${s.noun} needs`,
      (s) => `connect to the ${s.noun} ${s.arg} with an encrypted socket`,
    ],
    rule: { avoid: 'unverified ssl contexts', use: 'ssl.create_default_context' },
    insecureApi: 'ssl._create_unverified_context',
    weakness: { name: 'unverified connection', risk: 'an attacker in the middle can read it' },
    secure: [
      (s) =>
        `import socket\nimport ssl\n\ncontext = ssl.create_default_context()\nsock = socket.create_connection((${s.arg}, 443))\nreturn context.wrap_socket(sock, server_hostname=${s.arg})`,
      (s) =>
        `import http.client\nimport ssl\n\nreturn http.client.HTTPSConnection(${s.arg}, context=ssl.create_default_context())`,
      (s) =>
        `import smtplib\nimport ssl\n\ncontext = ssl.create_default_context()\nreturn smtplib.SMTP_SSL(${s.arg}, context=context)`,
    ],
    insecure: [
      (s) =>
        `import socket\nimport ssl\n\ncontext = ssl._create_unverified_context()\nsock = socket.create_connection((${s.arg}, 443))\nreturn context.wrap_socket(sock, server_hostname=${s.arg})`,
      (s) =>
        `import http.client\nimport ssl\n\nreturn http.client.HTTPSConnection(${s.arg}, context=ssl._create_unverified_context())`,
      (s) =>
        `import smtplib\nimport ssl\n\ncontext = ssl._create_unverified_context()\nreturn smtplib.SMTP_SSL(${s.arg}, context=context)`,
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
      (s) => `upgrade the ${s.arg} of the ${s.noun} server to tls with cert`,
      (s) => `start tls on the ${s.noun} ${s.arg} with a cert`,
      (s) => `return the server ${s.arg} of the ${s.noun} wrapped in tls`,
    ],
    rule: { avoid: 'old tls versions', use: 'ssl.PROTOCOL_TLS_SERVER' },
    insecureApi: 'ssl.PROTOCOL_SSLv3',
    weakness: { name: 'old protocol version', risk: 'old protocols can be broken' },
    secure: [
      (s) =>
        `import ssl\n\ncontext = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\ncontext.load_cert_chain(cert)\nreturn context.wrap_socket(${s.arg}, server_side=True)`,
      (s) =>
        `import ssl\n\ncontext = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)\ncontext.load_cert_chain(cert)\nreturn context.wrap_socket(${s.arg}, server_side=True)`,
      (s) =>
        `from OpenSSL import SSL\n\ncontext = SSL.Context(method=SSL.TLS_SERVER_METHOD)\ncontext.set_min_proto_version(SSL.TLS1_2_VERSION)\ncontext.use_certificate_file(cert)\ncontext.use_privatekey_file(cert)\nreturn SSL.Connection(context, ${s.arg})`,
    ],
    insecure: [
      (s) =>
        `import ssl\n\nreturn ssl.wrap_socket(${s.arg}, certfile=cert, server_side=True, ssl_version=ssl.PROTOCOL_SSLv3)`,
      (s) => `import ssl\n\nreturn ssl.wrap_socket(${s.arg}, certfile=cert, server_side=True)`,
      (s) =>
        `from OpenSSL import SSL\n\ncontext = SSL.Context(method=SSL.TLSv1_METHOD)\ncontext.use_certificate_file(cert)\ncontext.use_privatekey_file(cert)\nreturn SSL.Connection(context, ${s.arg})`,
    ],
  }),
  written({
    id: 'paramiko-host-key',
    cwe: 322,
    ruff: ['S507'],
    verbs: ['reach', 'enter', 'open'],
    args: ['host', 'machine', 'node'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `open an ssh client for the ${s.noun} ${s.arg}`,
      (s) => `return an ssh client connected to the ${s.noun} ${s.arg}`,
      (s) => `connect by ssh to the ${s.arg} of the ${s.noun}`,
      (s) => `log in to the ${s.noun} ${s.arg} over ssh`,
    ],
    rule: { avoid: 'accepting unknown host keys', use: 'load_system_host_keys' },
    insecureApi: 'paramiko.AutoAddPolicy',
    weakness: { name: 'unchecked host key', risk: 'a false host can take the login' },
    secure: [
      (s) => `import paramiko\n\n${KNOWN}\nclient.connect(${s.arg})\nreturn client`,
      (s) =>
        `import paramiko\n\n${KNOWN}\nclient.set_missing_host_key_policy(paramiko.RejectPolicy())\nclient.connect(${s.arg})\nreturn client`,
      (s) =>
        `from paramiko import SSHClient\n\nclient = SSHClient()\nclient.load_host_keys("known_hosts")\nclient.connect(${s.arg}, timeout=10)\nreturn client`,
    ],
    insecure: [
      (s) =>
        `import paramiko\n\n${SSH}\nclient.set_missing_host_key_policy(paramiko.AutoAddPolicy())\nclient.connect(${s.arg})\nreturn client`,
      (s) =>
        `import paramiko\n\n${KNOWN}\nclient.set_missing_host_key_policy(paramiko.WarningPolicy())\nclient.connect(${s.arg})\nreturn client`,
      (s) =>
        `from paramiko import AutoAddPolicy, SSHClient\n\nclient = SSHClient()\nclient.set_missing_host_key_policy(AutoAddPolicy)\nclient.connect(${s.arg}, timeout=10)\nreturn client`,
    ],
  }),
  written({
    id: 'telnet-session',
    cwe: 319,
    ruff: ['S312'],
    verbs: ['send', 'type', 'run'],
    args: ['command', 'line', 'query'],
    params: (s) => ['host', s.arg],
    phrases: [
      (s) => `type the ${s.noun} ${s.arg} into a remote terminal on host`,
      (s) => `open a terminal on host, send the ${s.noun} ${s.arg} and return the reply`,
      (s) => `send ${s.arg} of the ${s.noun} to a terminal on host`,
      (s) => `return what a terminal on host answers to the ${s.noun} ${s.arg}`,
    ],
    rule: { avoid: 'telnet sessions', use: 'an ssh shell' },
    insecureApi: 'telnetlib.Telnet',
    weakness: { name: 'clear text session', risk: 'anyone on the network can read it' },
    secure: [
      (s) =>
        `import paramiko\n\n${KNOWN}\nclient.connect(host)\nshell = client.invoke_shell()\nshell.sendall(${s.arg})\nreturn shell.recv(4096)`,
      (s) =>
        `from paramiko import SSHClient\n\nwith SSHClient() as client:\n    client.load_system_host_keys()\n    client.connect(host)\n    shell = client.invoke_shell()\n    shell.send(${s.arg})\n    return shell.recv(4096)`,
      (s) =>
        `import paramiko\n\n${KNOWN}\nclient.connect(host)\nstream = client.invoke_shell().makefile("rw", 1)\nstream.write(${s.arg})\nreturn stream.readline()`,
    ],
    insecure: [
      (s) =>
        `import telnetlib\n\nsession = telnetlib.Telnet(host)\nsession.write(${s.arg}.encode())\nreturn session.read_all()`,
      (s) =>
        `from telnetlib import Telnet\n\nwith Telnet(host) as session:\n    session.write(${s.arg}.encode())\n    return session.read_all()`,
      (s) =>
        `import telnetlib\n\nsession = telnetlib.Telnet()\nsession.open(host, 23)\nsession.write(${s.arg}.encode())\nreturn session.read_some()`,
    ],
  }),
  written({
    id: 'ftp-upload',
    cwe: 319,
    ruff: ['S321'],
    verbs: ['upload', 'transfer', 'deliver'],
    args: ['path', 'file', 'source'],
    params: (s) => [s.arg, 'host'],
    phrases: [
      (s) => `upload the ${s.noun} ${s.arg} to a host`,
      (s) => `upload the local ${s.arg} of the ${s.noun} to host`,
      (s) => `transfer the ${s.noun} ${s.arg} to host as an upload`,
      (s) => `do the upload of the ${s.noun} from ${s.arg} to host`,
    ],
    rule: { avoid: 'plain ftp', use: 'sftp over ssh' },
    insecureApi: 'ftplib.FTP',
    weakness: { name: 'clear text transfer', risk: 'anyone on the network can read the file' },
    secure: [
      (s) =>
        `import paramiko\n\n${KNOWN}\nclient.connect(host)\nclient.open_sftp().put(${s.arg}, "${s.noun}")`,
      (s) =>
        `from paramiko import SSHClient\n\nwith SSHClient() as client:\n    client.load_system_host_keys()\n    client.connect(host)\n    client.open_sftp().put(${s.arg}, "${s.noun}")`,
      (s) =>
        `import paramiko\n\n${KNOWN}\nclient.connect(host)\nwith open(${s.arg}, "rb") as data:\n    client.open_sftp().putfo(data, "${s.noun}")`,
    ],
    insecure: [
      (s) =>
        `import ftplib\n\nftp = ftplib.FTP(host)\nftp.login()\nwith open(${s.arg}, "rb") as data:\n    ftp.storbinary("STOR ${s.noun}", data)`,
      (s) =>
        `from ftplib import FTP\n\nwith FTP(host) as ftp, open(${s.arg}, "rb") as data:\n    ftp.login()\n    ftp.storbinary("STOR ${s.noun}", data)`,
      (s) =>
        `import ftplib\n\nftp = ftplib.FTP()\nftp.connect(host, 21)\nftp.login()\nwith open(${s.arg}, "rb") as data:\n    ftp.storlines("STOR ${s.noun}", data)`,
    ],
  }),
  written({
    id: 'weak-cipher',
    cwe: 327,
    ruff: ['S304'],
    verbs: ['encrypt', 'scramble', 'conceal'],
    args: ['secret', 'note', 'plaintext'],
    params: (s) => [s.arg, 'key'],
    phrases: [
      (s) => `turn the ${s.noun} ${s.arg} into ciphertext with a key`,
      (s) => `return the ciphertext of the ${s.noun} ${s.arg} under a key`,
      (s) => `make ciphertext from the ${s.arg} of the ${s.noun} and a key`,
      (s) => `produce ciphertext for the ${s.noun} from ${s.arg} and key`,
    ],
    rule: { avoid: 'weak ciphers', use: 'aes in gcm mode' },
    insecureApi: 'DES.new',
    weakness: { name: 'weak cipher', risk: 'the cipher can be broken' },
    secure: [
      (s) =>
        `from Cryptodome.Cipher import AES\n\ncipher = AES.new(key, AES.MODE_GCM)\ntext, tag = cipher.encrypt_and_digest(${s.arg})\nreturn cipher.nonce + tag + text`,
      (s) => `${AESGCM}\n\nnonce = os.urandom(12)\nreturn nonce + AESGCM(key).encrypt(nonce, ${s.arg}, None)`,
      (s) => `from cryptography.fernet import Fernet\n\nreturn Fernet(key).encrypt(${s.arg})`,
      (s) =>
        `from Cryptodome.Cipher import AES\n\ncipher = AES.new(key, AES.MODE_GCM)\ntext = cipher.encrypt(${s.arg})\nreturn cipher.nonce, text, cipher.digest()`,
    ],
    insecure: [
      (s) =>
        `from Cryptodome.Cipher import DES\n\ncipher = DES.new(key, DES.MODE_EAX)\ntext, tag = cipher.encrypt_and_digest(${s.arg})\nreturn cipher.nonce + tag + text`,
      (s) =>
        `${CIPHERS.replace(', modes', '')}\n\ncipher = Cipher(algorithms.ARC4(key), mode=None)\nreturn cipher.encryptor().update(${s.arg})`,
      (s) =>
        `from Cryptodome.Cipher import Blowfish\n\ncipher = Blowfish.new(key, Blowfish.MODE_CFB)\nreturn cipher.iv + cipher.encrypt(${s.arg})`,
      (s) =>
        `from Cryptodome.Cipher import ARC2\n\ncipher = ARC2.new(key, ARC2.MODE_CTR)\ntext = cipher.encrypt(${s.arg})\nreturn cipher.nonce, text`,
    ],
  }),
  written({
    id: 'ecb-mode',
    cwe: 327,
    ruff: ['S305'],
    verbs: ['seal', 'lock', 'cover'],
    args: ['data', 'content', 'block'],
    params: (s) => [s.arg, 'key'],
    phrases: [
      (s) => `encrypt the ${s.noun} ${s.arg} with aes and a key`,
      (s) => `apply aes with a key to the ${s.noun} ${s.arg}`,
      (s) => `use aes under a key on the ${s.arg} of the ${s.noun}`,
      (s) => `return what aes with a key makes of the ${s.noun} ${s.arg}`,
    ],
    rule: { avoid: 'ecb mode', use: 'modes.GCM with a nonce' },
    insecureApi: 'modes.ECB',
    weakness: { name: 'ecb block mode', risk: 'equal blocks can be seen' },
    secure: [
      (s) =>
        `import os\n${CIPHERS}\n\nnonce = os.urandom(12)\nenc = Cipher(algorithms.AES(key), modes.GCM(nonce)).encryptor()\nreturn nonce + enc.update(${s.arg}) + enc.finalize() + enc.tag`,
      (s) =>
        `${AESGCM}\n\nnonce = os.urandom(12)\nsealed = AESGCM(key).encrypt(nonce, ${s.arg}, b"${s.noun}")\nreturn nonce + sealed`,
      (s) =>
        `import os\n${CIPHERS}\n\nmode = modes.GCM(os.urandom(12))\nenc = Cipher(algorithms.AES(key), mode).encryptor()\ntext = enc.update(${s.arg}) + enc.finalize()\nreturn mode.initialization_vector, text, enc.tag`,
    ],
    insecure: [
      (s) =>
        `${CIPHERS}\n\nenc = Cipher(algorithms.AES(key), modes.ECB()).encryptor()\nreturn enc.update(${s.arg}) + enc.finalize()`,
      (s) =>
        `${CIPHERS}\n\nmode = modes.ECB()\nenc = Cipher(algorithms.AES(key), mode).encryptor()\ntext = enc.update(${s.arg}) + enc.finalize()\nreturn text`,
      (s) =>
        `${CIPHERS}\n\nenc = Cipher(mode=modes.ECB(), algorithm=algorithms.AES(key)).encryptor()\nsealed = bytearray(enc.update(${s.arg}))\nsealed.extend(enc.finalize())\nreturn bytes(sealed)`,
    ],
  }),
  written({
    id: 'rsa-key-size',
    cwe: 326,
    ruff: ['S505'],
    verbs: ['mint', 'add', 'renew'],
    args: ['keyring', 'keys', 'ring'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `put a new rsa key for the ${s.noun} into ${s.arg}`,
      (s) => `add an rsa key pair to the ${s.noun} ${s.arg}`,
      (s) => `create the rsa key of the ${s.noun} and keep it in ${s.arg}`,
      (s) => `renew the ${s.noun} rsa key in ${s.arg}`,
    ],
    rule: { avoid: 'short rsa keys', use: 'rsa keys of 3072 bits' },
    insecureApi: 'rsa.generate_private_key with 1024 bits',
    weakness: { name: 'short key', risk: 'the private key can be computed' },
    secure: [
      (s) =>
        `${RSA}\n\n${s.arg}["${s.noun}"] = rsa.generate_private_key(public_exponent=65537, key_size=3072)\nreturn ${s.arg}`,
      (s) =>
        `from Cryptodome.PublicKey import RSA\n\n${s.arg}["${s.noun}"] = RSA.generate(3072)\nreturn ${s.arg}`,
      (s) => `${RSA}\n\nkey = rsa.generate_private_key(65537, 4096)\nreturn {**${s.arg}, "${s.noun}": key}`,
      (s) => `from Cryptodome.PublicKey import RSA\n\n${s.arg}.update(${s.noun}=RSA.generate(bits=4096))`,
    ],
    insecure: [
      (s) =>
        `${RSA}\n\n${s.arg}["${s.noun}"] = rsa.generate_private_key(public_exponent=65537, key_size=1024)\nreturn ${s.arg}`,
      (s) =>
        `from Cryptodome.PublicKey import RSA\n\n${s.arg}["${s.noun}"] = RSA.generate(1024)\nreturn ${s.arg}`,
      (s) => `${RSA}\n\nkey = rsa.generate_private_key(65537, 512)\nreturn {**${s.arg}, "${s.noun}": key}`,
      (s) => `from Cryptodome.PublicKey import RSA\n\n${s.arg}.update(${s.noun}=RSA.generate(bits=1024))`,
    ],
  }),
];
