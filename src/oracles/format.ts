import { parseResponse } from '../transcripts/format.ts';
import type { Oracle } from './oracle.ts';

/** The format oracle of SPEC "Oracles": it applies to every response. */
export function createFormatOracle(): Oracle {
  return {
    name: 'format',
    check: async (items) =>
      items.map(({ response }) => {
        const parsed = parseResponse(response);
        return parsed.kind === 'ok'
          ? { kind: 'pass' }
          : { kind: 'fail', evidence: [{ rule: 'format', message: parsed.reason }] };
      }),
  };
}
