/** The `flow` part of a Python rule: from which sources into which sinks (docs/guides/writing-rules.md). */
import { z } from 'zod';
import { CHECKS } from './checks.ts';
import { GUARDS } from './guards.ts';
import { textPattern } from './text-pattern.ts';
import { LABELS } from './values.ts';

const regex = z.string().refine(
  (text) => {
    try {
      textPattern(text);
      return true;
    } catch {
      return false;
    }
  },
  { message: 'is no regular expression' },
);
const names = z.union([
  z
    .string()
    .min(1)
    .transform((name) => [name]),
  z.array(z.string().min(1)).min(1),
]);
const literal = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export interface Condition {
  /** Constants, or dotted names with `*`. */
  readonly is?: readonly (string | number | boolean | null)[] | undefined;
  /** A regular expression on the text, `{}` where it is not constant. */
  readonly matches?: string | undefined;
  /** The same anywhere in lists and dictionaries. */
  readonly has?: string | undefined;
  readonly below?: number | undefined;
  readonly atLeast?: number | undefined;
  /** A number that has one of these bits. */
  readonly bits?: number | undefined;
  readonly constant?: boolean | undefined;
  /** Whether a constant is true as Python sees it. */
  readonly truthy?: boolean | undefined;
  /** A text that is put together from parts that are not constant. */
  readonly assembled?: boolean | undefined;
  readonly absent?: boolean | undefined;
  /** Tainted by one of these sources. */
  readonly from?: readonly string[] | undefined;
  /** A regular expression on the name of the variable or attribute, as the code has it. */
  readonly named?: string | undefined;
  /** A regular expression on the argument's source. */
  readonly source?: string | undefined;
  /** Went through one of these: dotted names of functions, or `guard:` and a guard's name. */
  readonly through?: readonly string[] | undefined;
  /** With `from`: a value that was made a number counts too. */
  readonly numbers?: boolean | undefined;
  readonly not?: Condition | undefined;
  readonly any?: readonly Condition[] | undefined;
}

const condition: z.ZodType<Condition> = z.lazy(() =>
  z.strictObject({
    is: z.array(literal).min(1).optional(),
    matches: regex.optional(),
    has: regex.optional(),
    below: z.number().optional(),
    atLeast: z.number().optional(),
    bits: z.int().optional(),
    constant: z.boolean().optional(),
    truthy: z.boolean().optional(),
    assembled: z.boolean().optional(),
    absent: z.boolean().optional(),
    from: z.array(z.enum(LABELS)).min(1).optional(),
    named: regex.optional(),
    source: regex.optional(),
    through: z.array(z.string().min(1)).min(1).optional(),
    numbers: z.boolean().optional(),
    not: condition.optional(),
    any: z.array(condition).min(1).optional(),
  }),
);

/** Which argument: a position, a keyword, several of them with `|`; `receiver`, `value`, `any`. */
const when = z.record(z.string(), condition);
const common = {
  when: when.optional(),
  /** Names that are none of `call` or `assign` after all. */
  except: z.array(z.string().min(1)).optional(),
  /** The function around has a name that matches. */
  function: regex.optional(),
  /** A decorator makes the function around answer requests. */
  route: z.boolean().optional(),
};
const argument = z
  .union([z.int(), z.string(), z.array(z.union([z.int(), z.string()])).min(1)])
  .transform((value) => (Array.isArray(value) ? value.join('|') : String(value)));

const sink = z.union([
  z.strictObject({ call: names, argument: argument.optional(), ...common }),
  z.strictObject({ assign: names, ...common }),
  z.strictObject({ return: z.literal(true), ...common }),
  z.strictObject({ compare: z.array(z.string()).min(1), ...common }),
  /** The divisor. */
  z.strictObject({ divide: z.literal(true), ...common }),
  z.strictObject({ check: z.enum(CHECKS), ...common }),
]);

export const flowSchema = z.strictObject({
  /** Without it a sink is a finding whatever reaches it. */
  from: z.array(z.enum(LABELS)).min(1).optional(),
  /** Dotted names of functions, with `*`, that make a value harmless here. */
  cleanedBy: z.array(z.string().min(1)).optional(),
  /** A value that was made a number is not harmless here. */
  numbers: z.boolean().optional(),
  /** Checks that make a value harmless here. */
  guards: z.array(z.enum(GUARDS)).optional(),
  /** The code must hold this. */
  code: regex.optional(),
  /** The code must not hold this. */
  codeLacks: regex.optional(),
  sinks: z.array(sink).min(1),
});

export type FlowRule = z.infer<typeof flowSchema>;
export type Sink = FlowRule['sinks'][number];
