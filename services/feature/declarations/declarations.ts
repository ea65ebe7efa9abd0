import type { FeatureSet__Output } from '../../gen/scoremesh/feature/v1/FeatureSet.ts';
import type { FeatureView__Output } from '../../gen/scoremesh/feature/v1/FeatureView.ts';
import { maxViews } from '../config.ts';
import { datatypeByType, nameFault, type SetDeclaration, type ViewDeclaration } from './schema.ts';
import { setDigest } from './set-digest.ts';

/** What is declared, by name. */
export interface Declarations {
  readonly views: ReadonlyMap<string, FeatureView__Output>;
  readonly sets: ReadonlyMap<string, FeatureSet__Output>;
}

/** An entry of a file; `body` is undefined when it has a fault of its own, which is reported already. */
export interface Entry<Body> {
  readonly file: string;
  readonly name: string;
  readonly body: Body | undefined;
}

/** One thing that is wrong, and where. */
export interface Fault {
  readonly file: string;
  /** e.g. "views.origin_delays.max_age". */
  readonly path: string;
  readonly message: string;
}

/** Puts the entries of all files together; every fault is added to `faults`. */
export function mergeDeclarations(
  viewEntries: readonly Entry<ViewDeclaration>[],
  setEntries: readonly Entry<SetDeclaration>[],
  faults: Fault[],
): Declarations {
  const broken = new Set<string>();
  const views = new Map<string, FeatureView__Output>();
  for (const entry of distinct('views', viewEntries, faults)) {
    if (entry.body === undefined) broken.add(entry.name);
    else views.set(entry.name, viewOf(entry, entry.body, faults));
  }
  if (views.size > maxViews) {
    const file = viewEntries[0]?.file ?? '';
    faults.push({
      file,
      path: 'views',
      message: `${views.size} views are declared; at most ${maxViews} may`,
    });
  }
  const sets = new Map<string, FeatureSet__Output>();
  for (const entry of distinct('sets', setEntries, faults)) {
    if (entry.body !== undefined) sets.set(entry.name, setOf(entry, entry.body, views, broken, faults));
  }
  return { views: byName(views), sets: byName(sets) };
}

function distinct<Body>(kind: string, entries: readonly Entry<Body>[], faults: Fault[]): Entry<Body>[] {
  const first = new Map<string, Entry<Body>>();
  for (const entry of entries) {
    const path = `${kind}.${entry.name}`;
    const fault = nameFault(entry.name);
    if (fault !== undefined) faults.push({ file: entry.file, path, message: fault });
    const earlier = first.get(entry.name);
    if (earlier === undefined) first.set(entry.name, entry);
    else faults.push({ file: entry.file, path, message: `is declared already, in ${earlier.file}` });
  }
  return [...first.values()];
}

function viewOf({ file, name }: Entry<unknown>, body: ViewDeclaration, faults: Fault[]): FeatureView__Output {
  for (const key of repeated(body.keys))
    faults.push({ file, path: `views.${name}.keys`, message: `names ${key} twice` });
  const features = Object.entries(body.features).map(([feature, { type, description }]) => {
    const fault = nameFault(feature);
    if (fault !== undefined) faults.push({ file, path: `views.${name}.features.${feature}`, message: fault });
    return { name: feature, datatype: datatypeByType[type], description };
  });
  return {
    name,
    description: body.description,
    keys: body.keys,
    maxAgeMs: String(body.max_age ?? 0),
    features,
  };
}

function setOf(
  { file, name }: Entry<unknown>,
  body: SetDeclaration,
  views: ReadonlyMap<string, FeatureView__Output>,
  broken: ReadonlySet<string>,
  faults: Fault[],
): FeatureSet__Output {
  const datatypes: string[] = [];
  const entities = new Set<string>();
  const read = new Map<string, FeatureView__Output>();
  const fault = (message: string, index?: number): void => {
    const place = index === undefined ? '' : `[${index}]`;
    faults.push({ file, path: `sets.${name}.features${place}`, message });
  };
  for (const feature of repeated(body.features)) fault(`names ${feature} twice`);
  for (const [index, path] of body.features.entries()) {
    const [viewName = '', featureName = '', more] = path.split('.');
    if (featureName === '' || more !== undefined) {
      fault(`${JSON.stringify(path)} is not of the form view.feature`, index);
      continue;
    }
    const view = views.get(viewName);
    const feature = view?.features.find((candidate) => candidate.name === featureName);
    if (view !== undefined && feature !== undefined) {
      read.set(viewName, view);
      datatypes.push(feature.datatype);
      for (const key of view.keys) entities.add(key);
    } else if (view !== undefined) {
      const known = view.features.map((candidate) => candidate.name).join(', ');
      fault(`view ${viewName} has no feature ${featureName}; it has ${known}`, index);
    } else if (!broken.has(viewName)) {
      fault(`no view is called ${viewName}; there are ${[...views.keys()].join(', ') || 'none'}`, index);
    }
  }
  const set = {
    name,
    description: body.description,
    features: body.features,
    datatypes,
    entities: [...entities],
  };
  return { ...set, digest: setDigest(set, read) };
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

function byName<T>(map: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
}
