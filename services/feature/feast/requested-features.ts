import type { FeatureContract } from '../../contracts.ts';
import type { GetOnlineFeaturesRequest__Output } from '../../gen/feast/serving/GetOnlineFeaturesRequest.ts';
import type { GetFeaturesRequest__Output } from '../../gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import type { Call } from '../../kit/contract/call.ts';
import type { Client } from '../../kit/contract/contract.ts';
import { type FieldViolation, invalidRequest, MeshError } from '../../kit/errors/mesh-error.ts';
import { maxFeaturesPerSet, maxViolations } from '../config.ts';
import { nameList } from '../name-list.ts';

/** Characters of a name in a message: a request may call anything a name. */
const maxNameShown = 100;

/** What is asked of the feature role. */
export type FeatureReads = Pick<Client<FeatureContract>, 'GetFeatures' | 'ListFeatures'>;

/** A feature that is asked for. */
export interface Column {
  /** Empty for a transform of a set. */
  readonly view: string;
  readonly feature: string;
  /** Whether it has a value while it is NULL_VALUE or NOT_FOUND. */
  readonly filledWhenAbsent: boolean;
  /** Whether it has a value while it is OUTSIDE_MAX_AGE. */
  readonly filledWhenStale: boolean;
}

/** What a request asks for. */
export interface Requested {
  readonly read: Omit<GetFeaturesRequest__Output, 'rows'>;
  readonly columns: readonly Column[];
  /** The keys that a row must name; undefined if only the read knows. */
  readonly keys: ReadonlySet<string> | undefined;
  /** The inputs that transforms read. */
  readonly inputs: ReadonlySet<string>;
  /** The part of the request that names the features. */
  readonly field: 'features' | 'feature_service';
}

/** Throws FEATURE_SET_NOT_FOUND, FEATURE_SET_CHANGED or INVALID_REQUEST. That a listed feature exists, only the read finds out. */
export async function requestedFeatures(
  request: GetOnlineFeaturesRequest__Output,
  features: FeatureReads,
  call: Call,
): Promise<Requested> {
  if (request.kind === 'featureService') return ofSet(request.featureService ?? '', features, call);
  return ofList(request.features?.val ?? []);
}

async function ofSet(reference: string, features: FeatureReads, call: Call): Promise<Requested> {
  // An empty reference would list everything.
  if (reference === '')
    throw invalidRequest([
      {
        field: 'feature_service',
        description: 'is empty; name a declared set, or features as "view:feature"',
      },
    ]);
  const { sets } = await features.ListFeatures({ featureSet: reference }, call);
  const [set] = sets;
  if (set === undefined)
    throw new MeshError(
      'FEATURE_SET_NOT_FOUND',
      `no feature set is called ${JSON.stringify(reference)}; feature_service names a declared set`,
      { metadata: { feature_set: reference } },
    );
  const absent = new Set(set.filledWhenAbsent);
  const stale = new Set(set.filledWhenStale);
  return {
    read: { featureSet: `${set.name}@${set.digest}`, features: [] },
    columns: set.features.map((path, place) => {
      const dot = path.indexOf('.');
      return {
        view: path.slice(0, Math.max(dot, 0)),
        feature: path.slice(dot + 1),
        filledWhenAbsent: absent.has(place),
        filledWhenStale: stale.has(place),
      };
    }),
    keys: new Set(set.entities),
    inputs: new Set(set.inputs.map(({ name }) => name)),
    field: 'feature_service',
  };
}

function ofList(references: readonly string[]): Requested {
  if (references.length === 0 || references.length > maxFeaturesPerSet)
    throw invalidRequest([
      {
        field: 'features',
        description: `there are ${references.length}; name 1 to ${maxFeaturesPerSet} as "view:feature", or a feature_service`,
      },
    ]);
  const violations: FieldViolation[] = [];
  const columns = references.map((reference, place) => {
    const [view = '', feature = '', ...more] = reference.split(':');
    if (view === '' || feature === '' || more.length > 0)
      violations.push({
        field: `features.val[${place}]`,
        description: `${JSON.stringify(reference.slice(0, maxNameShown))} is not of the form "view:feature"`,
      });
    return { view, feature, filledWhenAbsent: false, filledWhenStale: false };
  });
  if (violations.length > 0) throw invalidRequest(violations.slice(0, maxViolations));
  return {
    read: { featureSet: '', features: columns.map(({ view, feature }) => `${view}.${feature}`) },
    columns,
    keys: undefined,
    inputs: new Set(),
    field: 'features',
  };
}

/**
 * What the answer's columns are called: entities, then features. Throws INVALID_REQUEST if two would have the same name, because clients
 * keep columns by their names.
 */
export function answerNames(
  { columns, field }: Requested,
  entities: readonly string[],
  full: boolean,
): string[] {
  const named = columns.map((column) => ({
    name: full && column.view !== '' ? `${column.view}__${column.feature}` : column.feature,
    source: column.view === '' ? column.feature : `${column.view}:${column.feature}`,
  }));
  const sources = new Map<string, string[]>(entities.map((name) => [name, [`entity ${name}`]]));
  for (const { name, source } of named) {
    const same = sources.get(name);
    if (same === undefined) sources.set(name, [source]);
    else same.push(source);
  }
  const violations = [...sources].flatMap(([name, same]) =>
    same.length === 1
      ? []
      : [
          {
            field,
            description: `${JSON.stringify(name)} would be the name of ${nameList(same)}; ${full ? 'ask for each once' : 'set full_feature_names'}`,
          },
        ],
  );
  if (violations.length > 0) throw invalidRequest(violations.slice(0, maxViolations));
  return [...entities, ...named.map(({ name }) => name)];
}
