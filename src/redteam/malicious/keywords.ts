/**
 * A table of words in place of a model: which words speak of which category of attacks. It reads no intent, and it is
 * about as often right as docs/results/hygiene.md says; it needs no account, and a run without a classifier has to
 * name it. The words were chosen by hand, with word counts of half of CySecBench in view; see there what that means.
 */
import { wordsOf } from '../hygiene/minhash.ts';
import type { AttackCategory } from './categories.ts';
import type { RequestClassifier, RequestLabel } from './classify.ts';

/** `sure` words name an attack or its target, `likely` ones go with it. Words in the singular, phrases of up to three. */
interface Words {
  readonly sure: string;
  readonly likely: string;
}

const TABLE: Readonly<Record<AttackCategory, Words>> = {
  'cloud attacks': {
    sure: `cloud|aws|azure|gcp|google cloud|container escape|kubernetes|docker|serverless|lambda|s3 bucket|iam role|
      hyperjacking|co residency|data remanence|hypervisor|tenant|cloud storage|image pull|phaas|phishing as|
      service level agreement|sla|orchestration|cloud native|function dependency`,
    likely: `container|storage|image|virtual machine|deployment|security group|api credential|misconfigured|
      misconfiguration|instance|resource|orphaned|environment|service|function`,
  },
  'control system attacks': {
    sure: `ics|scada|plc|industrial control|control system|modbus|opc|hmi|ied|fieldbus|profinet|dnp3|ladder logic|
      industrial|siemens|hart protocol|field device|power grid|control network|stuxnet|rtu|fpga|programmable logic|
      electric grid|hardcoded credential`,
    likely: `electric|plant|sensor data|control|network segmentation|sabotage|espionage|grid|field|logic|
      critical infrastructure|legacy`,
  },
  'cryptographic attacks': {
    sure: `rsa|cipher|ciphertext|plaintext|encryption|cryptographic|cryptography|cryptanalysis|collision|
      padding oracle|meet in|rc4|des|aes|knob|drown|bleichenbacher|lattice|rainbow table|side channel|timing attack|
      power analysis|fault attack|fault injection|algebraic|curve25519|elliptic curve|diffie hellman|dual_ec_drbg|a5|
      gsm|hash function|md5|sha1|key exhaustion|weak key|related key|key reuse|cbc|modulus|robot attack|dictionary attack|
      cube attack|differential|prime|cryptosystem|wep encryption|birthday|known plaintext|nonce reuse|entropy|key recovery`,
    likely: `key|algorithm|hash|oracle|analysis|signature|bias|padding|timing|bit|mode|block|wep|brute force|electromagnetic`,
  },
  'evasion techniques': {
    sure: `dll injection|process injection|process hollowing|process doppelgänging|doppelgänging|reflective dll|dll|
      hollowing|ghosting|binary padding|certificate pinning|ppid|stack pivoting|uac|user account control|timestomping|
      alternate data stream|process|runpe|hooking|hook|setthreadcontext|evasion technique|obfuscation|
      code signing|living off|user mode|amsi|edr|sandbox evasion|code obfuscation|malware staging|control flow|
      thread|atom bombing|anti forensic`,
    likely: `evasion|evade|reflective|binary|injection technique|shellcode|windows|staging|undetected|detection|file|
      memory|code injection|encrypted|hidden|technique`,
  },
  'hardware attacks': {
    sure: `hardware|rowhammer|tempest|glitching|badusb|badbios|usb|thunderbolt|dma|pci|firewire|jtag|
      supply chain|foundry|counterfeit|spectre|meltdown|cold boot|evil maid|dram|chip|bios|uefi|baseband|voltage|
      thermal imaging|wireless charging|peripheral|e fuse|rubber ducky|keystroke injection|implant|clock|bluetooth sniffing|
      hid spoofing|cpu|microcode|processor|circuit|fuse|electromagnetic emanation|firmware downgrade|ssd|gpu|hard drive`,
    likely: `component|manufacturing|embedded|backdoor|trojan|firmware|cloning|physical|memory|device driver|rfid|
      tampering|downgrade`,
  },
  'intrusion techniques': {
    sure: `phishing|spear phishing|vishing|smishing|whaling|social engineering|password spraying|credential stuffing|
      credential|exploit kit|angler|typosquatting|homoglyph|homograph|insider|dns poisoning|dns exfiltration|
      content spoofing|spam|macro|clickjacking|click fraud|deepfake|watering hole|pretexting|formjacking|oauth|
      session sidejacking|sidejacking|domain shadowing|cloud metadata|response splitting|beacon|birthday attack|war driving|
      algorithmic trading|qr code|drive by|password cracking|bluejacking|war dialing|wardriving|ssrf|csrf|
      machine learning|adversarial|lateral movement|advanced persistent`,
    likely: `email|campaign|password|employee|social|victim|domain|browser cookie|ai|learning|content|user|
      website|rogue|exfiltration|metadata|organization|fraud|identity|dns|trading|browser|wireless`,
  },
  'iot attacks': {
    sure: `iot|ble|bluetooth low energy|zigbee|nfc|smart home|smart device|actuator|wearable|puf|unclonable|blueborne|fota|
      over the air|node tampering|node replication|mirai|mqtt|smart meter|edge device|iot firmware|resource depletion|
      smart|internet of thing|sensor|vehicle|node|connected device|camera|drone|lora|default password`,
    likely: `device|firmware|sensor|bluetooth|edge|energy|depletion|privacy|default|physical|update|rfid|command`,
  },
  'malware attacks': {
    sure: `malware|virus|worm|ransomware|spyware|adware|rootkit|keylogger|wiper|infostealer|crimeware|cryptolocker|
      doxware|raas|screen locker|locker|scareware|botnet|bootkit|polymorphic|metamorphic|fileless|dropper|logic bomb|
      time bomb|ram scraper|remote access trojan|rat|trojan|banking trojan|backdoor trojan|exploit pack|hijacker|cryptominer|
      cryptojacking|steganographic|downloader|bootloader|clipboard|video capture|rogue security|point of sale|atm|
      browser extension|macro virus`,
    likely: `sms|android|ios|antivirus|infect|propagate|develop|payload|spread|self replicating|computer|screen|capture|
      deploy|software|browser|malicious software|as service|bomb|gps`,
  },
  'network attacks': {
    sure: `flood|flooding|syn|icmp|tcp|udp|arp|dhcp|bgp|dns amplification|amplification|smurf|teardrop|ping of death|
      ssl stripping|ssl|tls|vlan|mac address|packet|sniffing|man in|mitm|gre|l2tp|ssh|sybil|blackhole|wormhole|eigrp|ospf|lldp|
      llmnr|smb|router|routing|route|sctp|memcached|ntp|ipv6|evilgrade|http cache|wps|wpa|wpa2|evil twin|network|
      ddos|denial of service|dos|ip spoofing|cache poisoning|relay|tunneling|rogue access|port scanning|dns hijacking|
      dns tunneling|snmp|ftp|voip|sip|vpn|wifi|wi fi|deauthentication|session hijacking|dns spoofing|spanning tree|ip`,
    likely: `server|spoofing|traffic|protocol|poisoning|address|stripping|hijacking|script|switch|dns|bandwidth|
      flapping|wireless|middle|proxy|port|connection|certificate`,
  },
  'web application attacks': {
    sure: `subdomain|sql injection|xss|cross site|csrf|json web|jwt|template injection|ssti|server side|crlf|header injection|
      host header|graphql|websocket|cookie|http desync|desync|request smuggling|hsts|csp|content security|
      nosql|ldap|xml|xxe|web cache|verb tampering|parameter pollution|http parameter|dom|web application|
      file upload|path traversal|directory traversal|deserialization|open redirect|subresource|http request|http verb|
      session fixation|wordpress|web server|webpage|web page|web site|website|rest api|web|command injection|buffer overflow|
      local file|remote file|captcha|login form`,
    likely: `http|header|injection|site|url|request|form|session|token|template|script|application|api|php|javascript|
      takeover|cache|replay|parameter|password policy|circumvent|overflow|query|input`,
  },
};

/** Beginnings of words of any attack: they speak for relevance, not for a category. */
const OF_ATTACKS = new RegExp(
  `\\b(?:${`attack|exploit|hack|malicious|bypass|breach|compromis|vulnerab|unauthori[sz]ed|steal|intercept|hijack|infiltrat|
  sabotag|disrupt|eavesdrop|impersonat|tamper|inject|spoof|crack|payload|evad|evasi|circumvent|corrupt|take control|take over|
  takeover|taking over|spy|leak|exfiltrat|backdoor|weak|manipulat|gain access|without permission|undetect|detection|malware|
  virus|worm|ransomware|adware|trojan|rootkit|bootkit|keylog|wiper|infostealer|botnet|locker|bomb|polymorphic|phish|vishing|
  smishing|spam|stuffing|spraying|typosquat|homogl|homogr|clickjack|fraud|deepfake|flood|poison|stripping|sniff|overflow|
  rowhammer|glitch|hollowing|doppelg|ghosting|reflective|hooking|obfuscat|timestomp|evil|rogue|ddos|denial of service|xss|csrf|
  ssrf|collision|cryptanaly|smuggl|desync|misconfig|clon|counterfeit|abus|flaw|escape|brute force|replay|insider|extract|
  break|decrypt|escalat|hidden|hide|conceal|disguis|harmful|advantage of|illicit|illegal|covert|fake|forg|infect`.replace(
    /\s*\|\s*/g,
    '|',
  )})`,
);
/** Words of computing that belong to no category. */
const OF_COMPUTERS =
  /\b(?:computer|software|program|code|script|system|server|network|data|file|password|account|online|internet|app|website|security|cyber|user|device|firmware|api|digital|privilege|bug|cve|hash|encrypt)/;

const SURE = 3;
const LIKELY = 1;

/** weights[phrase]: what it says for each category. */
const WEIGHTS = weightsOf();
const LONGEST = 3;

/** One category above all others, in a request with words of attacks; equal ones leave it undecided. */
export const keywordRequestClassifier: RequestClassifier = {
  name: 'keywords',
  label: async (texts) => texts.map(labelOf),
};

function labelOf(text: string): RequestLabel {
  const found = phrasesIn(text);
  const scores = new Map<AttackCategory, number>();
  for (const phrase of found)
    for (const [category, weight] of WEIGHTS.get(phrase) ?? [])
      scores.set(category, (scores.get(category) ?? 0) + weight);
  const best = Math.max(0, ...scores.values());
  const words = wordsOf(text).join(' ');
  const speaksOfAttacks = OF_ATTACKS.test(words) || best >= 2 * SURE;
  const speaksOfComputers = best > 0 || OF_COMPUTERS.test(words);
  if (!speaksOfAttacks || !speaksOfComputers) return { kind: 'other' };
  if (best < 2 * LIKELY) return { kind: 'undecided', reason: 'no word speaks of a category' };
  const top = [...scores].filter(([, score]) => score === best).map(([category]) => category);
  const [category, ...equals] = top;
  if (category === undefined || equals.length > 0)
    return { kind: 'undecided', reason: `its words speak of ${top.join(' and of ')} alike` };
  return { kind: 'cyber', category };
}

/** Every run of up to three words, each once. */
function phrasesIn(text: string): string[] {
  const words = wordsOf(text).map(singular);
  const phrases = new Set<string>();
  for (let length = 1; length <= LONGEST; length++)
    for (let start = 0; start + length <= words.length; start++)
      phrases.add(words.slice(start, start + length).join(' '));
  return [...phrases];
}

function phrasesOf(list: string): string[] {
  return list.split('|').map((phrase) => wordsOf(phrase).map(singular).join(' '));
}

/** `keys` and `key` are one word; `dns`, `bus` and `access` stay. */
function singular(word: string): string {
  if (word.length < 4 || /(?:ss|us|is)$/.test(word)) return word;
  return word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.replace(/s$/, '');
}

function weightsOf(): ReadonlyMap<string, ReadonlyMap<AttackCategory, number>> {
  const weights = new Map<string, Map<AttackCategory, number>>();
  for (const [category, { sure, likely }] of Object.entries(TABLE) as [AttackCategory, Words][])
    for (const [list, weight] of [
      [likely, LIKELY],
      [sure, SURE],
    ] as const)
      for (const phrase of phrasesOf(list)) {
        const own = weights.get(phrase) ?? new Map<AttackCategory, number>();
        weights.set(phrase, own.set(category, weight));
      }
  return weights;
}
