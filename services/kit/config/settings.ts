import { MeshError } from '../errors/mesh-error.ts';
import type { Kind } from './kinds.ts';
import { nearestName } from './nearest-name.ts';

/** Names with this prefix belong to the mesh, so an unknown one is a mistake. */
const prefix = 'SCOREMESH_';

/** One setting: the name of its environment variable, what it means, what is accepted, and what holds when it is not set. */
export interface Setting<T> {
  readonly name: `${typeof prefix}${string}`;
  /** One sentence for `--help`: what it does, its unit, what its default means. */
  readonly help: string;
  readonly kind: Kind<NonNullable<T>>;
  readonly default: T;
  /** The value is never shown. */
  readonly secret?: boolean;
}

/** The settings that one module owns, by the property under which it gets each. */
export type Part = Readonly<Record<string, Setting<unknown>>>;

/** What a module gets: a frozen value for each of its settings. */
export type Settings<P extends Part> = { readonly [K in keyof P]: P[K] extends Setting<infer T> ? T : never };

type Environment = Readonly<Record<string, string | undefined>>;

/** A setting with a default. */
export function setting<T extends NonNullable<unknown>>(
  name: Setting<T>['name'],
  kind: Kind<T>,
  defaultValue: NoInfer<T>,
  help: string,
): Setting<T> {
  return { name, kind, default: defaultValue, help };
}

/** A setting that may be absent: undefined unless it is set. */
export function optional<T extends NonNullable<unknown>>(
  name: Setting<T>['name'],
  kind: Kind<T>,
  help: string,
): Setting<T | undefined> {
  return { name, kind, default: undefined, help };
}

/** The same setting, never shown in a message or in `--help`. */
export function secret<T>(plain: Setting<T>): Setting<T> {
  return { ...plain, secret: true };
}

/**
 * Reads every part from the environment, once, at start. An empty or blank value counts as not set. Throws one CONFIG_INVALID
 * that names every value that is not accepted and every SCOREMESH_ name that no part knows. Two parts may share a setting
 * only if it is the same object.
 */
export function readSettings<const Parts extends Readonly<Record<string, Part>>>(
  parts: Parts,
  environment: Environment,
): { readonly [Name in keyof Parts]: Settings<Parts[Name]> } {
  const known = settingsByName(parts);
  const faults: string[] = [];
  const values = new Map<string, unknown>();
  for (const found of known.values()) {
    const given = environment[found.name]?.trim() ?? '';
    const value = given === '' ? found.default : found.kind.parse(given);
    if (given !== '' && value === undefined) faults.push(faultOf(found, given));
    values.set(found.name, value);
  }
  faults.push(...unknownNames(known, environment));
  if (faults.length > 0) {
    const heading =
      faults.length === 1 ? 'a setting can not be used' : `${faults.length} settings can not be used`;
    throw new MeshError('CONFIG_INVALID', `${heading}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
  const read = mapValues(parts, (part) => Object.freeze(mapValues(part, ({ name }) => values.get(name))));
  return Object.freeze(read) as { readonly [Name in keyof Parts]: Settings<Parts[Name]> };
}

/** Every setting with its default and meaning, one paragraph each, in the order of the parts: the text for `--help`. */
export function describeSettings(parts: Readonly<Record<string, Part>>): string {
  return [...settingsByName(parts).values()]
    .map((found) => {
      const standard = found.default == null ? 'not set' : shown(found, found.kind.format(found.default));
      return `${found.name} (${standard})\n    ${found.help}\n    Takes ${found.kind.accepts}.`;
    })
    .join('\n');
}

function settingsByName(parts: Readonly<Record<string, Part>>): Map<string, Setting<unknown>> {
  const known = new Map<string, Setting<unknown>>();
  for (const part of Object.values(parts)) {
    for (const found of Object.values(part)) {
      const other = known.get(found.name);
      if (other !== undefined && other !== found)
        throw new Error(`${found.name} is declared twice; share one setting`);
      known.set(found.name, found);
    }
  }
  return known;
}

function faultOf(found: Setting<unknown>, given: string): string {
  const masked = found.kind.mask === undefined ? given : found.kind.mask(given);
  return `${found.name}=${shown(found, JSON.stringify(abbreviate(masked)))} is not accepted: give ${found.kind.accepts}`;
}

function unknownNames(known: ReadonlyMap<string, unknown>, environment: Environment): string[] {
  return Object.keys(environment)
    .filter((name) => name.toUpperCase().startsWith(prefix) && !known.has(name))
    .filter((name) => environment[name]?.trim())
    .sort()
    .map((name) => {
      const near = nearestName(name.toUpperCase(), [...known.keys()]);
      const what =
        near === undefined ? 'see `scoremesh --help` for those that exist' : `did you mean ${near}?`;
      return `${abbreviate(name)} is not a setting: ${what}`;
    });
}

const longestShown = 120;

function abbreviate(given: string): string {
  return given.length > longestShown ? `${given.slice(0, longestShown)}...` : given;
}

function shown(found: Setting<unknown>, given: string): string {
  return found.secret ? '***' : given;
}

function mapValues<K extends string, V, R>(
  record: Readonly<Record<K, V>>,
  map: (value: V) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries<V>(record).map(([key, value]) => [key, map(value)]));
}
