import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { StoredDeclaration } from '../store/feature-store.ts';
import type { Declarations, Entity, FeatureSet, Stream, View } from './declarations.ts';
import type { Entry, Fault } from './entry.ts';
import { resolve } from './resolution.ts';
import type { Kind } from './schema.ts';
import { entriesOf, type WrittenFile, writtenForm } from './written-form.ts';

export const storedKinds = {
  streams: 'stream',
  entities: 'entity',
  views: 'view',
  sets: 'set',
} as const satisfies Record<Kind, string>;

/** Each declaration by itself, with all that it reads, so that it can be had again when everything else has changed. */
export function encodeDeclarations({ streams, entities, views, sets }: Declarations): StoredDeclaration[] {
  return [
    ...[...streams.values()].map((stream) => stored('streams', stream, only({ streams: [stream] }))),
    ...[...entities.values()].map((entity) => stored('entities', entity, only({ entities: [entity] }))),
    ...[...views.values()].map((view) => stored('views', view, onlyViews([view]))),
    ...[...sets.values()].map((set) => stored('sets', set, { ...onlyViews(set.views), sets: byName([set]) })),
  ];
}

/** The declaration with all that it reads. Throws STATE_CORRUPT if it can't be read. */
export function decodeDeclaration(declaration: StoredDeclaration): Declarations {
  return resolveStored(entriesOf(parse(declaration), { file: `${declaration.kind} ${declaration.name}` }));
}

/** The version of a set that was stored. Throws STATE_CORRUPT if it can't be read. */
export function decodeSet(declaration: StoredDeclaration): FeatureSet {
  const set = decodeDeclaration(declaration).sets.get(declaration.name);
  if (set === undefined || set.digest !== declaration.digest) throw corrupt(declaration);
  return set;
}

/**
 * What is in force if the last of each kind and name is. Views and sets are those of today's streams and entities, not of those with
 * which they were stored. Throws STATE_CORRUPT if they don't fit together.
 */
export function declarationsInForce(declarations: readonly StoredDeclaration[]): Declarations {
  const last = new Map<string, Entry>();
  for (const declaration of declarations) {
    const { kind, name } = declaration;
    const own = entriesOf(parse(declaration), { file: `${kind} ${name}` }).find(
      (entry) => storedKinds[entry.kind] === kind && entry.name === name,
    );
    if (own === undefined) throw corrupt(declaration);
    last.set(`${kind} ${name}`, own);
  }
  return resolveStored([...last.values()]);
}

function resolveStored(entries: readonly Entry[]): Declarations {
  const faults: Fault[] = [];
  const declarations = resolve(entries, faults);
  const [first] = faults;
  if (first === undefined) return declarations;
  throw new MeshError('STATE_CORRUPT', `a stored declaration has a fault: ${first.field}: ${first.message}`);
}

function parse(declaration: StoredDeclaration): Partial<WrittenFile> {
  try {
    const file: unknown = JSON.parse(declaration.json);
    if (typeof file !== 'object' || file === null) throw new Error('it is no file of declarations');
    return file as Partial<WrittenFile>;
  } catch (error) {
    throw corrupt(declaration, error);
  }
}

function corrupt({ kind, name, digest }: StoredDeclaration, cause?: unknown): MeshError {
  const text = `the stored declaration of ${kind} ${name} with digest ${digest} can't be read; restore the state folder`;
  return new MeshError('STATE_CORRUPT', text, {}, cause);
}

function stored(
  kind: Kind,
  { name, digest }: { name: string; digest: string },
  declarations: Declarations,
): StoredDeclaration {
  // The order of names in the written form is that of fields and features, so that it is kept as it is.
  return { kind: storedKinds[kind], name, digest, json: JSON.stringify(writtenForm(declarations)) };
}

function onlyViews(views: readonly View[]): Declarations {
  const streams = views.map(({ stream }) => stream);
  return only({ streams, entities: views.flatMap(({ entity }) => entity ?? []), views });
}

function only({
  streams = [],
  entities = [],
  views = [],
}: {
  readonly streams?: readonly Stream[];
  readonly entities?: readonly Entity[];
  readonly views?: readonly View[];
}): Declarations {
  return { streams: byName(streams), entities: byName(entities), views: byName(views), sets: new Map() };
}

function byName<T extends { readonly name: string }>(values: readonly T[]): ReadonlyMap<string, T> {
  return new Map(values.map((value) => [value.name, value]));
}
