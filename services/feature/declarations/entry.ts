import type { Kind } from './schema.ts';

export type Path = readonly PropertyKey[];

/** One thing that is wrong, and where. */
export interface Fault {
  /** e.g. "a.yaml: views.origin_delays.max_age". */
  readonly field: string;
  readonly message: string;
}

/** Where entries come from: a file, a text, or what was declared before. */
export interface Origin {
  /** Empty for a text that has no name. */
  readonly file: string;
  /** Where in the file the value at this path is, counted from 1. */
  locate?(path: Path): { readonly line: number; readonly column: number } | undefined;
}

/** One entry as it was written. */
export interface Entry {
  readonly kind: Kind;
  readonly name: string;
  readonly content: unknown;
  readonly origin: Origin;
}

/** Reports a fault of one entry, at a path within it. */
export type Report = (path: Path, message: string) => void;

export function reporter({ kind, name, origin }: Entry, faults: Fault[]): Report {
  return (path, message) => faults.push(faultAt(origin, [kind, name, ...path], message));
}

export function faultAt(origin: Origin, path: Path, message: string): Fault {
  const place = origin.locate?.(path);
  const where = place === undefined ? '' : ` (line ${place.line}, column ${place.column})`;
  return { field: fieldOf(origin.file, path), message: message + where };
}

function fieldOf(file: string, path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? String(part) : `.${String(part)}`;
  }
  return [file, text].filter((part) => part !== '').join(': ');
}
