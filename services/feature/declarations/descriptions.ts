import type { Entity__Output } from '../../gen/scoremesh/feature/v1/Entity.ts';
import type { EventStream__Output } from '../../gen/scoremesh/feature/v1/EventStream.ts';
import type { Feature__Output } from '../../gen/scoremesh/feature/v1/Feature.ts';
import type { FeatureSet__Output } from '../../gen/scoremesh/feature/v1/FeatureSet.ts';
import type { FeatureView__Output } from '../../gen/scoremesh/feature/v1/FeatureView.ts';
import type { ListFeaturesResponse__Output } from '../../gen/scoremesh/feature/v1/ListFeaturesResponse.ts';
import type { Declarations, Entity, FeatureSet, Stream, View, ViewFeature } from './declarations.ts';

/** What is declared, each kind by name. */
export function describeDeclarations({
  streams,
  entities,
  views,
  sets,
}: Declarations): ListFeaturesResponse__Output {
  return {
    streams: [...streams.values()].map(describeStream),
    entities: [...entities.values()].map(describeEntity),
    views: [...views.values()].map(describeView),
    sets: [...sets.values()].map(describeSet),
  };
}

export function describeStream({
  name,
  description,
  fields,
  retentionMs = 0,
  maxLeadMs,
  digest,
}: Stream): EventStream__Output {
  return {
    name,
    description,
    fields: fields.map((field) => ({
      name: field.name,
      datatype: field.datatype,
      description: field.description,
      required: field.required,
    })),
    retentionMs: String(retentionMs),
    maxLeadMs: String(maxLeadMs),
    digest,
  };
}

export function describeEntity({ name, description, keys }: Entity): Entity__Output {
  return { name, description, keys: [...keys] };
}

export function describeView(view: View): FeatureView__Output {
  const { name, description, stream, entity, kind, maxAgeMs = 0, features, digest } = view;
  return {
    name,
    description,
    keys: [...(entity?.keys ?? [])],
    maxAgeMs: String(maxAgeMs),
    features: features.map(describeFeature),
    stream: stream.name,
    kind: kind === 'latest' ? 'VIEW_KIND_LATEST' : 'VIEW_KIND_WINDOWED',
    digest,
    entity: entity?.name ?? '',
  };
}

function describeFeature({ name, datatype, description, source }: ViewFeature): Feature__Output {
  const window = source.kind === 'window' ? source : { aggregate: '', windowMs: 0, tileMs: 0 };
  return {
    name,
    datatype,
    description,
    aggregate: window.aggregate,
    windowMs: String(window.windowMs),
    tileMs: String(window.tileMs),
  };
}

export function describeSet({
  name,
  digest,
  columns,
  keys,
  description,
  inputs,
}: FeatureSet): FeatureSet__Output {
  return {
    name,
    digest,
    features: columns.map((column) => column.name),
    datatypes: columns.map((column) => column.datatype),
    entities: [...keys],
    description,
    inputs: inputs.map((input) => ({
      name: input.name,
      datatype: input.datatype,
      description: input.description,
    })),
    filledWhenAbsent: columns.flatMap(({ absent }, place) => (absent.kind === 'default' ? [place] : [])),
    filledWhenStale: columns.flatMap(({ stale }, place) =>
      stale.kind === 'default' || stale.kind === 'serve' ? [place] : [],
    ),
  };
}
