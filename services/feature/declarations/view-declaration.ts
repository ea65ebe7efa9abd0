import { maxFeaturesPerView } from './bounds.ts';
import type { Datatype, Entity, Stream, View, ViewFeature } from './declarations.ts';
import { digestOf } from './digest.ts';
import type { Report } from './entry.ts';
import { fieldsOfCondition } from './expression.ts';
import { type Declared, resolved, unknownName } from './reference.ts';
import { type Body, nameFault } from './schema.ts';
import { typeNameOf, windowedFeature } from './window-declaration.ts';

export function viewOf(
  name: string,
  body: Body<'views'>,
  streams: Declared<Stream>,
  entities: Declared<Entity>,
  report: Report,
): View | undefined {
  if (name === 'inputs')
    report([], 'inputs is what expressions call the inputs of a read; take another name');
  const stream = resolved(body.stream, streams, ['stream'], report);
  const entity = body.entity === undefined ? undefined : resolved(body.entity, entities, ['entity'], report);
  const features = featuresOf(body, stream, report);
  if (stream === undefined || (body.entity !== undefined && entity === undefined)) return undefined;
  const fields = fieldTypes(stream);
  fieldsOfCondition(body.where, fields, ['where'], report);
  const view = {
    name,
    description: body.description,
    stream,
    entity,
    keyFields: keyFieldsOf(body, entity, fields, report),
    where: body.where,
    maxAgeMs: body.max_age,
    kind: body.windows === undefined ? ('latest' as const) : ('windowed' as const),
    features,
  };
  checkRetention(view, report);
  return { ...view, digest: viewDigest(view) };
}

export function fieldTypes(stream: Stream): ReadonlyMap<string, Datatype> {
  return new Map(stream.fields.map(({ name, datatype }) => [name, datatype]));
}

function featuresOf(body: Body<'views'>, stream: Stream | undefined, report: Report): ViewFeature[] {
  const { windows, latest } = body;
  if ((windows === undefined) === (latest === undefined)) {
    report([], 'declare either windows or latest');
    return [];
  }
  const group = windows === undefined ? 'latest' : 'windows';
  const names = Object.keys(windows ?? latest ?? {});
  if (names.length === 0) report([group], 'declare at least one feature');
  if (names.length > maxFeaturesPerView)
    report([group], `declare at most ${maxFeaturesPerView} features; split the view`);
  for (const name of names) {
    const fault = nameFault(name);
    if (fault !== undefined) report([group, name], fault);
  }
  if (stream === undefined) return [];
  const fields = fieldTypes(stream);
  if (windows !== undefined)
    return Object.entries(windows).flatMap(
      ([name, content]) => windowedFeature(name, content, fields, ['windows', name], report) ?? [],
    );
  return Object.entries(latest ?? {}).flatMap(([name, { field = name, description }]): ViewFeature[] => {
    const datatype = fields.get(field);
    if (datatype !== undefined) return [{ name, description, datatype, source: { kind: 'latest', field } }];
    report(['latest', name], unknownName('field of the stream', field, fields.keys()));
    return [];
  });
}

function keyFieldsOf(
  body: Body<'views'>,
  entity: Entity | undefined,
  fields: ReadonlyMap<string, Datatype>,
  report: Report,
): string[] {
  const keys = entity?.keys ?? [];
  const fieldOf = new Map(Object.entries(body.keys));
  for (const key of fieldOf.keys())
    if (!keys.includes(key)) report(['keys', key], unknownName('key of the entity', key, keys));
  return keys.map((key) => {
    const field = fieldOf.get(key) ?? key;
    const path = fieldOf.has(key) ? ['keys', key] : ['entity'];
    const datatype = fields.get(field);
    if (datatype === undefined)
      report(
        path,
        `${unknownName('field of the stream', field, fields.keys())} (keys names the field of each key)`,
      );
    else if (datatype !== 'BYTES' && datatype !== 'INT64')
      report(path, `a key is text or int64, and ${field} is ${typeNameOf(datatype)}`);
    return field;
  });
}

function checkRetention({ stream, features }: Pick<View, 'stream' | 'features'>, report: Report): void {
  const { retentionMs } = stream;
  if (retentionMs === undefined) return;
  for (const { name, source } of features) {
    if (source.kind !== 'window' || source.windowMs + source.tileMs <= retentionMs) continue;
    const reach = `reaches back ${source.windowMs + source.tileMs} ms with its tile`;
    report(
      ['windows', name, 'window'],
      `${reach}, and stream ${stream.name} keeps events for ${retentionMs} ms`,
    );
  }
}

function viewDigest(view: Omit<View, 'digest'>): string {
  const features = view.features.map(({ name, datatype, source }) => [name, { datatype, source }]);
  return digestOf('view', { ...viewContent(view, view.features), features: Object.fromEntries(features) });
}

/** What decides the values of these features of a view, besides what they are themselves. */
export function viewContent(
  view: Omit<View, 'digest'>,
  features: readonly ViewFeature[],
): Record<string, unknown> {
  const { name, stream, entity, keyFields, where, maxAgeMs, kind } = view;
  const fields = fieldTypes(stream);
  const reads = new Set(keyFields);
  for (const condition of [where, ...features.flatMap(conditionsOf)])
    for (const field of fieldsOfCondition(condition, fields, [], () => {})) reads.add(field);
  for (const { source } of features) if (source.field !== undefined) reads.add(source.field);
  const types = Object.fromEntries([...reads].map((field) => [field, fields.get(field)]));
  const keys = entity?.keys ?? [];
  return {
    name,
    stream: stream.name,
    fields: types,
    entity: entity?.name,
    keys,
    keyFields,
    where,
    maxAgeMs,
    kind,
  };
}

function conditionsOf({ source }: ViewFeature): (string | undefined)[] {
  return source.kind === 'window' ? [source.condition, source.where] : [];
}
