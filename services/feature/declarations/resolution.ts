import { maxDeclared } from './bounds.ts';
import type { Declarations, View } from './declarations.ts';
import { entityOf } from './entity-declaration.ts';
import { type Entry, type Fault, type Report, reporter } from './entry.ts';
import type { Declared } from './reference.ts';
import { type Body, type Kind, nameFault, schemas } from './schema.ts';
import { setOf } from './set-declaration.ts';
import { streamOf } from './stream-declaration.ts';
import type { ReadableViews } from './transform-declaration.ts';
import { viewOf } from './view-declaration.ts';

/** What the entries declare together. Every fault of every entry is added to `faults`; with faults the result is of no use. */
export function resolve(entries: readonly Entry[], faults: Fault[]): Declarations {
  const streams = declare('streams', entries, faults, streamOf);
  const entities = declare('entities', entries, faults, entityOf);
  const views = declare('views', entries, faults, (name, body, report) =>
    viewOf(name, body, streams, entities, report),
  );
  const readable = readableViews(views);
  const sets = declare('sets', entries, faults, (name, body, report) =>
    setOf(name, body, views, readable, report),
  );
  return { streams: streams.valid, entities: entities.valid, views: views.valid, sets: sets.valid };
}

/** Those of one kind, by name in alphabetical order. */
function declare<K extends Kind, T>(
  kind: K,
  entries: readonly Entry[],
  faults: Fault[],
  resolveOne: (name: string, body: Body<K>, report: Report) => T | undefined,
): Declared<T> {
  const own = distinct(
    entries.filter((entry) => entry.kind === kind),
    faults,
  );
  const [first] = own;
  if (first !== undefined && own.length > maxDeclared)
    faults.push({ field: kind, message: `${own.length} are declared; at most ${maxDeclared} may be` });
  const valid = new Map<string, T>();
  const broken = new Set<string>();
  for (const entry of own) {
    const found: Fault[] = [];
    const report = reporter(entry, found);
    const body = bodyOf(kind, entry, report);
    const value = body && resolveOne(entry.name, body, report);
    if (value === undefined || found.length > 0) broken.add(entry.name);
    else valid.set(entry.name, value);
    faults.push(...found);
  }
  return { kind, valid, broken };
}

function distinct(entries: readonly Entry[], faults: Fault[]): Entry[] {
  const first = new Map<string, Entry>();
  for (const entry of entries) {
    const report = reporter(entry, faults);
    const fault = nameFault(entry.name);
    if (fault !== undefined) report([], fault);
    const earlier = first.get(entry.name);
    if (earlier === undefined) first.set(entry.name, entry);
    else report([], `is declared already, in ${earlier.origin.file}`);
  }
  return [...first.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function bodyOf<K extends Kind>(kind: K, entry: Entry, report: Report): Body<K> | undefined {
  const result = schemas[kind].safeParse(entry.content);
  if (result.success) return result.data as Body<K>;
  for (const { path, message } of result.error.issues) report(path, message);
  return undefined;
}

function readableViews({ valid, broken }: Declared<View>): ReadableViews {
  const types = [...valid].map(
    ([name, { features }]) =>
      [name, new Map(features.map(({ name: of, datatype }) => [of, datatype]))] as const,
  );
  return { views: new Map(types), broken };
}
