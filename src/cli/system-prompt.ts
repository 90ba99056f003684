/** `--system-prompt`: what every model sees before the conversation. */
import { NANO_SYSTEM_PROMPT } from '../nano/world.ts';
import { SYSTEM_PROMPT } from '../rules/policy.ts';
import { readText } from '../runs/files.ts';

const KNOWN: Readonly<Record<string, string>> = {
  policy: SYSTEM_PROMPT,
  nano: NANO_SYSTEM_PROMPT,
  none: '',
};

/** @param which a known one, or a file. @throws IoError */
export function readSystemPrompt(which: string): { id: string; text: string } {
  const known = Object.hasOwn(KNOWN, which) ? KNOWN[which] : undefined;
  return known === undefined ? { id: 'file', text: readText(which).trim() } : { id: which, text: known };
}
