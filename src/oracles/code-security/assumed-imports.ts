/**
 * What a name means that code uses and never binds. Ruff knows `tempfile.mktemp()` only where tempfile is imported;
 * a function taken out of its file, or a policy that leaves the import out, would hide the weakness.
 */

/** Modules whose name in code is their own, with the submodules that rules of ruff-rules.ts look at. */
const MODULES: readonly string[] = [
  ...[
    'asyncio',
    'dill',
    'ftplib',
    'functools',
    'hashlib',
    'httpx',
    'imp',
    'jinja2',
    'jsonpickle',
    'logging.config',
  ],
  ...['markupsafe', 'marshal', 'os', 'paramiko', 'pickle', 'random', 'requests', 'shelve', 'shutil', 'ssl'],
  ...['subprocess', 'tarfile', 'telnetlib', 'tempfile', 'threading', 'time', 'yaml', 'zipfile'],
];

const STATEMENTS: ReadonlyMap<string, string> = new Map([
  ...MODULES.map((name): [string, string] => [name.split('.')[0]!, `import ${name}`]),
  ['urllib', 'import urllib.request'],
  ['urllib2', 'import urllib.request as urllib2'],
  ['urlopen', 'from urllib.request import urlopen'],
  ['xml', 'import xml.etree.ElementTree, xml.sax, xml.dom.minidom'],
  ['ET', 'import xml.etree.ElementTree as ET'],
  ['ElementTree', 'from xml.etree import ElementTree'],
  ['minidom', 'from xml.dom import minidom'],
  ['cPickle', 'import pickle as cPickle'],
  ['pd', 'import pandas as pd'],
  ['Markup', 'from markupsafe import Markup'],
  ['mark_safe', 'from django.utils.safestring import mark_safe'],
  ['mkstemp', 'from tempfile import mkstemp'],
  ['mktemp', 'from tempfile import mktemp'],
  ['Popen', 'from subprocess import Popen'],
  ['check_output', 'from subprocess import check_output'],
]);

/** One line of imports that bind the names that are known; undefined when none is. */
export function assumedImports(names: Iterable<string>): string | undefined {
  const statements = [...new Set(names)].flatMap((name) => STATEMENTS.get(name) ?? []);
  return statements.length === 0 ? undefined : statements.join('; ');
}
