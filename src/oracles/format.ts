import { type Oracle, readResponse } from './oracle.ts';

/** The format oracle of SPEC "Oracles": it applies to every response. */
export function createFormatOracle(): Oracle {
  return {
    name: 'format',
    check: async (items) =>
      items.map((item) => {
        const parsed = readResponse(item);
        return parsed.kind === 'ok'
          ? { kind: 'pass' }
          : { kind: 'fail', evidence: [{ rule: 'format', message: parsed.reason }] };
      }),
  };
}
