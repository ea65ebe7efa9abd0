import { maxColumnsPerSet, maxInputsPerSet } from './bounds.ts';
import type { AbsentPolicy, FeatureSet, SetColumn, SetInput, Transform, View } from './declarations.ts';
import { digestOf } from './digest.ts';
import type { Path, Report } from './entry.ts';
import { type Declared, resolved, unknownName } from './reference.ts';
import { type Body, type ColumnBody, nameFault, type PolicyBody } from './schema.ts';
import { written } from './stream-declaration.ts';
import { derivedKeysOf, type ReadableViews, transformsOf } from './transform-declaration.ts';
import { viewContent } from './view-declaration.ts';

export function setOf(
  name: string,
  body: Body<'sets'>,
  views: Declared<View>,
  readable: ReadableViews,
  report: Report,
): FeatureSet {
  const inputs = inputsOf(body, report);
  const transforms = transformsOf(body, inputs, readable, report);
  const columns = columnsOf(body, views, transforms, report);
  const viewsRead = viewsOf(columns, transforms, views.valid);
  const keys = new Set(viewsRead.flatMap(({ entity }) => entity?.keys ?? []));
  // Where a view or column has a fault of its own, its keys are unknown.
  const certain = columns.length === body.features.length && readable.broken.size === 0;
  const derivedKeys = derivedKeysOf(body, inputs, certain ? keys : undefined, report);
  const set = {
    name,
    description: body.description,
    columns,
    inputs,
    derivedKeys,
    transforms,
    views: viewsRead,
    keys: [...keys].filter((key) => !derivedKeys.has(key)),
  };
  return { ...set, digest: setDigest(set) };
}

function inputsOf(body: Body<'sets'>, report: Report): SetInput[] {
  const entries = Object.entries(body.inputs);
  if (entries.length > maxInputsPerSet) report(['inputs'], `declare at most ${maxInputsPerSet} inputs`);
  return entries.map(([name, { type: datatype, description, default: standIn }]) => {
    const path = ['inputs', name];
    const fault = nameFault(name);
    if (fault !== undefined) report(path, fault);
    const value =
      standIn === undefined ? undefined : written(standIn, datatype, [...path, 'default'], report);
    return { name, description, datatype, default: value };
  });
}

function columnsOf(
  body: Body<'sets'>,
  views: Declared<View>,
  transforms: readonly Transform[],
  report: Report,
): SetColumn[] {
  const { features } = body;
  if (features.length === 0) report(['features'], 'name at least one feature');
  if (features.length > maxColumnsPerSet) report(['features'], `name at most ${maxColumnsPerSet} features`);
  const named = new Set<string>();
  const transformOf = new Map(transforms.map((transform) => [transform.name, transform]));
  return features.flatMap((column, index): SetColumn[] => {
    const path = ['features', index];
    if (named.has(column.feature)) report(path, `names ${column.feature} twice`);
    named.add(column.feature);
    const source = sourceOf(column.feature, views, transformOf, path, report);
    if (source === undefined) return [];
    const { datatype } = source.kind === 'feature' ? source.feature : source.transform;
    const policy = <Policy extends PolicyBody>(given: Policy, part: 'absent' | 'stale') =>
      given.kind === 'default'
        ? defaultPolicy(given.value, datatype, [...path, part, 'default'], report)
        : (given as Exclude<Policy, { kind: 'default' }>);
    const { absent, stale }: ColumnBody = column;
    const policies = { absent: policy(absent, 'absent'), stale: policy(stale, 'stale') };
    return [{ name: column.feature, datatype, source, ...policies }];
  });
}

function defaultPolicy(
  value: unknown,
  datatype: SetColumn['datatype'],
  path: Path,
  report: Report,
): AbsentPolicy {
  const scalar = written(value, datatype, path, report);
  return scalar === undefined ? { kind: 'null' } : { kind: 'default', value: scalar };
}

function sourceOf(
  column: string,
  views: Declared<View>,
  transforms: ReadonlyMap<string, Transform>,
  path: Path,
  report: Report,
): SetColumn['source'] | undefined {
  const [viewName = '', featureName, more] = column.split('.');
  if (featureName === undefined) {
    const transform = transforms.get(column);
    if (transform !== undefined) return { kind: 'transform', transform };
    report(
      path,
      `${unknownName('transform of the set', column, transforms.keys())} (a feature is named view.feature)`,
    );
    return undefined;
  }
  if (more !== undefined || featureName === '') {
    report(path, `${JSON.stringify(column)} is neither of the form view.feature nor the name of a transform`);
    return undefined;
  }
  const view = resolved(viewName, views, path, report);
  if (view === undefined) return undefined;
  const feature = view.features.find(({ name }) => name === featureName);
  if (feature !== undefined) return { kind: 'feature', view, feature };
  const names = view.features.map(({ name }) => name);
  report(path, unknownName(`feature of view ${viewName}`, featureName, names));
  return undefined;
}

/** In the order in which the columns, and then the transforms that are none, first read them. */
function viewsOf(
  columns: readonly SetColumn[],
  transforms: readonly Transform[],
  views: ReadonlyMap<string, View>,
): View[] {
  const read = new Set<View>();
  const add = ({ features }: Transform): void => {
    for (const path of features) {
      const view = views.get(path.slice(0, path.indexOf('.')));
      if (view !== undefined) read.add(view);
    }
  };
  for (const { source } of columns) {
    if (source.kind === 'feature') read.add(source.view);
    else add(source.transform);
  }
  for (const transform of transforms) add(transform);
  return [...read];
}

/**
 * Of everything that decides the values: features of its views that it does not read don't count, except that the longest window of
 * a view decides what is found.
 */
function setDigest(set: Omit<FeatureSet, 'digest'>): string {
  const read = new Set(set.transforms.flatMap(({ features }) => features));
  for (const { name, source } of set.columns) if (source.kind === 'feature') read.add(name);
  const views = set.views.map((view) => {
    const features = view.features.filter(({ name }) => read.has(`${view.name}.${name}`));
    const { length, tile } = longestWindow(view);
    const own = Object.fromEntries(
      features.map(({ name, datatype, source }) => [name, { datatype, source }]),
    );
    return [view.name, { ...viewContent(view, features), features: own, longestWindow: [length, tile] }];
  });
  return digestOf('set', {
    name: set.name,
    columns: set.columns.map(({ name, datatype, absent, stale }) => ({ name, datatype, absent, stale })),
    views: Object.fromEntries(views),
    inputs: Object.fromEntries(
      set.inputs.map(({ name, datatype, default: value }) => [name, { datatype, value }]),
    ),
    keys: Object.fromEntries(set.derivedKeys),
    transforms: Object.fromEntries(
      set.transforms.map(({ name, datatype, expression }) => [name, { datatype, expression }]),
    ),
  });
}

/** As long as any of the view's windows; of equal ones with the longest tile. Zeros of a view of latest values. */
function longestWindow({ features }: View): { length: number; tile: number } {
  let longest = { length: 0, tile: 0 };
  for (const { source } of features) {
    if (source.kind !== 'window') continue;
    const { windowMs: length, tileMs: tile } = source;
    if (length > longest.length || (length === longest.length && tile > longest.tile))
      longest = { length, tile };
  }
  return longest;
}
