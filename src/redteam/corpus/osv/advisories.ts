/** Advisories by their ids, from the API of osv.dev. Folders and files are read by src/datasets/osv.ts. */
import { type Advisory, checkAdvisory } from '../../../datasets/osv.ts';
import type { Row, RowProblem, Rows } from '../../../datasets/rows.ts';
import { messageOf } from '../../../errors.ts';
import { mapConcurrent } from '../../../models/map-concurrent.ts';
import { type BoundedFetchOptions, fetchText } from './bounded-fetch.ts';

export interface AdvisoryApiOptions extends Omit<BoundedFetchOptions, 'headers' | 'decode'> {
  readonly apiUrl?: string;
  readonly concurrency?: number;
}

/** The longest known are some hundred kB: lists of affected versions. */
const MAX_ADVISORY_BYTES = 4 * 1024 * 1024;

/** One row per id. What is no id, not there or no advisory is a problem, not an error. */
export async function fetchAdvisories(
  ids: readonly string[],
  options: AdvisoryApiOptions,
): Promise<Rows<Advisory>> {
  const { apiUrl = 'https://api.osv.dev', concurrency = 4 } = options;
  const rows: Row<Advisory>[] = [];
  const problems: RowProblem[] = [];
  const ask = async (id: string): Promise<Row<Advisory> | RowProblem> => {
    if (!/^[A-Za-z][\w.:-]{2,79}$/.test(id))
      return { place: id.slice(0, 80), reason: 'this is no id of an advisory' };
    const answer = await fetchText(
      `${apiUrl}/v1/vulns/${encodeURIComponent(id)}`,
      MAX_ADVISORY_BYTES,
      options,
    );
    if (answer.kind === 'unread') return { place: id, reason: `${answer.fault}: ${answer.detail}` };
    try {
      return checkAdvisory(id, JSON.parse(answer.text));
    } catch (error) {
      return { place: id, reason: `not JSON: ${messageOf(error)}` };
    }
  };
  for await (const result of mapConcurrent(ids, { limit: concurrency }, ask)) {
    if ('reason' in result) problems.push(result);
    else rows.push(result);
  }
  return { rows, problems, count: ids.length };
}
