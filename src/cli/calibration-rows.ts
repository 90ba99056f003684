/** The labelled responses that `purpcode oracle calibrate` reads. */
import * as z from 'zod';
import { ConfigError } from '../errors.ts';
import type { Label } from '../oracles/judges/calibration.ts';
import { JUDGED, type Judged } from '../oracles/judges/judgement.ts';
import type { Item } from '../oracles/oracle.ts';
import { readRewardItem, rewardLine } from '../oracles/reward-items.ts';

const row = rewardLine.pick({ prompt: true, response: true, judge: true }).extend({
  /** The line's number unless given. */
  id: rewardLine.shape.id.optional(),
  oracle: z.enum(JUDGED),
  /** What people say. */
  label: z.enum(['pass', 'fail']),
  /** Groups rows in the report, e.g. the kind of attack. */
  category: z.string().min(1).optional(),
});

export interface CalibrationRow {
  readonly id: string | number;
  /** 1-based. */
  readonly line: number;
  readonly oracle: Judged;
  readonly label: Label;
  readonly category?: string;
  readonly item: Item;
}

/** So many bad rows are named in one message. */
const MAX_NAMED = 5;
const FORM = '{ id?, oracle, prompt, response, label, category?, judge? }';

/**
 * Reads JSONL; blank lines are skipped.
 * @param name the file's name, for errors.
 * @throws ConfigError naming file, line and field of the bad rows.
 */
export function parseCalibrationRows(text: string, name: string): CalibrationRow[] {
  const faults: string[] = [];
  const rows = text
    .replace(/^\ufeff/, '')
    .split('\n')
    .flatMap((raw, index) => {
      if (raw.trim() === '') return [];
      const read = readRow(raw, index + 1);
      if (typeof read !== 'string') return [read];
      faults.push(`${name}:${index + 1}: ${read}`);
      return [];
    });
  if (faults.length > 0) {
    const more = faults.length > MAX_NAMED ? [`and ${faults.length - MAX_NAMED} more`] : [];
    throw new ConfigError([...faults.slice(0, MAX_NAMED), ...more].join('\n'), { hint: `a row is ${FORM}` });
  }
  if (rows.length === 0) throw new ConfigError(`${name} has no rows`, { hint: `a row is ${FORM}` });
  return rows;
}

/** A row, or what is wrong with it. */
function readRow(raw: string, line: number): CalibrationRow | string {
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    return 'not JSON';
  }
  const parsed = row.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    return `${issue.path.length === 0 ? '' : `${issue.path.join('.')}: `}${issue.message}`;
  }
  const { id = line, label, category, ...rest } = parsed.data;
  const { item } = readRewardItem({ id, ...rest }, `line ${line}`);
  return { id, line, oracle: rest.oracle, label, item, ...(category === undefined ? {} : { category }) };
}
