/** Security families about files, secrets, servers, concurrency and error handling; drafts as in security-crypto.ts. */
import type { SecurityFamily } from '../family.ts';
import { written } from './security-crypto.ts';

const LOCK = 'import threading\n\nlock = threading.Lock()';

export const SYSTEM_FAMILIES: readonly SecurityFamily[] = [
  written({
    id: 'mktemp-file',
    cwe: 377,
    ruff: ['S306'],
    verbs: ['write', 'dump', 'spill'],
    args: ['text', 'draft', 'contents'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `write the ${s.noun} ${s.arg} to a temporary file and return its path`,
      (s) => `put ${s.arg} of the ${s.noun} into a new temporary file`,
      (s) => `dump the ${s.noun} ${s.arg} in a temporary file`,
      (s) => `return the path of a temporary file that holds the ${s.noun} ${s.arg}`,
    ],
    rule: { avoid: 'tempfile.mktemp', use: 'NamedTemporaryFile or mkstemp' },
    insecureApi: 'tempfile.mktemp',
    weakness: { name: 'insecure temporary file', risk: 'another user can create the file first' },
    secure: [
      (s) =>
        `import tempfile\n\nwith tempfile.NamedTemporaryFile("w", delete=False) as file:\n    file.write(${s.arg})\nreturn file.name`,
      (s) =>
        `import os\nimport tempfile\n\nhandle, path = tempfile.mkstemp()\nwith os.fdopen(handle, "w") as file:\n    file.write(${s.arg})\nreturn path`,
      (s) =>
        `import tempfile\nfrom pathlib import Path\n\npath = Path(tempfile.mkdtemp(), "${s.noun}")\npath.write_text(${s.arg})\nreturn path`,
    ],
    insecure: [
      (s) =>
        `import tempfile\n\npath = tempfile.mktemp()\nwith open(path, "w") as file:\n    file.write(${s.arg})\nreturn path`,
      (s) =>
        `import tempfile\nfrom pathlib import Path\n\npath = Path(tempfile.mktemp(suffix="${s.noun}"))\npath.write_text(${s.arg})\nreturn path`,
      (s) =>
        `from tempfile import mktemp\n\nname = mktemp("${s.noun}")\nwith open(name, "a") as file:\n    print(${s.arg}, file=file)\nreturn name`,
    ],
  }),
  written({
    id: 'tmp-path',
    cwe: 379,
    ruff: ['S108'],
    verbs: ['cache', 'keep', 'store'],
    args: ['result', 'page', 'answer'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `keep the ${s.noun} ${s.arg} in a cache on disk`,
      (s) => `store ${s.arg} of the ${s.noun} in a cache file`,
      (s) => `cache the ${s.noun} ${s.arg} in a file`,
      (s) => `save the ${s.noun} ${s.arg} as a cache entry on disk`,
    ],
    rule: { avoid: 'fixed paths in /tmp', use: 'a private folder' },
    insecureApi: '/tmp',
    weakness: { name: 'shared temporary folder', risk: 'another user can replace the file' },
    secure: [
      (s) =>
        `from pathlib import Path\n\npath = Path.home() / ".cache" / "${s.noun}"\npath.write_text(${s.arg})\nreturn path`,
      (s) =>
        `import os\nimport tempfile\n\npath = os.path.join(tempfile.mkdtemp(), "${s.noun}")\nwith open(path, "w") as file:\n    file.write(${s.arg})\nreturn path`,
      (s) =>
        `import tempfile\nfrom pathlib import Path\n\nfolder = Path(tempfile.mkdtemp())\n(folder / "${s.noun}").write_text(${s.arg})\nreturn folder`,
    ],
    insecure: [
      (s) =>
        `from pathlib import Path\n\npath = Path("/tmp") / "${s.noun}"\npath.write_text(${s.arg})\nreturn path`,
      (s) =>
        `import os\n\npath = os.path.join("/tmp", "${s.noun}")\nwith open(path, "w") as file:\n    file.write(${s.arg})\nreturn path`,
      (s) => `with open("/tmp/${s.noun}", "w") as file:\n    file.write(${s.arg})\nreturn file.name`,
      (s) =>
        `from pathlib import Path\n\nfolder = Path("/var/tmp")\n(folder / "${s.noun}").write_text(${s.arg})\nreturn folder`,
    ],
  }),
  written({
    id: 'chmod-file',
    cwe: 732,
    ruff: ['S103'],
    verbs: ['chmod', 'set', 'adjust'],
    args: ['path', 'filename', 'document'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `set the permissions of the ${s.noun} file ${s.arg}`,
      (s) => `change the file permissions of ${s.arg} for the ${s.noun}`,
      (s) => `give the ${s.noun} ${s.arg} its file permissions`,
      (s) => `adjust file permissions so that the ${s.noun} service can use ${s.arg}`,
    ],
    rule: { avoid: 'files open to everyone', use: 'mode 0o600' },
    insecureApi: 'os.chmod with 0o777',
    weakness: { name: 'loose file permissions', risk: 'every user can change the file' },
    secure: [
      (s) => `import os\n\nos.chmod(${s.arg}, 0o600)`,
      (s) => `import os\nimport stat\n\nos.chmod(${s.arg}, stat.S_IRUSR | stat.S_IWUSR)\nreturn ${s.arg}`,
      (s) => `from pathlib import Path\n\nPath(${s.arg}).chmod(0o600)\nreturn ${s.arg}`,
      (s) => `import os\n\nos.chmod(${s.arg}, mode=0o600)\nreturn os.stat(${s.arg}).st_mode`,
    ],
    insecure: [
      (s) => `import os\n\nos.chmod(${s.arg}, 0o777)`,
      (s) =>
        `import os\nimport stat\n\nos.chmod(${s.arg}, stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO)\nreturn ${s.arg}`,
      (s) => `from os import chmod\n\nchmod(${s.arg}, 0o777)\nreturn ${s.arg}`,
      (s) => `import os\n\nos.chmod(${s.arg}, mode=0o666)\nreturn os.stat(${s.arg}).st_mode`,
    ],
  }),
  written({
    id: 'hardcoded-password',
    cwe: 259,
    ruff: ['S105'],
    verbs: ['connect', 'attach', 'query'],
    args: ['host', 'server', 'address'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `connect to the ${s.noun} database on ${s.arg}`,
      (s) => `open the database of the ${s.noun} at ${s.arg}`,
      (s) => `return a connection to the ${s.noun} database at ${s.arg}`,
      (s) => `reach the database at ${s.arg} that has each ${s.noun}`,
    ],
    rule: { avoid: 'passwords in code', use: 'os.environ for passwords' },
    insecureApi: 'a password literal',
    weakness: { name: 'hardcoded password', risk: 'anyone with the code has the password' },
    secure: [
      (s) =>
        `import os\nimport psycopg2\n\npassword = os.environ["PASSWORD"]\nreturn psycopg2.connect(host=${s.arg}, password=password)`,
      (s) =>
        `import os\nimport psycopg2\n\nsettings = {"host": ${s.arg}}\nsettings["password"] = os.environ["PASSWORD"]\nreturn psycopg2.connect(**settings)`,
      (s) =>
        `import keyring\nimport pymysql\n\nsecret = keyring.get_password("${s.noun}", "admin")\nreturn pymysql.connect(host=${s.arg}, password=secret)`,
      (s) =>
        `import getpass\nimport psycopg2\n\npassword = getpass.getpass()\nreturn psycopg2.connect(host=${s.arg}, password=password)`,
    ],
    insecure: [
      (s) =>
        `import psycopg2\n\npassword = "letmein"\nreturn psycopg2.connect(host=${s.arg}, password=password)`,
      (s) =>
        `import psycopg2\n\nsettings = {"host": ${s.arg}}\nsettings["password"] = "${s.noun}123"\nreturn psycopg2.connect(**settings)`,
      (s) => `import pymysql\n\nsecret = "changeme"\nreturn pymysql.connect(host=${s.arg}, password=secret)`,
    ],
  }),
  written({
    id: 'password-argument',
    cwe: 798,
    ruff: ['S106'],
    verbs: ['login', 'enter', 'join'],
    args: ['name', 'person', 'nickname'],
    params: (s) => ['client', s.arg],
    phrases: [
      (s) => `sign in to the ${s.noun} client as ${s.arg}`,
      (s) => `sign the ${s.noun} ${s.arg} in with a client`,
      (s) => `let ${s.arg} sign in to the ${s.noun} client`,
      (s) => `use a client to sign in the ${s.noun} ${s.arg}`,
    ],
    rule: { avoid: 'password literals in calls', use: 'os.environ for passwords' },
    insecureApi: 'password="changeme"',
    weakness: { name: 'hardcoded credential', risk: 'anyone with the code can log in' },
    secure: [
      (s) => `import os\n\nreturn client.login(${s.arg}, password=os.environ["PASSWORD"])`,
      (s) =>
        `import os\n\nsession = client.session()\nsession.authenticate(user=${s.arg}, password=os.environ["PASSWORD"])\nreturn session`,
      (s) => `import getpass\n\nclient.login(user=${s.arg}, password=getpass.getpass())\nreturn client`,
      (s) =>
        `import keyring\n\nsecret = keyring.get_password("${s.noun}", ${s.arg})\nreturn client.login(${s.arg}, secret)`,
    ],
    insecure: [
      (s) => `return client.login(${s.arg}, password="changeme")`,
      (s) =>
        `session = client.session()\nsession.authenticate(user=${s.arg}, password="letmein")\nreturn session`,
      (s) => `client.login(user=${s.arg}, password="${s.noun}123")\nreturn client`,
    ],
  }),
  written({
    id: 'password-default',
    cwe: 1392,
    ruff: ['S107'],
    verbs: ['prepare', 'wire', 'bind'],
    args: ['client', 'gateway', 'service'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `return a login function for the ${s.noun} ${s.arg}`,
      (s) => `make the login callback of the ${s.noun} ${s.arg}`,
      (s) => `give the ${s.noun} ${s.arg} a login callback`,
      (s) => `build a callback that does the login of the ${s.noun} with ${s.arg}`,
    ],
    rule: { avoid: 'default passwords', use: 'a required password' },
    insecureApi: 'a default password',
    weakness: { name: 'default credential', risk: 'the known default lets anyone in' },
    secure: [
      (s) => `def login(name, password):\n    return ${s.arg}.login(name, password)\nreturn login`,
      (s) =>
        `class Login:\n    def run(self, name, password):\n        return ${s.arg}.login(name, password)\nreturn Login().run`,
      (s) =>
        `def login(name, *, password):\n    return ${s.arg}.open("${s.noun}", name, password)\nreturn login`,
      (s) =>
        `import getpass\n\ndef login(name, password=None):\n    return ${s.arg}.login(name, password or getpass.getpass())\nreturn login`,
    ],
    insecure: [
      (s) => `def login(name, password="changeme"):\n    return ${s.arg}.login(name, password)\nreturn login`,
      (s) =>
        `class Login:\n    def run(self, name, password="letmein"):\n        return ${s.arg}.login(name, password)\nreturn Login().run`,
      (s) =>
        `def login(name, *, password="${s.noun}123"):\n    return ${s.arg}.open("${s.noun}", name, password)\nreturn login`,
    ],
  }),
  written({
    id: 'flask-debug',
    cwe: 489,
    ruff: ['S201'],
    verbs: ['start', 'serve', 'launch'],
    args: ['name', 'title', 'label'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `start a flask app for the ${s.noun} called ${s.arg}`,
      (s) => `run the ${s.noun} flask app with the given ${s.arg}`,
      (s) => `launch a flask app with ${s.arg} for the ${s.noun}`,
      (s) => `make ${s.arg} a flask app of the ${s.noun} and start it`,
    ],
    rule: { avoid: 'flask debug mode', use: 'debug=False' },
    insecureApi: 'app.run(debug=True)',
    weakness: { name: 'active debug mode', risk: 'a visitor can run code in the debugger' },
    secure: [
      (s) => `from flask import Flask\n\napp = Flask(${s.arg})\napp.run(debug=False)`,
      (s) =>
        `from flask import Flask\n\napp = Flask(${s.arg})\napp.run("127.0.0.1", 8080, debug=False)\nreturn app`,
      (s) =>
        `import flask\n\napp = flask.Flask(${s.arg})\napp.add_url_rule("/", "${s.noun}", dict)\napp.run()`,
      (s) =>
        `import waitress\nfrom flask import Flask\n\napp = Flask(${s.arg})\nwaitress.serve(app, listen="127.0.0.1:8080")`,
    ],
    insecure: [
      (s) => `from flask import Flask\n\napp = Flask(${s.arg})\napp.run(debug=True)`,
      (s) =>
        `from flask import Flask\n\napp = Flask(${s.arg})\napp.run("127.0.0.1", 8080, debug=True)\nreturn app`,
      (s) =>
        `import flask\n\napp = flask.Flask(${s.arg})\napp.add_url_rule("/", "${s.noun}", dict)\napp.run(debug=True)`,
    ],
  }),
  written({
    id: 'bind-all-interfaces',
    cwe: 1327,
    ruff: ['S104'],
    verbs: ['listen', 'bind', 'host'],
    args: ['port', 'number', 'endpoint'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `listen for ${s.noun} clients on ${s.arg}`,
      (s) => `return the ${s.noun} socket that is set to listen on ${s.arg}`,
      (s) => `let the ${s.noun} socket listen at ${s.arg}`,
      (s) => `make a socket listen on ${s.arg} for each ${s.noun}`,
    ],
    rule: { avoid: 'binding all interfaces', use: 'host 127.0.0.1' },
    insecureApi: '0.0.0.0',
    weakness: { name: 'exposed service', risk: 'strangers on any network can connect' },
    secure: [
      (s) =>
        `import socket\n\nserver = socket.socket()\nserver.bind(("127.0.0.1", ${s.arg}))\nserver.listen()\nreturn server`,
      (s) => `import socket\n\nreturn socket.create_server(("127.0.0.1", ${s.arg}))`,
      (s) =>
        `from socketserver import StreamRequestHandler, TCPServer\n\nreturn TCPServer(("127.0.0.1", ${s.arg}), StreamRequestHandler)`,
    ],
    insecure: [
      (s) =>
        `import socket\n\nserver = socket.socket()\nserver.bind(("0.0.0.0", ${s.arg}))\nserver.listen()\nreturn server`,
      (s) => `import socket\n\nreturn socket.create_server(("0.0.0.0", ${s.arg}))`,
      (s) =>
        `from socketserver import StreamRequestHandler, TCPServer\n\nreturn TCPServer(("0.0.0.0", ${s.arg}), StreamRequestHandler)`,
    ],
  }),
  written({
    id: 'open-without-with',
    cwe: 772,
    ruff: ['SIM115'],
    verbs: ['read', 'load', 'scan'],
    args: ['path', 'filename', 'source'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `read the text of the ${s.noun} from ${s.arg}`,
      (s) => `read the ${s.noun} at ${s.arg} and return its text`,
      (s) => `return all text that can be read from the ${s.noun} ${s.arg}`,
      (s) => `load ${s.arg} and give back what was read of the ${s.noun}`,
    ],
    rule: { avoid: 'open without with', use: 'with open' },
    insecureApi: 'open without a with block',
    weakness: { name: 'resource leak', risk: 'open files can run out' },
    secure: [
      (s) => `with open(${s.arg}) as file:\n    return file.read()`,
      (s) => `with open(${s.arg}) as file:\n    lines = file.readlines()\nreturn "".join(lines)`,
      (s) => `from pathlib import Path\n\nreturn Path(${s.arg}).read_text()`,
      (s) => `from pathlib import Path\n\nwith Path(${s.arg}).open() as file:\n    return file.read()`,
    ],
    insecure: [
      (s) => `file = open(${s.arg})\nreturn file.read()`,
      (s) => `file = open(${s.arg})\nlines = file.readlines()\nfile.close()\nreturn "".join(lines)`,
      (s) =>
        `from pathlib import Path\n\nfile = Path(${s.arg}).open()\ntext = file.read()\nfile.close()\nreturn text`,
      (s) => `text = ""\nfor line in open(${s.arg}):\n    text += line\nreturn text`,
    ],
  }),
  written({
    id: 'useless-lock',
    cwe: 667,
    ruff: ['PLW2101'],
    verbs: ['count', 'bump', 'tally'],
    args: ['counts', 'totals', 'stats'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `add one to the ${s.noun} ${s.arg} from several threads`,
      (s) => `count the ${s.noun} in ${s.arg} that threads share`,
      (s) => `raise the ${s.noun} number in ${s.arg} while other threads run`,
      (s) => `let threads count each ${s.noun} in ${s.arg}`,
    ],
    rule: { avoid: 'a new lock per call', use: 'one shared lock' },
    insecureApi: 'with threading.Lock()',
    weakness: { name: 'improper locking', risk: 'two threads can write at once' },
    secure: [
      (s) => `${LOCK}\n\nwith lock:\n    ${s.arg}["${s.noun}"] += 1`,
      (s) =>
        `from threading import RLock\n\nlock = RLock()\n\nwith lock:\n    value = ${s.arg}.get("${s.noun}", 0)\n    ${s.arg}["${s.noun}"] = value + 1`,
      (s) => `${LOCK}\n\nlock.acquire()\ntry:\n    ${s.arg}["${s.noun}"] += 1\nfinally:\n    lock.release()`,
    ],
    insecure: [
      (s) => `import threading\n\nwith threading.Lock():\n    ${s.arg}["${s.noun}"] += 1`,
      (s) =>
        `from threading import RLock\n\nwith RLock():\n    value = ${s.arg}.get("${s.noun}", 0)\n    ${s.arg}["${s.noun}"] = value + 1`,
      (s) =>
        `import threading\n\nwith threading.Semaphore(1):\n    ${s.arg}["${s.noun}"] += 1\n    return ${s.arg}["${s.noun}"]`,
    ],
  }),
  written({
    id: 'finally-return',
    cwe: 584,
    ruff: ['B012'],
    verbs: ['save', 'commit', 'persist'],
    args: ['entry', 'row', 'item'],
    params: (s) => ['store', s.arg],
    phrases: [
      (s) => `save the ${s.noun} ${s.arg} in a store and close the store`,
      (s) => `put ${s.arg} of the ${s.noun} into the store, then close it`,
      (s) => `commit the ${s.noun} ${s.arg} to a store and close that`,
      (s) => `close the store once it has the ${s.noun} ${s.arg}`,
    ],
    rule: { avoid: 'return inside finally', use: 'return after finally' },
    insecureApi: 'return in a finally block',
    weakness: { name: 'return in finally', risk: 'an error gets lost' },
    secure: [
      (s) => `try:\n    store.save(${s.arg})\nfinally:\n    store.close()\nreturn True`,
      (s) =>
        `try:\n    result = store.insert("${s.noun}", ${s.arg})\nfinally:\n    store.close()\nreturn result`,
      (s) => `import contextlib\n\nwith contextlib.closing(store):\n    store.save(${s.arg})\nreturn True`,
      (s) =>
        `try:\n    store.save(${s.arg})\nexcept Exception:\n    store.rollback()\n    raise\nfinally:\n    store.close()\nreturn True`,
    ],
    insecure: [
      (s) => `try:\n    store.save(${s.arg})\nfinally:\n    store.close()\n    return True`,
      (s) =>
        `result = None\ntry:\n    result = store.insert("${s.noun}", ${s.arg})\nfinally:\n    store.close()\n    return result`,
      (s) =>
        `try:\n    store.save(${s.arg})\nexcept ValueError:\n    store.rollback()\n    raise\nfinally:\n    store.close()\n    return True`,
    ],
  }),
  written({
    id: 'missing-raise',
    cwe: 392,
    ruff: ['PLW0133'],
    verbs: ['guard', 'admit', 'allow'],
    args: ['rights', 'grants', 'groups'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `reject the ${s.noun} request when ${s.arg} has no write`,
      (s) => `reject the ${s.noun} change unless ${s.arg} has write`,
      (s) => `guard the ${s.noun} and reject ${s.arg} without write`,
      (s) => `accept ${s.arg} with write for the ${s.noun} and reject all others`,
    ],
    rule: { avoid: 'errors without raise', use: 'raise PermissionError' },
    insecureApi: 'PermissionError without raise',
    weakness: { name: 'missing raise', risk: 'the guard lets everyone pass' },
    secure: [
      (s) => `if "write" not in ${s.arg}:\n    raise PermissionError("denied")\nreturn True`,
      (s) => `if "write" in ${s.arg}:\n    return True\nraise PermissionError("${s.noun} denied")`,
      (s) =>
        `try:\n    ${s.arg}.index("write")\nexcept ValueError:\n    raise PermissionError("denied") from None\nreturn True`,
    ],
    insecure: [
      (s) => `if "write" not in ${s.arg}:\n    PermissionError("denied")\nreturn True`,
      (s) => `if "write" in ${s.arg}:\n    return True\nPermissionError("${s.noun} denied")`,
      (s) =>
        `try:\n    ${s.arg}.index("write")\nexcept ValueError:\n    PermissionError("denied")\nreturn True`,
    ],
  }),
  written({
    id: 'identity-comparison',
    cwe: 595,
    ruff: ['F632'],
    verbs: ['compare', 'match', 'test'],
    args: ['role', 'level', 'status'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `compare the ${s.noun} ${s.arg} with admin`,
      (s) => `tell whether the ${s.arg} of the ${s.noun} equals admin`,
      (s) => `return true for the ${s.noun} ${s.arg} admin and false otherwise`,
      (s) => `compare ${s.arg} of the ${s.noun} to admin and return the outcome`,
    ],
    rule: { avoid: 'is with literals', use: 'the == operator' },
    insecureApi: 'is "admin"',
    weakness: { name: 'identity comparison', risk: 'equal values can be taken as different' },
    secure: [
      (s) => `return ${s.arg} == "admin"`,
      (s) => `if ${s.arg} == "admin":\n    return True\nreturn False`,
      (s) => `if ${s.arg} != "admin":\n    return False\nreturn True`,
      (s) => `match ${s.arg}:\n    case "admin":\n        return True\nreturn False`,
    ],
    insecure: [
      (s) => `return ${s.arg} is "admin"`,
      (s) => `if ${s.arg} is "admin":\n    return True\nreturn False`,
      (s) => `if ${s.arg} is not "admin":\n    return False\nreturn True`,
    ],
  }),
  written({
    id: 'swallowed-error',
    cwe: 390,
    ruff: ['S110', 'S112'],
    verbs: ['verify', 'validate', 'inspect'],
    args: ['form', 'claim', 'parts'],
    params: (s) => [s.arg, 'check'],
    phrases: [
      (s) => `run check on the ${s.noun} ${s.arg} and return it`,
      (s) => `return the ${s.noun} ${s.arg} once check has seen it`,
      (s) => `apply check to the ${s.arg} of the ${s.noun}`,
      (s) => `let check look at the ${s.noun} ${s.arg} first`,
    ],
    rule: { avoid: 'except with pass', use: 'raise from error' },
    insecureApi: 'except Exception: pass',
    weakness: { name: 'ignored error', risk: 'a failed check goes unseen' },
    secure: [
      (s) =>
        `try:\n    check(${s.arg})\nexcept Exception as error:\n    raise ValueError("bad ${s.noun}") from error\nreturn ${s.arg}`,
      (s) => `check(${s.arg})\nreturn ${s.arg}`,
      (s) =>
        `import logging\n\ntry:\n    check(${s.arg})\nexcept Exception:\n    logging.exception("bad ${s.noun}")\n    raise\nreturn ${s.arg}`,
    ],
    insecure: [
      (s) => `try:\n    check(${s.arg})\nexcept Exception:\n    pass\nreturn ${s.arg}`,
      (s) => `try:\n    return check(${s.arg}) and ${s.arg}\nexcept:\n    pass\nreturn ${s.arg}`,
      (s) =>
        `for rule in ("${s.noun}", "size"):\n    try:\n        check(${s.arg}, rule)\n    except Exception:\n        continue\nreturn ${s.arg}`,
    ],
  }),
  written({
    id: 'breakpoint-left',
    cwe: 489,
    ruff: ['T100'],
    verbs: ['sum', 'total', 'add'],
    args: ['prices', 'amounts', 'rows'],
    params: (s) => [s.arg],
    phrases: [
      (s) => `sum the ${s.noun} ${s.arg} and let me debug the total`,
      (s) => `add up ${s.arg} of the ${s.noun} so that i can debug it`,
      (s) => `debug the sum over the ${s.noun} ${s.arg}`,
      (s) => `return the sum of the ${s.noun} ${s.arg} while i debug`,
    ],
    rule: { avoid: 'breakpoints in code', use: 'logging.debug' },
    insecureApi: 'breakpoint',
    weakness: { name: 'leftover debug code', risk: 'the program can stop in a debugger' },
    secure: [
      (s) => `import logging\n\ntotal = sum(${s.arg})\nlogging.debug("${s.noun} %s", total)\nreturn total`,
      (s) =>
        `import logging\n\ntotal = 0\nfor value in ${s.arg}:\n    total += value\n    logging.debug(total)\nreturn total`,
      (s) =>
        `from logging import getLogger\n\nlogger = getLogger("${s.noun}")\nlogger.debug(${s.arg})\nreturn sum(${s.arg})`,
    ],
    insecure: [
      (s) => `total = sum(${s.arg})\nbreakpoint()\nreturn total`,
      (s) =>
        `import pdb\n\ntotal = 0\nfor value in ${s.arg}:\n    total += value\n    pdb.set_trace()\nreturn total`,
      (s) => `from pdb import set_trace\n\nset_trace()\nreturn sum(${s.arg})`,
    ],
  }),
];
