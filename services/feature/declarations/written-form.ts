import type {
  AbsentPolicy,
  Datatype,
  Declarations,
  Entity,
  FeatureSet,
  Scalar,
  StalePolicy,
  Stream,
  View,
  ViewFeature,
} from './declarations.ts';
import type { Entry, Origin } from './entry.ts';
import type { Kind } from './schema.ts';
import { typeNameOf } from './window-declaration.ts';

/** A file of declarations as a value that JSON can hold. */
export type WrittenFile = Readonly<Record<Kind, Readonly<Record<string, unknown>>>>;

/** What the declarations would be in a file: reading that gives them back as they are. */
export function writtenForm({ streams, entities, views, sets }: Declarations): WrittenFile {
  return {
    streams: written(streams, writtenStream),
    entities: written(entities, writtenEntity),
    views: written(views, writtenView),
    sets: written(sets, writtenSet),
  };
}

/** The entries of a file in this form. */
export function entriesOf(file: Partial<WrittenFile>, origin: Origin): Entry[] {
  return Object.entries(file).flatMap(([kind, contents]) =>
    Object.entries(contents).map(([name, content]) => ({ kind: kind as Kind, name, content, origin })),
  );
}

function written<T>(named: ReadonlyMap<string, T>, form: (value: T) => unknown): Record<string, unknown> {
  return Object.fromEntries([...named].map(([name, value]) => [name, form(value)]));
}

function writtenStream({ description, retentionMs, maxLeadMs, fields }: Stream): unknown {
  return {
    description,
    retention: duration(retentionMs),
    max_lead: duration(maxLeadMs),
    fields: Object.fromEntries(
      fields.map((field) => [
        field.name,
        {
          type: typeNameOf(field.datatype),
          description: field.description,
          required: field.required,
          default: scalar(field.default),
          min: scalar(field.min),
          max: scalar(field.max),
          one_of: field.oneOf?.map(scalar),
          invalid: field.onInvalid,
        },
      ]),
    ),
  };
}

function writtenEntity({ description, keys }: Entity): unknown {
  return { description, keys };
}

function writtenView(view: View): unknown {
  const { description, stream, entity, keyFields, where, maxAgeMs, kind, features } = view;
  const keys = entity?.keys.map((key, index) => [key, keyFields[index]]) ?? [];
  const group = Object.fromEntries(features.map((feature) => [feature.name, writtenFeature(feature)]));
  return {
    description,
    stream: stream.name,
    entity: entity?.name,
    keys: Object.fromEntries(keys),
    where,
    max_age: duration(maxAgeMs),
    [kind === 'windowed' ? 'windows' : 'latest']: group,
  };
}

function writtenFeature({ description, datatype, source }: ViewFeature): unknown {
  if (source.kind === 'latest') return { field: source.field, description };
  const { aggregate, field, condition, where, windowMs, tileMs } = source;
  const type = typeNameOf(datatype);
  return {
    aggregate,
    field,
    condition,
    where,
    window: duration(windowMs),
    tile: duration(tileMs),
    type,
    description,
  };
}

function writtenSet({ description, inputs, derivedKeys, transforms, columns }: FeatureSet): unknown {
  const typed = (datatype: Datatype) => ({ type: typeNameOf(datatype) });
  return {
    description,
    inputs: Object.fromEntries(
      inputs.map((input) => [
        input.name,
        { ...typed(input.datatype), description: input.description, default: scalar(input.default) },
      ]),
    ),
    keys: Object.fromEntries(derivedKeys),
    transforms: Object.fromEntries(
      transforms.map((transform) => [
        transform.name,
        { ...typed(transform.datatype), expr: transform.expression, description: transform.description },
      ]),
    ),
    features: columns.map(({ name, absent, stale }) => ({
      feature: name,
      absent: policy(absent),
      stale: policy(stale),
    })),
  };
}

function policy(given: AbsentPolicy | StalePolicy): unknown {
  return given.kind === 'default' ? { default: scalar(given.value) } : given.kind;
}

function duration(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined ? undefined : `${milliseconds}ms`;
}

/** JSON has no integers of 64 bits; as text they are exact. */
function scalar(value: Scalar | undefined): number | boolean | string | undefined {
  return typeof value === 'bigint' ? String(value) : value;
}
