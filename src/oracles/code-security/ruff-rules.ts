/**
 * Ruff's rules that find security weaknesses, with the CWEs and the severity that *we* give them: Ruff has
 * neither. Sources: CWE 4.x entries; Bandit's `issue.Cwe` of the same check (Ruff's S rules are ports of Bandit's
 * B rules with the same number), kept in `bandit`. Where our first CWE differs from Bandit's, `note` says why.
 * Severity: `critical` runs code that an attacker writes, `high` breaks a protection as such, `medium` depends on
 * the surroundings, `low` flags so much safe code that it must not decide a reward. Rules that are left out, and
 * why: docs/decisions/0010-analysers.md.
 */
import type { Severity } from '../verdict.ts';

export interface RuffRule {
  /** CWE numbers, the most telling one first. */
  readonly cwes: readonly number[];
  readonly severity: Severity;
  readonly help: string;
  /** The CWE that Bandit gives this check. */
  readonly bandit?: number;
  /** Why ours differs from Bandit's. */
  readonly note?: string;
}

const UNTRUSTED_XML = 'Parse untrusted XML with defusedxml.';
const XML_NOTE = 'the weakness is entity handling; 20 names any missing check';
const XML = {
  cwes: [611, 776],
  severity: 'medium',
  help: UNTRUSTED_XML,
  bandit: 20,
  note: XML_NOTE,
} as const satisfies RuffRule;
const BLOCKING_NOTE = 'Use the asynchronous counterpart, or run it in a thread.';
const BLOCKING = { cwes: [1322], severity: 'low', help: BLOCKING_NOTE } as const satisfies RuffRule;

const CATCHES_NOTHING = {
  cwes: [248, 755],
  severity: 'medium',
  help: 'Name exception classes, several as a tuple: this handler misses what it should catch.',
} as const satisfies RuffRule;
const TOO_BROAD = {
  cwes: [396, 755],
  severity: 'low',
  help: 'Catch the exceptions that can be handled here.',
} as const satisfies RuffRule;
const MASS_ASSIGNMENT = {
  cwes: [915],
  severity: 'medium',
  help: 'List the fields that a request may set.',
} as const satisfies RuffRule;

export const RUFF_RULES: Readonly<Record<string, RuffRule>> = {
  S101: {
    cwes: [617, 703],
    severity: 'low',
    help: 'Raise an exception: assert vanishes under python -O.',
    bandit: 703,
    note: '617 is the assertion itself; low because tests assert rightly',
  },
  S102: {
    cwes: [95, 94, 78],
    severity: 'critical',
    help: 'Do not execute text: dispatch on known names.',
    bandit: 78,
    note: 'exec runs Python, not a shell command',
  },
  S103: { cwes: [732], severity: 'medium', help: 'Give the owner alone access (0o600).', bandit: 732 },
  S104: {
    cwes: [1327, 605],
    severity: 'medium',
    help: 'Bind to 127.0.0.1 or a named interface.',
    bandit: 605,
    note: '605 is several sockets on one port; 1327 is binding to every address',
  },
  S105: { cwes: [798, 259], severity: 'medium', help: 'Read secrets from the environment.', bandit: 259 },
  S106: { cwes: [798, 259], severity: 'medium', help: 'Read secrets from the environment.', bandit: 259 },
  S107: {
    cwes: [798, 259, 1392],
    severity: 'medium',
    help: 'Give passwords no default value.',
    bandit: 259,
  },
  S108: { cwes: [377, 379], severity: 'medium', help: 'Use tempfile to make the file.', bandit: 377 },
  S110: {
    cwes: [390, 703],
    severity: 'medium',
    help: 'Handle the error or log it.',
    bandit: 703,
    note: '390 is the detected error without action, 703 its class',
  },
  S112: {
    cwes: [390, 703],
    severity: 'medium',
    help: 'Handle the error or log it.',
    bandit: 703,
    note: 'as S110',
  },
  S113: { cwes: [400, 1088], severity: 'medium', help: 'Pass timeout=.', bandit: 400 },
  S201: {
    cwes: [489, 94],
    severity: 'high',
    help: 'Run without debug=True.',
    bandit: 94,
    note: '489 is active debug code; its console runs code (94)',
  },
  S202: { cwes: [22], severity: 'high', help: 'Extract with filter="data".', bandit: 22 },
  S301: { cwes: [502], severity: 'high', help: 'Use a data format such as JSON.', bandit: 502 },
  S302: { cwes: [502], severity: 'high', help: 'Use a data format such as JSON.', bandit: 502 },
  S303: {
    cwes: [328, 327],
    severity: 'medium',
    help: 'Use SHA-256 or better.',
    bandit: 327,
    note: '328 is the weak hash, 327 any weak algorithm',
  },
  S304: { cwes: [327], severity: 'high', help: 'Use AES-GCM or ChaCha20-Poly1305.', bandit: 327 },
  S305: { cwes: [327], severity: 'medium', help: 'Use an authenticated mode such as GCM.', bandit: 327 },
  S306: { cwes: [377], severity: 'medium', help: 'Use tempfile.mkstemp.', bandit: 377 },
  S307: {
    cwes: [95, 94, 78],
    severity: 'critical',
    help: 'Use ast.literal_eval or a parser of your own.',
    bandit: 78,
    note: 'eval runs Python, not a shell command',
  },
  S308: {
    cwes: [79, 80],
    severity: 'medium',
    help: 'Use format_html, which escapes.',
    bandit: 79,
  },
  S310: {
    cwes: [918, 22],
    severity: 'medium',
    help: 'Check the scheme and the host before opening a URL.',
    bandit: 22,
    note: 'the request goes where input says (918); file: URLs read paths (22)',
  },
  S311: { cwes: [338, 330], severity: 'medium', help: 'Use the secrets module.', bandit: 330 },
  S312: { cwes: [319], severity: 'high', help: 'Use SSH.', bandit: 319 },
  S313: XML,
  S314: XML,
  S315: XML,
  S316: XML,
  S317: XML,
  S318: XML,
  S319: XML,
  S321: { cwes: [319], severity: 'high', help: 'Use SFTP or FTP over TLS.', bandit: 319 },
  S323: { cwes: [295], severity: 'high', help: 'Use ssl.create_default_context().', bandit: 295 },
  S324: {
    cwes: [328, 327],
    severity: 'medium',
    help: 'Use SHA-256 or better.',
    bandit: 327,
    note: '328 is the weak hash, 327 any weak algorithm',
  },
  S501: { cwes: [295], severity: 'high', help: 'Leave certificate verification on.', bandit: 295 },
  S502: {
    cwes: [757, 327],
    severity: 'high',
    help: 'Use TLS 1.2 or newer.',
    bandit: 327,
    note: 'a weaker protocol is negotiated (757) though the algorithm may be sound',
  },
  S503: {
    cwes: [757, 327],
    severity: 'medium',
    help: 'Use TLS 1.2 or newer as the default.',
    bandit: 327,
    note: 'as S502',
  },
  S504: {
    cwes: [757, 327],
    severity: 'medium',
    help: 'Name a protocol version.',
    bandit: 327,
    note: 'as S502',
  },
  S505: { cwes: [326], severity: 'high', help: 'Use RSA of 2,048 bits or more.', bandit: 326 },
  S506: {
    cwes: [502, 20],
    severity: 'high',
    help: 'Use yaml.safe_load.',
    bandit: 20,
    note: 'the loader builds any object (502); 20 names any missing check',
  },
  S507: {
    cwes: [322, 295],
    severity: 'high',
    help: 'Reject unknown host keys.',
    bandit: 295,
    note: 'an SSH host key is no certificate: the key exchange is unauthenticated (322)',
  },
  S508: { cwes: [319], severity: 'medium', help: 'Use SNMPv3.', bandit: 319 },
  S509: { cwes: [319], severity: 'medium', help: 'Use SNMPv3 with authPriv.', bandit: 319 },
  S601: { cwes: [78], severity: 'medium', help: 'Quote what goes into the remote command.', bandit: 78 },
  S602: { cwes: [78], severity: 'high', help: 'Pass a list and leave shell=False.', bandit: 78 },
  S603: { cwes: [78], severity: 'low', help: 'Check what subprocess is given.', bandit: 78 },
  S604: { cwes: [78], severity: 'medium', help: 'Leave shell=False.', bandit: 78 },
  S605: { cwes: [78], severity: 'high', help: 'Use subprocess with a list.', bandit: 78 },
  S606: { cwes: [78], severity: 'low', help: 'Check what is started.', bandit: 78 },
  S607: {
    cwes: [426, 78],
    severity: 'low',
    help: 'Start programs by their full path.',
    bandit: 78,
    note: 'the search path decides which program runs (426)',
  },
  S608: { cwes: [89], severity: 'high', help: 'Pass values as query parameters.', bandit: 89 },
  S609: {
    cwes: [88, 78],
    severity: 'medium',
    help: 'List the files instead of using a wildcard.',
    bandit: 78,
    note: 'file names become options (88)',
  },
  S610: { cwes: [89], severity: 'medium', help: 'Use the query builder or params=.', bandit: 89 },
  S611: { cwes: [89], severity: 'medium', help: 'Use the query builder or params=.', bandit: 89 },
  S612: { cwes: [94], severity: 'medium', help: 'Pass verify= to logging.config.listen.', bandit: 94 },
  S701: {
    cwes: [79, 94],
    severity: 'high',
    help: 'Use autoescape=select_autoescape().',
    bandit: 94,
    note: 'missing escaping lets markup through (79)',
  },
  S702: {
    cwes: [79, 80],
    severity: 'medium',
    help: 'Use default_filters=["h"].',
    bandit: 80,
    note: '80 is the basic variant of 79',
  },
  S704: { cwes: [79, 80], severity: 'medium', help: 'Use escape() for what is not constant.', bandit: 79 },
  ASYNC210: BLOCKING,
  ASYNC220: BLOCKING,
  ASYNC221: BLOCKING,
  ASYNC222: BLOCKING,
  ASYNC230: BLOCKING,
  ASYNC251: BLOCKING,
  ASYNC212: BLOCKING,
  ASYNC240: BLOCKING,
  ASYNC250: BLOCKING,
  ASYNC100: {
    cwes: [1088],
    severity: 'low',
    help: 'Await something in the scope: its timeout acts nowhere else.',
  },
  SIM115: { cwes: [772, 404], severity: 'medium', help: 'Open files in a with statement.' },
  PLW2101: { cwes: [667], severity: 'medium', help: 'Bind the lock to a name that outlives the with block.' },
  B012: { cwes: [584], severity: 'medium', help: 'Leave finally without return, break or continue.' },
  B019: {
    cwes: [401],
    severity: 'low',
    help: 'Cache in the instance: this cache keeps every instance alive.',
  },
  B029: CATCHES_NOTHING,
  B030: CATCHES_NOTHING,
  PLW0711: CATCHES_NOTHING,
  BLE001: TOO_BROAD,
  E722: TOO_BROAD,
  TRY002: { cwes: [397], severity: 'low', help: 'Raise an exception class that callers can tell apart.' },
  PLW1509: {
    cwes: [663, 833],
    severity: 'low',
    help: 'Use start_new_session=, process_group= or user= instead of preexec_fn=.',
  },
  PLW1510: { cwes: [252], severity: 'low', help: 'Pass check=True, or look at the return code.' },
  RUF064: { cwes: [732], severity: 'medium', help: 'Write permissions in octal: 0o600, not 600.' },
  RUF071: {
    cwes: [22],
    severity: 'low',
    help: 'Use os.path.commonpath: /data is a prefix of /database.',
  },
  DJ003: { cwes: [200], severity: 'low', help: 'Give the template the values that it shows.' },
  DJ006: MASS_ASSIGNMENT,
  DJ007: MASS_ASSIGNMENT,
  F631: { cwes: [571], severity: 'low', help: 'Take the parentheses away: a tuple is always true.' },
  F634: { cwes: [571], severity: 'medium', help: 'Take the parentheses away: a tuple is always true.' },
  PLE2502: {
    cwes: [1007],
    severity: 'medium',
    help: 'Remove the control characters: the code reads otherwise than it runs.',
  },
  PLW0133: { cwes: [392], severity: 'medium', help: 'Raise the exception that is built.' },
  F632: { cwes: [595, 597], severity: 'medium', help: 'Compare literals with ==.' },
  T100: { cwes: [489], severity: 'medium', help: 'Remove the breakpoint.' },
};
