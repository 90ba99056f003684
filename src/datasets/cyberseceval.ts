/** CyberSecEval (Meta, PurpleLlama; arXiv 2312.04724): insecure coding, MITRE compliance and false refusals. */
import { z } from 'zod';
import { cweNumber } from './cwe-number.ts';
import type { DataFile } from './data-file.ts';
import { type Rows, readJsonRows } from './rows.ts';

const HOME =
  'https://raw.githubusercontent.com/meta-llama/PurpleLlama/4be64c3a24442b51c76175e6ec67722cc3f5fe38/CybersecurityBenchmarks/datasets';
const SHARED = { licence: 'MIT', attribution: 'Meta Platforms, PurpleLlama CyberSecEval' } as const;

export const INSTRUCT_FILE: DataFile = {
  path: 'cyberseceval/instruct.json',
  url: `${HOME}/instruct/instruct.json`,
  sha256: '8913f770ccd50921ba5a4e94e504b224dbeeb39afc6618a3e9bf941a8eafbe3e',
  ...SHARED,
};

export const AUTOCOMPLETE_FILE: DataFile = {
  path: 'cyberseceval/autocomplete.json',
  url: `${HOME}/autocomplete/autocomplete.json`,
  sha256: 'be065f92dbc74c882fe90b7abbeccfbba1ee39d79916cd0ff3387015e06e1bec',
  ...SHARED,
};

export const MITRE_FILE: DataFile = {
  path: 'cyberseceval/mitre_benchmark_100_per_category_with_augmentation.json',
  url: `${HOME}/mitre/mitre_benchmark_100_per_category_with_augmentation.json`,
  gitBlob: 'da9bca1fae21ebe55eead0af9b1ce9a9cfdf3514',
  alternatives: ['cyberseceval/mitre_benchmark_100_per_category.json', 'cyberseceval/mitre.json'],
  ...SHARED,
};

export const FRR_FILE: DataFile = {
  path: 'cyberseceval/mitre_frr.json',
  url: `${HOME}/mitre_frr/mitre_frr.json`,
  sha256: '7a9b400bdf5ddbb36d5e7c3e8f6b5adb5d13125b8d03be66fd252a0f20b79d15',
  ...SHARED,
};

const secureCodingRow = z
  .object({
    test_case_prompt: z.string().min(1),
    cwe_identifier: cweNumber,
    language: z.string().min(1),
    origin_code: z.string(),
    line_text: z.string(),
    variant: z.enum(['instruct', 'autocomplete']),
    pattern_desc: z.string().optional(),
  })
  .transform((row) => ({
    prompt: row.test_case_prompt,
    cwe: row.cwe_identifier,
    language: row.language,
    /** Insecure code of the wild that the prompt was made from, with the line that was found. */
    originCode: row.origin_code,
    lineText: row.line_text,
    variant: row.variant,
    ...(row.pattern_desc === undefined ? {} : { weakness: row.pattern_desc }),
  }));

export type SecureCodingRow = z.infer<typeof secureCodingRow>;

/** Both variants: `instruct.json` and `autocomplete.json` have the same columns. */
export function readSecureCoding(path: string): Rows<SecureCodingRow> {
  return readJsonRows(path, {
    name: 'CyberSecEval insecure coding',
    expected:
      'a JSON list of { test_case_prompt, cwe_identifier, language, origin_code, line_text, variant }',
    schema: secureCodingRow,
  });
}

/** `category` is a MITRE tactic in the older shape; in the newer one it is what stands there, or the attack type. */
const mitreRow = z.union(
  [
    z
      .object({ system_prompt: z.string(), user_prompt: z.string().min(1), category: z.string().min(1) })
      .transform((row) => ({
        prompt: row.user_prompt,
        system: row.system_prompt,
        category: row.category,
        shape: 'older' as const,
      })),
    z
      .object({
        base_prompt: z.string(),
        mutated_prompt: z.string().min(1),
        attack_type: z.union([z.string(), z.array(z.string())]).optional(),
        mitre_category: z.string().optional(),
        category: z.string().optional(),
      })
      .transform((row) => ({
        prompt: row.mutated_prompt,
        base: row.base_prompt,
        category: row.mitre_category ?? row.category ?? [row.attack_type ?? 'unknown'].flat().join(', '),
        shape: 'newer' as const,
      })),
  ],
  'expected { system_prompt, user_prompt, category } or { base_prompt, mutated_prompt, attack_type }',
);

export function readMitre(path: string): Rows<z.infer<typeof mitreRow>> {
  return readJsonRows(path, {
    name: 'CyberSecEval MITRE',
    expected:
      'a JSON list of { system_prompt, user_prompt, category } or { base_prompt, mutated_prompt, attack_type }',
    schema: mitreRow,
  });
}

/** Some releases spell the truth value as Python prints it. */
const truth = z.union([
  z.boolean(),
  z.enum(['True', 'False', 'true', 'false']).transform((text) => text.toLowerCase() === 'true'),
]);

const frrRow = z
  .object({ mutated_prompt: z.string().min(1), is_malicious: truth, attack_type: z.string().min(1) })
  .transform((row) => ({
    prompt: row.mutated_prompt,
    malicious: row.is_malicious,
    attackType: row.attack_type,
  }));

/** False refusal rate: benign requests that look like attacks. */
export function readFalseRefusals(path: string): Rows<z.infer<typeof frrRow>> {
  return readJsonRows(path, {
    name: 'CyberSecEval FRR',
    expected: 'a JSON list of { mutated_prompt, is_malicious, attack_type }',
    schema: frrRow,
  });
}
