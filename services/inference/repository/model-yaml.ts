import { parseDocument } from 'yaml';
import { z } from 'zod';
import { maxInstances } from './serving-config.ts';

const inputType = z.enum(['number', 'integer', 'text', 'flag', 'tensor']);

const requestInput = z
  .strictObject({
    type: inputType,
    min: z.number().optional(),
    max: z.number().optional(),
    allow_not_finite: z.boolean().default(false),
    description: z.string().default(''),
  })
  .superRefine(({ type, min, max }, context) => {
    const bounded = min !== undefined || max !== undefined;
    if (bounded && type !== 'number' && type !== 'integer')
      context.addIssue({ code: 'custom', message: `min and max are for number and integer, not ${type}` });
    if (min !== undefined && max !== undefined && min > max)
      context.addIssue({ code: 'custom', message: `min ${min} is above max ${max}` });
  });

const tensorSource = z
  .strictObject({
    columns: z.array(z.string().min(1)).min(1).optional(),
    feature_set: z.string().min(1).optional(),
    input: z.string().min(1).optional(),
  })
  .superRefine((source, context) => {
    if (Object.values(source).filter((value) => value !== undefined).length !== 1)
      context.addIssue({ code: 'custom', message: 'needs exactly one of columns, feature_set, input' });
  });

// A day: longer than anybody waits for an answer.
const maxTimeoutMs = 86_400_000;
// The protocol counts in microseconds.
const minTimeoutMs = 0.001;
// Beyond any model's use; larger ones are slips.
const maxRows = 2 ** 24;
const rows = z.int().min(1).max(maxRows).optional();

const serving = z
  .strictObject({
    max_batch_rows: rows,
    batch_dependent_rows: z.boolean().optional(),
    max_queued_rows: rows,
    max_request_rows: rows,
    max_tensor_bytes: z
      .int()
      .min(1)
      .max(2 ** 32)
      .optional(),
    instances: z.int().min(1).max(maxInstances).optional(),
    placement: z.enum(['inline', 'worker']).optional(),
    default_timeout_ms: z.number().min(minTimeoutMs).max(maxTimeoutMs).optional(),
    default_priority: z.literal([1, 2, 3]).optional(),
  })
  .superRefine((given, context) => {
    const {
      instances = 1,
      max_queued_rows: queued = maxRows,
      max_request_rows: request = 1,
      placement,
    } = given;
    if (placement === 'inline' && instances > 1)
      context.addIssue({
        code: 'custom',
        message: `instances is ${instances}, but placement inline has one thread; choose worker, or remove instances`,
      });
    if (request > queued)
      context.addIssue({
        code: 'custom',
        message: `max_request_rows ${request} is above max_queued_rows ${queued}, so that such a request could never wait`,
      });
  });

/** How an entity is written that predictions are about: with its key it names a person, as "entity=key". */
const subjectForm = {
  pattern: /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/,
  text: 'the subject is the name of an entity: it starts with a letter and has at most 64 of A-Z a-z 0-9 _ . -',
} as const;

const modelYaml = z.strictObject({
  description: z.string().default(''),
  feature_set: z.string().min(1).optional(),
  inputs: z.record(z.string().min(1), requestInput).optional(),
  tensors: z.record(z.string().min(1), tensorSource).optional(),
  outputs: z.record(z.string().min(1), z.strictObject({ tensor: z.string().min(1) })).optional(),
  decision: z
    .strictObject({
      output: z.string().min(1),
      threshold: z.number(),
      above: z.string().min(1),
      below: z.string().min(1),
    })
    .optional(),
  audit: z.enum(['required', 'deferred']).default('required'),
  subject: z.string().regex(subjectForm.pattern, subjectForm.text).optional(),
  serving: serving.optional(),
});

/** What `model.yaml` beside a model says, before it is compared with the model. */
export type ModelYaml = z.output<typeof modelYaml>;

/** How an alias is written; never as a number, which would be a version. */
export const aliasForm = {
  pattern: /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/,
  text: 'an alias starts with a letter and has at most 64 of A-Z a-z 0-9 _ . -',
} as const;

const alias = z.string().regex(aliasForm.pattern, aliasForm.text);
const aliasesYaml = z.record(
  alias,
  z
    .int()
    .min(1)
    .max(2 ** 32 - 1),
);

/** A parsed file, or every fault in it. */
export type Parsed<T> = { readonly value: T } | { readonly faults: readonly string[] };

export function parseModelYaml(text: string): Parsed<ModelYaml> {
  return parse(text, modelYaml);
}

/** `aliases.yaml` of a model: alias -> version. */
export function parseAliasesYaml(text: string): Parsed<Readonly<Record<string, number>>> {
  return parse(text, aliasesYaml);
}

function parse<T>(text: string, schema: z.ZodType<T>): Parsed<T> {
  const document = parseDocument(text, { prettyErrors: true });
  if (document.errors.length > 0)
    return { faults: document.errors.map((error) => error.message.split('\n')[0] ?? error.message) };
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return { faults: [error instanceof Error ? error.message : String(error)] };
  }
  const result = schema.safeParse(content ?? {});
  if (result.success) return { value: result.data };
  return {
    faults: result.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`),
  };
}
