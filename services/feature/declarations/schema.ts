import { z } from 'zod';
import { maxDurationMs } from './bounds.ts';

/** The type of a field or feature as a declaration spells it, and as the protos do. */
export const datatypeByType = {
  float32: 'FP32',
  float64: 'FP64',
  int64: 'INT64',
  bool: 'BOOL',
  text: 'BYTES',
} as const;

const typeNames = Object.keys(datatypeByType) as (keyof typeof datatypeByType)[];
const aggregates = ['count', 'sum', 'mean', 'min', 'max', 'rate', 'last', 'distinct'] as const;
const namePattern = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const nameRule = 'a name is a letter followed by at most 63 letters, digits or underscores';

const millisecondsByUnit: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** What is wrong with a name; undefined if nothing is. */
export function nameFault(value: string): string | undefined {
  return namePattern.test(value) ? undefined : nameRule;
}

const name = z.string().regex(namePattern, { error: (issue) => `${quote(issue.input)}: ${nameRule}` });
const description = z.string({ error: 'must be text' }).default('');
const expression = z.string({ error: 'must be a CEL expression, as text' });

const type = z
  .enum(typeNames, {
    error: (issue) => `${quote(issue.input)} is no type; the types are ${typeNames.join(', ')}`,
  })
  .transform((given) => datatypeByType[given]);

const durationMs = z.unknown().transform((value, context) => {
  const parts = typeof value === 'string' ? /^([0-9]{1,15})(ms|s|m|h|d)$/.exec(value) : null;
  const milliseconds = Number(parts?.[1] ?? 0) * (millisecondsByUnit[parts?.[2] ?? ''] ?? 0);
  if (milliseconds > 0 && milliseconds <= maxDurationMs) return milliseconds;
  context.addIssue(
    milliseconds > 0
      ? `${quote(value)} is longer than ${maxDurationMs / 86_400_000}d`
      : `${quote(value)} is no duration; write a whole number and ms, s, m, h or d, e.g. 24h`,
  );
  return z.NEVER;
});

const invalidPolicy = z
  .enum(['quarantine', 'null'], { error: 'must be quarantine or null' })
  // YAML reads null without quotes as nothing.
  .or(z.null().transform(() => 'null' as const));

const field = strict({
  type,
  description,
  required: z.boolean({ error: 'must be true or false' }).default(false),
  default: z.unknown().optional(),
  min: z.unknown().optional(),
  max: z.unknown().optional(),
  one_of: z.array(z.unknown(), { error: 'must be a list of values' }).optional(),
  invalid: invalidPolicy.default('quarantine'),
});

const window = strict({
  aggregate: z.enum(aggregates, {
    error: (issue) => `${quote(issue.input)} is no aggregate; there are ${aggregates.join(', ')}`,
  }),
  field: name.optional(),
  condition: expression.optional(),
  where: expression.optional(),
  window: durationMs,
  tile: durationMs.optional(),
  type: type.optional(),
  description,
});

const latest = z.preprocess((given) => given ?? {}, strict({ field: name.optional(), description }));

const input = z.preprocess(
  (given) => (typeof given === 'string' ? { type: given } : given),
  strict({ type, description, default: z.unknown().optional() }),
);

const absent = policy(['fail', 'null']);
const stale = policy(['fail', 'null', 'serve']);

const column = z.preprocess(
  (given) => (typeof given === 'string' ? { feature: given } : given),
  strict({
    feature: z.string({ error: 'must be "view.feature" or the name of a transform' }),
    absent: absent.default({ kind: 'null' }),
    stale: stale.default({ kind: 'null' }),
  }),
);

/** One entry under `streams`, `entities`, `views` and `sets`. */
export const schemas = {
  streams: strict({
    description,
    retention: durationMs.optional(),
    max_lead: durationMs.optional(),
    fields: z.record(z.string(), field, { error: 'must be a map of fields' }),
  }),
  entities: strict({ description, keys: z.array(name, { error: 'must be a list of names' }) }),
  views: strict({
    description,
    stream: name,
    entity: name.optional(),
    keys: z.record(z.string(), name, { error: 'must be a map of keys to fields' }).default({}),
    where: expression.optional(),
    max_age: durationMs.optional(),
    windows: z.record(z.string(), window, { error: 'must be a map of features' }).optional(),
    latest: z.record(z.string(), latest, { error: 'must be a map of features' }).optional(),
  }),
  sets: strict({
    description,
    inputs: z.record(z.string(), input, { error: 'must be a map of inputs' }).default({}),
    keys: z.record(z.string(), expression, { error: 'must be a map of keys to expressions' }).default({}),
    transforms: z
      .record(z.string(), strict({ type, expr: expression, description }), {
        error: 'must be a map of transforms',
      })
      .default({}),
    features: z.array(column, { error: 'must be a list of features' }),
  }),
} as const;

export type Kind = keyof typeof schemas;
export const kinds = Object.keys(schemas) as readonly Kind[];
export type Body<K extends Kind> = z.output<(typeof schemas)[K]>;
export type FieldBody = z.output<typeof field>;
export type WindowBody = z.output<typeof window>;
export type ColumnBody = z.output<typeof column>;
export type PolicyBody = z.output<typeof stale>;

const mapOf = (kind: Kind) =>
  z.record(z.string(), z.unknown(), { error: `must be a map of ${kind}` }).nullish();

/** A file; its entries are checked one by one, so that a bad one doesn't hide the others. */
export const fileSchema = strict({
  entities: mapOf('entities'),
  streams: mapOf('streams'),
  views: mapOf('views'),
  sets: mapOf('sets'),
});

function policy<Word extends string>(words: readonly Word[]) {
  return z.unknown().transform((given, context): { kind: Word } | { kind: 'default'; value: unknown } => {
    const word = words.find((candidate) => candidate === (given === null ? 'null' : given));
    if (word !== undefined) return { kind: word };
    const keys = typeof given === 'object' && given !== null ? Object.keys(given) : [];
    if (keys.length === 1 && keys[0] === 'default')
      return { kind: 'default', value: (given as { default: unknown }).default };
    context.addIssue(`${quote(given)} is no policy; write ${words.join(', ')} or { default: value }`);
    return z.NEVER;
  });
}

function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return `must be a map of ${Object.keys(shape).join(', ')}`;
      return `unknown field ${issue.keys.slice(0, 10).map(quote).join(', ')}; the fields are ${Object.keys(shape).join(', ')}`;
    },
  });
}

/** The value for a message. */
export function quote(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return String(value);
  const text = typeof value === 'object' && value !== null ? 'a map or list' : JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}
