import { nearestName } from '../../kit/config/nearest-name.ts';
import { nameList } from '../name-list.ts';
import type { Path, Report } from './entry.ts';
import type { Kind } from './schema.ts';

/** What is declared of one kind, and what would be if it had no fault of its own. */
export interface Declared<T> {
  readonly kind: Kind;
  readonly valid: ReadonlyMap<string, T>;
  readonly broken: ReadonlySet<string>;
}

const singular: Readonly<Record<Kind, string>> = {
  streams: 'stream',
  entities: 'entity',
  views: 'view',
  sets: 'set',
};

/** What is called so. Undefined if there is none, which is a fault unless its own are told already. */
export function resolved<T>(name: string, declared: Declared<T>, path: Path, report: Report): T | undefined {
  const found = declared.valid.get(name);
  if (found === undefined && !declared.broken.has(name))
    report(path, unknownName(singular[declared.kind], name, declared.valid.keys()));
  return found;
}

/** e.g. "no stream is called arrival; there is arrivals: did you mean that?" */
export function unknownName(what: string, name: string, known: Iterable<string>): string {
  const names = [...known];
  const nearest = nearestName(name, names);
  const guess = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  return `no ${what} is called ${name}; there are ${nameList(names)}${guess}`;
}
