/**
 * What Ruff's rules flag, in our words, with code that breaks and code that keeps each: Ruff's package carries no
 * documentation. Rules of severity `low` certify nothing and have no entry. A test runs Ruff over all of it.
 */

export interface RuffExample {
  /** What it flags, one line. */
  readonly flags: string;
  readonly bad: string;
  readonly good: string;
}

const lines = (...parts: readonly string[]): string => parts.join('\n');

const MD5 = {
  flags: 'a digest of a broken hash function',
  good: 'import hashlib\n\ndigest = hashlib.sha256(data).hexdigest()',
};
const xml = (bad: string): RuffExample => ({
  flags: "XML is read by a parser of Python's library that expands entities",
  bad,
  good: 'from defusedxml.ElementTree import parse\n\ntree = parse(path)',
});
const NO_PARAMETERS = 'User.objects.filter(name=name)';

export const RUFF_EXAMPLES: Readonly<Record<string, RuffExample>> = {
  S102: {
    flags: 'exec runs text as code',
    bad: 'exec(script)',
    good: 'ACTIONS = {"start": start, "stop": stop}\nACTIONS[name]()',
  },
  S103: {
    flags: 'a file is opened to everybody',
    bad: 'import os\n\nos.chmod(path, 0o777)',
    good: 'import os\n\nos.chmod(path, 0o600)',
  },
  S104: {
    flags: 'a server listens on every network interface',
    bad: 'server.bind(("0.0.0.0", 8080))',
    good: 'server.bind(("127.0.0.1", 8080))',
  },
  S105: {
    flags: 'a password stands in the code',
    bad: 'password = "s3cr3t-2024"',
    good: 'import os\n\npassword = os.environ["DB_PASSWORD"]',
  },
  S106: {
    flags: 'a password stands in a call',
    bad: 'connect(host, password="s3cr3t-2024")',
    good: 'import os\n\nconnect(host, password=os.environ["DB_PASSWORD"])',
  },
  S107: {
    flags: 'a password is the default of a parameter',
    bad: 'def connect(host, password="s3cr3t-2024"):\n    return login(host, password)',
    good: 'def connect(host, password):\n    return login(host, password)',
  },
  S108: {
    flags: 'a file of a known name in the shared temporary folder',
    bad: 'with open("/tmp/report.csv", "w") as f:\n    f.write(text)',
    good: 'import tempfile\n\nwith tempfile.NamedTemporaryFile("w") as f:\n    f.write(text)',
  },
  S110: {
    flags: 'every error is caught and dropped',
    bad: 'try:\n    check(token)\nexcept Exception:\n    pass',
    good: 'try:\n    check(token)\nexcept InvalidToken:\n    raise PermissionError from None',
  },
  S112: {
    flags: 'every error of a loop is dropped',
    bad: 'for item in items:\n    try:\n        check(item)\n    except Exception:\n        continue',
    good: 'for item in items:\n    try:\n        check(item)\n    except ValueError:\n        log.warning("skipped %s", item)',
  },
  S113: {
    flags: 'an HTTP request that may wait for ever',
    bad: 'import requests\n\nrequests.get(url)',
    good: 'import requests\n\nrequests.get(url, timeout=10)',
  },
  S201: {
    flags: 'a Flask application with its debugger on',
    bad: 'from flask import Flask\n\napp = Flask(__name__)\napp.run(debug=True)',
    good: 'from flask import Flask\n\napp = Flask(__name__)\napp.run()',
  },
  S202: {
    flags: 'an archive is unpacked wherever its names lead',
    bad: 'import tarfile\n\nwith tarfile.open(path) as archive:\n    archive.extractall(target)',
    good: 'import tarfile\n\nwith tarfile.open(path) as archive:\n    archive.extractall(target, filter="data")',
  },
  S301: {
    flags: 'pickled data is loaded, which may run code',
    bad: 'import pickle\n\nsession = pickle.loads(cookie)',
    good: 'import json\n\nsession = json.loads(cookie)',
  },
  S302: {
    flags: 'marshalled data is loaded',
    bad: 'import marshal\n\nvalue = marshal.loads(data)',
    good: 'import json\n\nvalue = json.loads(data)',
  },
  S303: { ...MD5, bad: 'from Crypto.Hash import MD5\n\nMD5.new()' },
  S304: {
    flags: 'a broken cipher',
    bad: 'from cryptography.hazmat.primitives.ciphers import algorithms\n\nalgorithms.ARC4(key)',
    good: 'from cryptography.hazmat.primitives.ciphers.aead import AESGCM\n\nAESGCM(key).encrypt(nonce, data, None)',
  },
  S305: {
    flags: 'a cipher in a mode that shows patterns',
    bad: 'from cryptography.hazmat.primitives.ciphers import modes\n\nmode = modes.ECB()',
    good: 'from cryptography.hazmat.primitives.ciphers import modes\n\nmode = modes.GCM(nonce)',
  },
  S306: {
    flags: 'a temporary name that somebody else can take first',
    bad: 'import tempfile\n\npath = tempfile.mktemp()',
    good: 'import tempfile\n\nhandle, path = tempfile.mkstemp()',
  },
  S307: {
    flags: 'eval runs text as code',
    bad: 'total = eval(formula)',
    good: 'import ast\n\nvalue = ast.literal_eval(text)',
  },
  S308: {
    flags: 'text is marked as safe HTML',
    bad: 'from django.utils.safestring import mark_safe\n\nmark_safe(comment)',
    good: 'from django.utils.html import format_html\n\nformat_html("<p>{}</p>", comment)',
  },
  S310: {
    flags: 'a URL of any scheme is opened',
    bad: 'import urllib.request\n\nurllib.request.urlopen(url)',
    good: lines(
      'from urllib.parse import urlsplit',
      '',
      'if urlsplit(url).hostname not in ALLOWED_HOSTS:',
      '    raise ValueError("host")',
    ),
  },
  S311: {
    flags: 'random numbers that can be foreseen',
    bad: 'import random\n\ntoken = random.randint(0, 10**9)',
    good: 'import secrets\n\ntoken = secrets.token_urlsafe(32)',
  },
  S312: {
    flags: 'a Telnet session, which sends passwords in the clear',
    bad: 'import telnetlib\n\ntelnetlib.Telnet(host)',
    good: 'import paramiko\n\nclient = paramiko.SSHClient()\nclient.load_system_host_keys()',
  },
  S313: xml('import xml.etree.cElementTree as ET\n\nET.parse(path)'),
  S314: xml('import xml.etree.ElementTree as ET\n\nET.parse(path)'),
  S315: xml('from xml.sax import expatreader\n\nexpatreader.create_parser()'),
  S316: xml('from xml.dom import expatbuilder\n\nexpatbuilder.parse(path)'),
  S317: xml('import xml.sax\n\nxml.sax.parse(path, handler)'),
  S318: xml('from xml.dom import minidom\n\nminidom.parse(path)'),
  S319: xml('from xml.dom import pulldom\n\npulldom.parse(path)'),
  S321: {
    flags: 'an FTP session, which sends passwords in the clear',
    bad: 'import ftplib\n\nftplib.FTP(host)',
    good: 'import paramiko\n\nclient = paramiko.SSHClient()\nclient.load_system_host_keys()',
  },
  S323: {
    flags: 'a TLS context that checks no certificate',
    bad: 'import ssl\n\ncontext = ssl._create_unverified_context()',
    good: 'import ssl\n\ncontext = ssl.create_default_context()',
  },
  S324: { ...MD5, bad: 'import hashlib\n\ndigest = hashlib.md5(data).hexdigest()' },
  S501: {
    flags: 'a request without a check of the certificate',
    bad: 'import requests\n\nrequests.get(url, timeout=10, verify=False)',
    good: 'import requests\n\nrequests.get(url, timeout=10)',
  },
  S502: {
    flags: 'an old version of TLS',
    bad: 'import ssl\n\nssl.wrap_socket(ssl_version=ssl.PROTOCOL_SSLv3)',
    good: 'import ssl\n\ncontext = ssl.create_default_context()\ncontext.minimum_version = ssl.TLSVersion.TLSv1_2',
  },
  S503: {
    flags: 'an old version of TLS as a default',
    bad: 'import ssl\n\ndef connect(version=ssl.PROTOCOL_TLSv1):\n    return version',
    good: 'import ssl\n\ndef connect():\n    return ssl.create_default_context()',
  },
  S504: {
    flags: 'TLS without a version that is asked for',
    bad: 'import ssl\n\nssl.wrap_socket()',
    good: 'import ssl\n\ncontext = ssl.create_default_context()',
  },
  S505: {
    flags: 'a key that is too short',
    bad: 'from cryptography.hazmat.primitives.asymmetric import rsa\n\nrsa.generate_private_key(65537, 1024)',
    good: 'from cryptography.hazmat.primitives.asymmetric import rsa\n\nrsa.generate_private_key(65537, 3072)',
  },
  S506: {
    flags: 'YAML is read with a loader that builds any object',
    bad: 'import yaml\n\nsettings = yaml.load(text)',
    good: 'import yaml\n\nsettings = yaml.safe_load(text)',
  },
  S507: {
    flags: 'an SSH client that trusts every host key',
    bad: 'import paramiko\n\nclient = paramiko.SSHClient()\nclient.set_missing_host_key_policy(paramiko.AutoAddPolicy())',
    good: 'import paramiko\n\nclient = paramiko.SSHClient()\nclient.load_system_host_keys()',
  },
  S508: {
    flags: 'SNMP of a version without protection',
    bad: 'from pysnmp.hlapi import CommunityData\n\nCommunityData("public", mpModel=0)',
    good: 'from pysnmp.hlapi import UsmUserData\n\nUsmUserData("user", auth_key, priv_key)',
  },
  S509: {
    flags: 'SNMP without authentication or encryption',
    bad: 'from pysnmp.hlapi import UsmUserData\n\nUsmUserData("user")',
    good: 'from pysnmp.hlapi import UsmUserData\n\nUsmUserData("user", auth_key, priv_key)',
  },
  S601: {
    flags: 'a remote command over SSH made of variable text',
    bad: 'import paramiko\n\nparamiko.exec_command(f"ls {folder}")',
    good: 'import shlex\n\ncommand = f"ls {shlex.quote(folder)}"',
  },
  S602: {
    flags: 'a command is run by a shell',
    bad: 'import subprocess\n\nsubprocess.run(f"convert {name} out.png", shell=True)',
    good: 'import subprocess\n\nsubprocess.run(["convert", name, "out.png"], check=True)',
  },
  S604: {
    flags: 'a function is called with shell=True',
    bad: 'call_tool(command, shell=True)',
    good: 'call_tool(command)',
  },
  S605: {
    flags: 'a command line is given to a shell',
    bad: 'import os\n\nos.system(f"ping {host}")',
    good: 'import subprocess\n\nsubprocess.run(["ping", host], check=True)',
  },
  S608: {
    flags: 'SQL is put together from strings',
    bad: 'cursor.execute(f"SELECT * FROM users WHERE name = \'{name}\'")',
    good: 'cursor.execute("SELECT * FROM users WHERE name = ?", (name,))',
  },
  S609: {
    flags: 'a shell command with a wildcard',
    bad: 'import subprocess\n\nsubprocess.Popen("/bin/chown root *", shell=True)',
    good: 'import pathlib\nimport shutil\n\nfor path in pathlib.Path(folder).iterdir():\n    shutil.chown(path, "root")',
  },
  S610: {
    flags: "raw SQL in Django's extra",
    bad: 'User.objects.extra(where=[condition])',
    good: NO_PARAMETERS,
  },
  S611: {
    flags: "raw SQL in Django's RawSQL",
    bad: 'from django.db.models.expressions import RawSQL\n\nRawSQL(text)',
    good: NO_PARAMETERS,
  },
  S612: {
    flags: 'logging configurations are taken from the network',
    bad: 'import logging.config\n\nlogging.config.listen(9030)',
    good: 'import logging.config\n\nlogging.config.listen(9030, verify=check_signature)',
  },
  S701: {
    flags: 'Jinja templates without escaping',
    bad: 'from jinja2 import Environment\n\nEnvironment(loader=loader)',
    good: 'from jinja2 import Environment, select_autoescape\n\nEnvironment(loader=loader, autoescape=select_autoescape())',
  },
  S702: {
    flags: 'Mako templates without escaping',
    bad: 'from mako.template import Template\n\nTemplate(text)',
    good: 'from jinja2 import Environment, select_autoescape\n\nEnvironment(loader=loader, autoescape=select_autoescape())',
  },
  S704: {
    flags: 'text is marked as safe HTML',
    bad: 'from markupsafe import Markup\n\nMarkup(comment)',
    good: 'from markupsafe import escape\n\nescape(comment)',
  },
  SIM115: {
    flags: 'a file is opened and left to be closed by chance',
    bad: 'f = open(path)\ntext = f.read()',
    good: 'with open(path) as f:\n    text = f.read()',
  },
  PLW2101: {
    flags: 'a lock that nobody else can hold',
    bad: 'import threading\n\nwith threading.Lock():\n    save(balance)',
    good: 'import threading\n\nLOCK = threading.Lock()\n\nwith LOCK:\n    save(balance)',
  },
  B012: {
    flags: 'a finally block that swallows the error',
    bad: 'def load():\n    try:\n        return read()\n    finally:\n        return None',
    good: 'def load():\n    try:\n        return read()\n    finally:\n        close()',
  },
  B029: {
    flags: 'a handler of an empty tuple, which catches nothing',
    bad: 'try:\n    check(token)\nexcept ():\n    deny()',
    good: 'try:\n    check(token)\nexcept InvalidToken:\n    deny()',
  },
  B030: {
    flags: 'a handler of something that is no exception class',
    bad: 'try:\n    check(token)\nexcept "InvalidToken":\n    deny()',
    good: 'try:\n    check(token)\nexcept InvalidToken:\n    deny()',
  },
  PLW0711: {
    flags: 'a handler of `A or B`, which catches A alone',
    bad: 'try:\n    check(token)\nexcept ValueError or KeyError:\n    deny()',
    good: 'try:\n    check(token)\nexcept (ValueError, KeyError):\n    deny()',
  },
  RUF064: {
    flags: 'permissions written as a decimal number',
    bad: 'import os\n\nos.chmod(path, 600)',
    good: 'import os\n\nos.chmod(path, 0o600)',
  },
  DJ006: {
    flags: 'a form that takes every field but the named ones',
    bad: 'from django import forms\n\nclass ProfileForm(forms.ModelForm):\n    class Meta:\n        exclude = ["owner"]',
    good: 'from django import forms\n\nclass ProfileForm(forms.ModelForm):\n    class Meta:\n        fields = ["name"]',
  },
  DJ007: {
    flags: 'a form that takes every field',
    bad: 'from django import forms\n\nclass ProfileForm(forms.ModelForm):\n    class Meta:\n        fields = "__all__"',
    good: 'from django import forms\n\nclass ProfileForm(forms.ModelForm):\n    class Meta:\n        fields = ["name"]',
  },
  F634: {
    flags: 'a condition that is a tuple, always true',
    bad: 'if (user.is_admin, True):\n    grant()',
    good: 'if user.is_admin:\n    grant()',
  },
  PLE2502: {
    flags: 'control characters that make code read otherwise than it runs',
    bad: 'level = "user\u202e"',
    good: 'level = "user"',
  },
  PLW0133: {
    flags: 'an exception that is built and not raised',
    bad: 'def check(user):\n    if not user.is_admin:\n        PermissionError("admins only")',
    good: 'def check(user):\n    if not user.is_admin:\n        raise PermissionError("admins only")',
  },
  F632: {
    flags: 'a literal is compared by identity',
    bad: 'allowed = role is "admin"',
    good: 'allowed = role == "admin"',
  },
  T100: {
    flags: 'a breakpoint is left in the code',
    bad: 'def pay(order):\n    breakpoint()\n    charge(order)',
    good: 'def pay(order):\n    charge(order)',
  },
};
