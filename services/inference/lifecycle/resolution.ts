import { MeshError } from '../../kit/errors/mesh-error.ts';

/** The alias that a bare name means, where it is set. */
export const defaultAlias = 'champion';

/** What resolution needs to know of a version. */
export interface Resolvable {
  readonly version: number;
  readonly ready: boolean;
  /** Why it is not ready. */
  readonly reason: string;
}

/** The versions of one model. */
export interface ModelFamily<T extends Resolvable> {
  readonly name: string;
  /** In ascending order. */
  readonly versions: ReadonlyMap<number, T>;
  /** Each points at one of `versions`. */
  readonly aliases: ReadonlyMap<string, number>;
}

export type Families<T extends Resolvable> = ReadonlyMap<string, ModelFamily<T>>;

// Enough to see what exists, short enough for a status message.
const maxListed = 20;

/**
 * The version that a reference means now: "name" the alias champion, or without one the highest ready version; "name@alias";
 * "name@version". Fails with MODEL_NOT_FOUND, MODEL_ALIAS_NOT_FOUND or MODEL_VERSION_NOT_FOUND, naming what exists. What it
 * answers need not be ready.
 */
export function findVersion<T extends Resolvable>(families: Families<T>, reference: string): T {
  const at = reference.indexOf('@');
  if (at < 0) return pickVersion(familyOf(families, reference));
  const family = familyOf(families, reference.slice(0, at));
  const selector = reference.slice(at + 1);
  if (/^[0-9]+$/.test(selector)) return numberedVersion(family, selector);
  const version = family.aliases.get(selector);
  const found = version === undefined ? undefined : family.versions.get(version);
  if (found === undefined)
    throw new MeshError(
      'MODEL_ALIAS_NOT_FOUND',
      `Request for unknown model: '${family.name}' has no alias '${selector}'; it has ${listed(family.aliases.keys(), 'no alias')}`,
    );
  return found;
}

/** The version of that number. Fails like findVersion. */
export function findNumbered<T extends Resolvable>(families: Families<T>, name: string, version: string): T {
  return numberedVersion(familyOf(families, name), version);
}

/** The same version if it is ready, else MODEL_NOT_READY with the reason. */
export function requireReady<T extends Resolvable>(name: string, found: T): T {
  if (found.ready) return found;
  const which = found.version === 0 ? `'${name}'` : `'${name}' version ${found.version}`;
  throw new MeshError(
    'MODEL_NOT_READY',
    `Request for unknown model: ${which} is not at ready state: ${found.reason}`,
  );
}

function pickVersion<T extends Resolvable>(family: ModelFamily<T>): T {
  const champion = family.aliases.get(defaultAlias);
  if (champion !== undefined) {
    const found = family.versions.get(champion);
    if (found !== undefined) return found;
  }
  let highest: T | undefined;
  let highestReady: T | undefined;
  for (const found of family.versions.values()) {
    highest = found;
    if (found.ready) highestReady = found;
  }
  const found = highestReady ?? highest;
  if (found === undefined)
    throw new MeshError(
      'MODEL_VERSION_NOT_FOUND',
      `Request for unknown model: '${family.name}' has no available versions`,
    );
  return found;
}

function familyOf<T extends Resolvable>(families: Families<T>, name: string): ModelFamily<T> {
  const family = families.get(name);
  if (family === undefined)
    throw new MeshError(
      'MODEL_NOT_FOUND',
      `Request for unknown model: '${name}' is not found; there are ${listed(families.keys(), 'no models')}`,
    );
  return family;
}

function numberedVersion<T extends Resolvable>(family: ModelFamily<T>, text: string): T {
  const version = Number(text);
  // 0 names what has no number.
  const found = version === 0 ? undefined : family.versions.get(version);
  if (found === undefined)
    throw new MeshError(
      'MODEL_VERSION_NOT_FOUND',
      `Request for unknown model: '${family.name}' version ${text} is not found; it has ${listed(numbersOf(family), 'no version')}`,
    );
  return found;
}

function numbersOf<T extends Resolvable>(family: ModelFamily<T>): string[] {
  return Array.from(family.versions.keys(), String).filter((version) => version !== '0');
}

function listed(names: Iterable<string>, none: string): string {
  const all = [...names];
  if (all.length === 0) return none;
  const more = all.length > maxListed ? ` and ${all.length - maxListed} more` : '';
  return all.slice(0, maxListed).join(', ') + more;
}
