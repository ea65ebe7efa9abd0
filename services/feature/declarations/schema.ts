import { z } from 'zod';
import { maxFeaturesPerView } from '../config.ts';

/** The type of a feature as a declaration spells it, and as the protos do. */
export const datatypeByType = {
  float32: 'FP32',
  float64: 'FP64',
  int64: 'INT64',
  bool: 'BOOL',
  text: 'BYTES',
} as const;
export type Datatype = (typeof datatypeByType)[keyof typeof datatypeByType];

const typeNames = Object.keys(datatypeByType) as (keyof typeof datatypeByType)[];
const namePattern = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const nameRule = 'a name is a letter followed by at most 63 letters, digits or underscores';

const millisecondsByUnit: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const name = z.string().regex(namePattern, { error: (issue) => `${quote(issue.input)}: ${nameRule}` });
const description = z.string({ error: 'must be text' }).default('');

const durationMs = z.unknown().transform((value, context) => {
  const parts = typeof value === 'string' ? /^([0-9]{1,9})(ms|s|m|h|d)$/.exec(value) : null;
  const milliseconds = Number(parts?.[1] ?? 0) * (millisecondsByUnit[parts?.[2] ?? ''] ?? 0);
  if (milliseconds > 0) return milliseconds;
  context.addIssue(`${quote(value)} is no duration; write a whole number and ms, s, m, h or d, e.g. 24h`);
  return z.NEVER;
});

const feature = strict({
  type: z.enum(typeNames, {
    error: (issue) => `${quote(issue.input)} is no type; the types are ${typeNames.join(', ')}`,
  }),
  description,
});

/** One entry under `views`. */
export const viewSchema = strict({
  description,
  keys: z.array(name, { error: 'must be a list of key fields; [] for a view with one row' }),
  max_age: durationMs.optional(),
  features: z
    .record(z.string(), feature, { error: 'must be a map of features' })
    .refine((features) => Object.keys(features).length > 0, { error: 'declare at least one feature' })
    .refine((features) => Object.keys(features).length <= maxFeaturesPerView, {
      error: `declare at most ${maxFeaturesPerView} features; split the view`,
    }),
});
export type ViewDeclaration = z.output<typeof viewSchema>;

/** One entry under `sets`. */
export const setSchema = strict({
  description,
  features: z
    .array(z.string({ error: 'must be "view.feature"' }), { error: 'must be a list of "view.feature"' })
    .min(1, { error: 'name at least one feature' })
    .max(maxFeaturesPerView, { error: `name at most ${maxFeaturesPerView} features` }),
});
export type SetDeclaration = z.output<typeof setSchema>;

/** A file; its entries are checked one by one, so that a bad one doesn't hide the others. */
export const fileSchema = strict({
  views: z.record(z.string(), z.unknown(), { error: 'must be a map of views' }).nullish(),
  sets: z.record(z.string(), z.unknown(), { error: 'must be a map of sets' }).nullish(),
});

/** What is wrong with a name; undefined if nothing is. */
export function nameFault(value: string): string | undefined {
  return namePattern.test(value) ? undefined : nameRule;
}

function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return `must be a map of ${Object.keys(shape).join(', ')}`;
      return `unknown field ${issue.keys.map(quote).join(', ')}; the fields are ${Object.keys(shape).join(', ')}`;
    },
  });
}

function quote(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
