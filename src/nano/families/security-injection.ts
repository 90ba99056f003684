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
interface SecuritySketch
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
        `cursor.execute("DELETE FROM $nouns WHERE $arg = %s", [$arg])`,
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
      [`return queryset.extra(select={"match": "$arg = '{}'".format($arg)}).filter(match=True)`],
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
];

export const INJECTION_FAMILIES: readonly SecurityFamily[] = SKETCHES.map(securityFamily);
