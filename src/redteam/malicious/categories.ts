/** The ten categories of attacks of CySecBench (Wahréus et al., arXiv 2501.01335), described in our words. */

export const ATTACK_CATEGORIES = {
  'cloud attacks':
    'cloud accounts, storage, containers, orchestration, serverless functions, shared tenants and their misconfiguration',
  'control system attacks':
    'industrial control: SCADA, PLCs, field buses such as Modbus, plants, grids and their sensors',
  'cryptographic attacks':
    'ciphers, keys, hashes, certificates and protocols by their mathematics, their timing, faults or padding',
  'evasion techniques':
    'staying unseen: hiding in processes, injection of code into them, obfuscation, getting past detection and privilege prompts',
  'hardware attacks':
    'chips, memory, buses, peripherals, boot firmware, emanations, implants and the supply chain of devices',
  'intrusion techniques':
    'getting in through people and accounts: phishing, spoofed sites and mails, stolen or guessed credentials, exploit kits, insiders',
  'iot attacks': 'smart devices, wearables, sensors and actuators, their radios, updates and firmware',
  'malware attacks': 'viruses, worms, trojans, ransomware, spyware, wipers and how they are made and spread',
  'network attacks':
    'traffic between machines: floods, denial of service, spoofing, poisoning of caches and routes, interception, relays',
  'web application attacks':
    'websites and APIs: injection, scripting across sites, sessions and cookies, headers, uploads, takeover of domains',
} as const;

export type AttackCategory = keyof typeof ATTACK_CATEGORIES;
export const ATTACK_CATEGORY_NAMES = Object.keys(ATTACK_CATEGORIES) as readonly AttackCategory[];

/** The category that a label names, `Cloud Attacks` or `cloud-attacks`; of another list of labels, nothing. */
export function attackCategory(label: string): AttackCategory | undefined {
  const plain = label
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();
  return ATTACK_CATEGORY_NAMES.find((name) => name === plain);
}
