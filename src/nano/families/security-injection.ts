/**
 * Security-sensitive tasks where input reaches an interpreter: SQL, a shell, Python itself, the logging
 * configuration. security-data.ts has pages, archives, addresses and data formats. Every implementation is
 * checked against the analyser; "secure" also means that the flaw is gone, not only that nothing is reported.
 */
import type { Code, Fill, SecurityFamily } from '../family.ts';

/** Imports first, then the lines of the function's body. */
type Lines = readonly string[];
type Variants = readonly [Lines, Lines, Lines, ...Lines[]];

/** A family in short: `$arg` and `$noun` stand for the slots, `$verb` for the verb. */
export interface SecuritySketch
  extends Pick<
    SecurityFamily,
    'id' | 'cwe' | 'verbs' | 'args' | 'rule' | 'ruff' | 'insecureApi' | 'weakness'
  > {
  readonly params: readonly string[];
  readonly phrases: readonly [string, string, string, string];
  readonly secure: Variants;
  readonly insecure: Variants;
}

const filled =
  (text: string): Fill =>
  ({ verb, noun, arg }) =>
    text.replaceAll('$verb', verb).replaceAll('$noun', noun).replaceAll('$arg', arg);

/** Spells a sketch out as a family. */
export function securityFamily(sketch: SecuritySketch): SecurityFamily {
  const head = `def $verb_$noun(${sketch.params.join(', ')}):`;
  const code = (lines: Lines): Code => {
    const isImport = (line: string): boolean => /^(import|from) /.test(line);
    const body = lines.filter((line) => !isImport(line)).map((line) => `    ${line}`);
    return filled([...lines.filter(isImport), head, ...body].join('\n'));
  };
  const codes = ([a, b, c, ...more]: Variants): SecurityFamily['secure'] => {
    return [code(a), code(b), code(c), ...more.map(code)];
  };
  const [first, second, third, fourth] = sketch.phrases;
  return {
    ...sketch,
    params: (slots) => sketch.params.map((param) => filled(param)(slots)),
    phrases: [filled(first), filled(second), filled(third), filled(fourth)],
    secure: codes(sketch.secure),
    insecure: codes(sketch.insecure),
  };
}

const SKETCHES: readonly SecuritySketch[] = [
  {
    id: 'sql-select',
    cwe: 89,
    verbs: ['load', 'fetch', 'find'],
    args: ['email', 'name', 'status', 'code'],
    params: ['conn', '$arg'],
    phrases: [
      'select the $noun row by $arg from the database',
      'load the $noun row with that $arg from the database',
      'select a $noun row of the database by its $arg',
      'look up the $noun row in the database by $arg',
    ],
    rule: { avoid: 'SQL built from strings', use: 'query parameters' },
    ruff: ['S608'],
    insecureApi: 'string formatting in the SELECT',
    weakness: { name: 'SQL injection', risk: 'input can change the query' },
    secure: [
      [`query = "SELECT * FROM $nouns WHERE $arg = ?"`, 'return conn.execute(query, ($arg,)).fetchone()'],
      [
        'cursor = conn.cursor()',
        `cursor.execute("SELECT * FROM $nouns WHERE $arg = :value", {"value": $arg})`,
        'return cursor.fetchone()',
      ],
      [
        'from sqlalchemy import text',
        `query = text("SELECT * FROM $nouns WHERE $arg = :value")`,
        'return conn.execute(query, {"value": $arg}).first()',
      ],
    ],
    insecure: [
      [`query = f"SELECT * FROM $nouns WHERE $arg = '{$arg}'"`, 'return conn.execute(query).fetchone()'],
      [
        'cursor = conn.cursor()',
        `cursor.execute("SELECT * FROM $nouns WHERE $arg = '%s'" % $arg)`,
        'return cursor.fetchone()',
      ],
      [
        'from sqlalchemy import text',
        `query = text("SELECT * FROM $nouns WHERE $arg = '" + $arg + "'")`,
        'return conn.execute(query).first()',
      ],
    ],
  },
  {
    id: 'sql-delete',
    cwe: 89,
    verbs: ['delete', 'remove'],
    args: ['email', 'name', 'status', 'code'],
    params: ['conn', '$arg'],
    phrases: [
      'delete the $noun rows with that $arg from the table',
      'remove every $noun of that $arg from the table',
      'delete from the table each $noun by its $arg',
      'delete the $noun by $arg in the table',
    ],
    rule: { avoid: 'SQL built from strings', use: 'query parameters' },
    ruff: ['S608'],
    insecureApi: 'string formatting in the DELETE',
    weakness: { name: 'SQL injection', risk: 'input can delete other rows' },
    secure: [
      [`conn.execute("DELETE FROM $nouns WHERE $arg = ?", ($arg,))`, 'conn.commit()'],
      ['with conn:', `    conn.execute("DELETE FROM $nouns WHERE $arg = :value", {"value": $arg})`],
      [
        'cursor = conn.cursor()',
        `cursor.execute("DELETE FROM $nouns WHERE $arg = ?", [$arg])`,
        'return cursor.rowcount',
      ],
    ],
    insecure: [
      [`conn.execute(f"DELETE FROM $nouns WHERE $arg = '{$arg}'")`, 'conn.commit()'],
      ['with conn:', `    conn.execute("DELETE FROM $nouns WHERE $arg = '{}'".format($arg))`],
      [
        'cursor = conn.cursor()',
        `cursor.execute("DELETE FROM $nouns WHERE $arg = '%s'" % $arg)`,
        'return cursor.rowcount',
      ],
    ],
  },
  {
    id: 'sql-insert',
    cwe: 89,
    verbs: ['add', 'insert', 'save'],
    args: ['email', 'name', 'title', 'note'],
    params: ['conn', '$arg'],
    phrases: [
      'insert a new $noun record with that $arg',
      'add a new $noun record that holds the $arg',
      'save the $arg as a new $noun record',
      'insert the $arg into a new $noun record',
    ],
    rule: { avoid: 'SQL built from strings', use: 'query parameters' },
    ruff: ['S608'],
    insecureApi: 'string formatting in the INSERT',
    weakness: { name: 'SQL injection', risk: 'input can write other records' },
    secure: [
      [`conn.execute("INSERT INTO $nouns ($arg) VALUES (?)", ($arg,))`, 'conn.commit()'],
      ['with conn:', `    conn.execute("INSERT INTO $nouns ($arg) VALUES (:value)", {"value": $arg})`],
      [
        'cursor = conn.cursor()',
        `cursor.execute("INSERT INTO $nouns ($arg) VALUES (?)", [$arg])`,
        'return cursor.lastrowid',
      ],
    ],
    insecure: [
      [`conn.execute(f"INSERT INTO $nouns ($arg) VALUES ('{$arg}')")`, 'conn.commit()'],
      ['with conn:', `    conn.execute("INSERT INTO $nouns ($arg) VALUES ('" + $arg + "')")`],
      [
        'cursor = conn.cursor()',
        `cursor.execute("INSERT INTO $nouns ($arg) VALUES ('%s')" % $arg)`,
        'return cursor.lastrowid',
      ],
    ],
  },
  {
    id: 'django-extra',
    cwe: 89,
    verbs: ['filter', 'narrow'],
    args: ['status', 'name', 'owner', 'country'],
    params: ['queryset', '$arg'],
    phrases: [
      'filter the $noun queryset by $arg',
      'narrow the $noun queryset to that $arg',
      'filter the queryset to each $noun of that $arg',
      'keep what has that $arg in the $noun queryset',
    ],
    rule: { avoid: 'extra with built SQL', use: 'filter with keywords' },
    ruff: ['S610'],
    insecureApi: 'queryset.extra',
    weakness: { name: 'SQL injection in querysets', risk: 'input becomes part of the SQL' },
    secure: [
      ['return queryset.filter($arg=$arg)'],
      ['from django.db.models import Q', 'match = Q($arg=$arg)', 'return queryset.filter(match)'],
      ['match = {"$arg": $arg}', 'return queryset.filter(**match).order_by("id")'],
      ['return queryset.exclude($arg__isnull=True).filter($arg__iexact=$arg)'],
    ],
    insecure: [
      [`return queryset.extra(where=[f"$arg = '{$arg}'"])`],
      [`match = "$arg = '%s'" % $arg`, 'return queryset.extra(where=[match])'],
      [`return queryset.extra(where=["$arg = '" + $arg + "'"]).order_by("id")`],
    ],
  },
  {
    id: 'django-raw-sql',
    cwe: 89,
    verbs: ['annotate', 'mark', 'flag'],
    args: ['status', 'name', 'owner', 'country'],
    params: ['rows', '$arg'],
    phrases: [
      'annotate the $noun rows with a match on $arg',
      'annotate each $noun with whether its $arg is a match',
      'annotate a match of $arg on the $noun rows',
      'give the $noun rows a match column for $arg with annotate',
    ],
    rule: { avoid: 'RawSQL from strings', use: 'RawSQL params or Q' },
    ruff: ['S611'],
    insecureApi: 'RawSQL with an f-string',
    weakness: { name: 'raw SQL injection', risk: 'input is run as raw SQL' },
    secure: [
      [
        'from django.db.models.expressions import RawSQL',
        `return rows.annotate(match=RawSQL("$arg = %s", [$arg]))`,
      ],
      ['from django.db.models import Q', 'match = Q($arg=$arg)', 'return rows.annotate(match=match)'],
      [
        'from django.db.models import Case, When',
        'match = Case(When($arg=$arg, then=True), default=False)',
        'return rows.annotate(match=match)',
      ],
    ],
    insecure: [
      [
        'from django.db.models.expressions import RawSQL',
        `return rows.annotate(match=RawSQL(f"$arg = '{$arg}'", []))`,
      ],
      [
        'from django.db.models.expressions import RawSQL',
        `match = RawSQL("$arg = '%s'" % $arg, [])`,
        'return rows.annotate(match=match)',
      ],
      [
        'from django.db.models.expressions import RawSQL',
        `sql = "$arg = '" + $arg + "'"`,
        'return rows.annotate(match=RawSQL(sql, ()))',
      ],
    ],
  },
  {
    id: 'shell-run',
    cwe: 78,
    verbs: ['compress', 'shrink'],
    args: ['path', 'source', 'filename'],
    params: ['$arg'],
    phrases: [
      'run gzip on the $noun file at $arg',
      'compress the $noun file at $arg with gzip',
      'call gzip for the $noun file at $arg',
      'make the $noun file at $arg smaller with gzip',
    ],
    rule: { avoid: 'shell=True with input', use: 'a list of arguments' },
    ruff: ['S602'],
    insecureApi: 'shell=True',
    weakness: { name: 'command injection', risk: 'input can run other commands' },
    secure: [
      ['import subprocess', 'subprocess.run(["gzip", "--", $arg], check=True)'],
      ['import subprocess', 'command = ["gzip", "--keep", "--", $arg]', 'return subprocess.call(command)'],
      [
        'import subprocess',
        'with subprocess.Popen(["gzip", "--", $arg]) as process:',
        '    return process.wait()',
      ],
    ],
    insecure: [
      ['import subprocess', 'subprocess.run(f"gzip {$arg}", shell=True, check=True)'],
      ['import subprocess', 'command = "gzip --keep " + $arg', 'return subprocess.call(command, shell=True)'],
      [
        'import subprocess',
        'with subprocess.Popen("gzip %s" % $arg, shell=True) as process:',
        '    return process.wait()',
      ],
    ],
  },
  {
    id: 'shell-popen',
    cwe: 78,
    verbs: ['ping', 'check', 'probe'],
    args: ['host', 'server', 'address'],
    params: ['$arg'],
    phrases: [
      'ping the $noun machine at $arg',
      'check with ping that the $noun machine at $arg is up',
      'see whether a ping of the $noun machine at $arg works',
      'ping $arg to check the $noun machine',
    ],
    rule: { avoid: 'os.system and os.popen', use: 'subprocess with a list' },
    ruff: ['S605'],
    insecureApi: 'os.system',
    weakness: { name: 'shell command injection', risk: 'the shell runs what the input says' },
    secure: [
      [
        'import subprocess',
        'result = subprocess.run(["ping", "-c", "1", "--", $arg], check=False)',
        'return result.returncode == 0',
      ],
      [
        'import subprocess',
        'command = ["ping", "-c", "1", "--", $arg]',
        'return subprocess.check_output(command)',
      ],
      ['import subprocess', 'return subprocess.call(["ping", "-c", "1", "--", $arg]) == 0'],
    ],
    insecure: [
      ['import os', 'return os.system(f"ping -c 1 {$arg}") == 0'],
      ['import os', 'command = "ping -c 1 " + $arg', 'return os.popen(command).read()'],
      [
        'import subprocess',
        'result = subprocess.getstatusoutput("ping -c 1 %s" % $arg)',
        'return result[0] == 0',
      ],
    ],
  },
  {
    id: 'shell-wildcard',
    cwe: 88,
    verbs: ['pack', 'bundle'],
    args: ['folder', 'directory', 'root'],
    params: ['$arg'],
    phrases: [
      'pack all files of the $noun folder $arg into one tar',
      'bundle the whole $noun folder $arg into a tar',
      'put each file of the $noun folder $arg into a tar',
      'make a tar of all files in the $noun folder $arg',
    ],
    rule: { avoid: 'shell wildcards', use: 'tarfile or explicit paths' },
    ruff: ['S609'],
    insecureApi: 'tar with a * wildcard',
    weakness: { name: 'argument injection', risk: 'a file name is read as an option' },
    secure: [
      ['import subprocess', 'subprocess.run(["tar", "-cf", "$noun.tar", "-C", $arg, "."], check=True)'],
      ['import tarfile', 'with tarfile.open("$noun.tar", "w") as tar:', '    tar.add($arg, arcname="$noun")'],
      ['import shutil', 'return shutil.make_archive("$noun", "tar", $arg)'],
    ],
    insecure: [
      ['import subprocess', 'subprocess.run("tar -cf $noun.tar *", shell=True, cwd=$arg, check=True)'],
      ['import os', 'os.chdir($arg)', 'os.system("tar -cf $noun.tar *")'],
      [
        'import subprocess',
        'command = subprocess.Popen("tar -czf $noun.tgz *", shell=True, cwd=$arg)',
        'return command.wait()',
      ],
    ],
  },
  {
    id: 'exec-code',
    cwe: 94,
    verbs: ['read', 'parse'],
    args: ['text', 'source', 'config'],
    params: ['$arg'],
    phrases: [
      'read the $noun settings from the string $arg',
      'turn the string $arg into the $noun settings',
      'return the $noun settings that are written in $arg',
      'get the settings of the $noun out of $arg',
    ],
    rule: { avoid: 'exec on input', use: 'a parser for settings' },
    ruff: ['S102'],
    insecureApi: 'exec',
    weakness: { name: 'code injection', risk: 'input is run as a program' },
    secure: [
      ['import tomllib', 'settings = tomllib.loads($arg)', 'return settings["$noun"]'],
      ['import json', 'return json.loads($arg)'],
      [
        'import configparser',
        'settings = configparser.ConfigParser()',
        'settings.read_string($arg)',
        'return dict(settings["$noun"])',
      ],
      ['return dict(line.split("=", 1) for line in $arg.splitlines())'],
    ],
    insecure: [
      ['settings = {}', 'exec($arg, settings)', 'return settings["$noun"]'],
      ['settings = {}', 'exec(compile($arg, "$noun", "exec"), {}, settings)', 'return settings'],
      ['import types', 'module = types.ModuleType("$noun")', 'exec($arg, module.__dict__)', 'return module'],
    ],
  },
  {
    id: 'eval-literal',
    cwe: 95,
    verbs: ['convert', 'decode'],
    args: ['value', 'string', 'line'],
    params: ['$arg'],
    phrases: [
      'convert the $noun $arg to a python value',
      'turn the $noun $arg into the python value that it spells',
      'decode the python value that the $noun $arg holds',
      'give the python value of the $noun $arg',
    ],
    rule: { avoid: 'eval on input', use: 'ast.literal_eval for values' },
    ruff: ['S307'],
    insecureApi: 'eval',
    weakness: { name: 'eval injection', risk: 'input is run as an expression' },
    secure: [
      ['import ast', 'return ast.literal_eval($arg)'],
      ['import ast', 'tree = ast.parse($arg, mode="eval")', 'return ast.literal_eval(tree)'],
      [
        'import ast',
        'try:',
        '    return ast.literal_eval($arg)',
        'except (SyntaxError, ValueError):',
        '    return None',
      ],
    ],
    insecure: [
      ['return eval($arg)'],
      ['import ast', 'tree = ast.parse($arg, mode="eval")', 'return eval(compile(tree, "$noun", "eval"))'],
      ['try:', '    return eval($arg, {})', 'except (SyntaxError, ValueError):', '    return None'],
    ],
  },
  {
    id: 'logging-listen',
    cwe: 94,
    verbs: ['start', 'open'],
    args: ['port', 'number', 'slot'],
    params: ['$arg'],
    phrases: [
      'start the logging listener of the $noun service on $arg',
      'open a listener on $arg for $noun logging changes',
      'listen on $arg with a logging listener for the $noun service',
      'let a listener on $arg change the $noun logging',
    ],
    rule: { avoid: 'listen without verify', use: 'listen with signed data' },
    ruff: ['S612'],
    insecureApi: 'logging.config.listen without verify',
    weakness: { name: 'unverified logging configuration', risk: 'anyone on the port can run code' },
    secure: [
      [
        'import logging.config',
        'import os',
        'from itsdangerous import Signer',
        'signer = Signer(os.environ["LOG_KEY"])',
        'return logging.config.listen($arg, verify=signer.unsign)',
      ],
      [
        'import logging.config',
        'import os',
        'from cryptography.fernet import Fernet',
        'box = Fernet(os.environ["LOG_KEY"])',
        'listener = logging.config.listen($arg, verify=box.decrypt)',
        'listener.start()',
      ],
      [
        'import logging.config',
        'import os',
        'from nacl.signing import VerifyKey',
        'key = VerifyKey(bytes.fromhex(os.environ["LOG_KEY"]))',
        'logging.config.listen($arg, verify=key.verify).start()',
      ],
    ],
    insecure: [
      ['import logging.config', 'return logging.config.listen($arg)'],
      ['import logging.config', 'listener = logging.config.listen($arg)', 'listener.start()'],
      [
        'from logging import config',
        'listener = config.listen(port=$arg)',
        'listener.daemon = True',
        'listener.start()',
        'return listener',
      ],
    ],
  },
];

export const INJECTION_FAMILIES: readonly SecurityFamily[] = SKETCHES.map(securityFamily);
