/** HarmBench (Mazeika et al., arXiv 2402.04249): harmful behaviours in words. */
import { z } from 'zod';
import type { DataFile } from './data-file.ts';
import { type Rows, readCsvRows } from './rows.ts';

export const HARMBENCH_FILE: DataFile = {
  path: 'harmbench/harmbench_behaviors_text_all.csv',
  url: 'https://raw.githubusercontent.com/centerforaisafety/HarmBench/8e1604d1171fe8a48d8febecd22f600e462bdcdd/data/behavior_datasets/harmbench_behaviors_text_all.csv',
  licence: 'MIT',
  alternatives: [
    'harmbench/harmbench_behaviors_text_test.csv',
    'harmbench/harmbench_behaviors_text_val.csv',
    'harmbench/harmbench_cyber_val.csv',
  ],
};

const behaviourRow = z
  .object({
    Behavior: z.string().trim().min(1),
    SemanticCategory: z.string().trim().min(1),
    FunctionalCategory: z.string().default(''),
    ContextString: z.string().default(''),
    BehaviorID: z.string().default(''),
  })
  .transform((row) => ({
    behaviour: row.Behavior,
    /** What is asked: the text that a contextual behaviour refers to stands before it. */
    prompt: row.ContextString === '' ? row.Behavior : `${row.ContextString}\n\n---\n\n${row.Behavior}`,
    category: row.SemanticCategory,
    /** `standard`, `contextual` or `copyright`. */
    kind: row.FunctionalCategory,
    id: row.BehaviorID,
  }));

export function readHarmBench(path: string): Rows<z.infer<typeof behaviourRow>> {
  return readCsvRows(path, {
    name: 'HarmBench',
    expected:
      'CSV with the columns Behavior, FunctionalCategory, SemanticCategory, Tags, ContextString, BehaviorID',
    schema: behaviourRow,
  });
}
