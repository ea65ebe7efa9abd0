import type { Model__Output as Model } from '../../gen/scoremesh/inference/v1/Model.ts';
import type { ModelChange__Output as ModelChange } from '../../gen/scoremesh/inference/v1/ModelChange.ts';
import type { Cancellation } from '../../kit/contract/call.ts';
import type { Families, ModelFamily, Resolvable } from './resolution.ts';
import type { ServedModel } from './served-model.ts';

/** A version as the registry holds it. */
export interface Registered extends Resolvable {
  readonly model: Model;
  /** Present while it is ready. */
  readonly served: ServedModel | undefined;
}

/** Every version at one moment, by name, then version. */
export interface Snapshot {
  readonly models: Model[];
  readonly changes: ModelChange[];
}

/** Which versions exist and where each stands. Its messages are replaced, never changed. */
export class Registry {
  #entries: Registered[] = [];
  #snapshot: Snapshot = { models: [], changes: [] };
  #families: Map<string, ModelFamily<Registered>> = new Map();
  #closed = false;
  readonly #watchers = new Set<() => void>();

  /** By name, then version. */
  get models(): Model[] {
    return this.#snapshot.models;
  }

  get entries(): readonly Registered[] {
    return this.#entries;
  }

  get families(): Families<Registered> {
    return this.#families;
  }

  /** Makes these all that exists, and tells the watchers. */
  replaceAll(entries: readonly Registered[]): void {
    this.#entries = [...entries].sort(byNameAndVersion);
    this.#snapshot = { models: this.#entries.map(({ model }) => model), changes: [] };
    this.#families = familiesOf(this.#entries);
    this.#wake();
  }

  /** Replaces one version, and tells the watchers. */
  replace(before: Registered, after: Registered): void {
    this.replaceAll(this.#entries.map((entry) => (entry === before ? after : entry)));
  }

  /** Ends every watch. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /**
   * All models now, and again after each change; of changes that come faster than they are read, only the last is told. Ends
   * when it is cancelled, returned from, or the registry closes.
   */
  watch(cancellation: Cancellation): AsyncIterable<Snapshot> {
    return { [Symbol.asyncIterator]: () => this.#watcher(cancellation) };
  }

  #watcher(cancellation: Cancellation): AsyncIterator<Snapshot> {
    let told: Snapshot | undefined;
    let ended = false;
    let wake: () => void = () => {};
    const onChange = (): void => wake();
    const end = (): void => {
      ended = true;
      this.#watchers.delete(onChange);
      forget();
      wake();
    };
    let forget: () => void = () => {};
    this.#watchers.add(onChange);
    forget = cancellation.onCancel(end);
    return {
      next: async () => {
        while (!ended && !this.#closed && told === this.#snapshot) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        if (ended || this.#closed) {
          end();
          return { done: true, value: undefined };
        }
        told = this.#snapshot;
        return { done: false, value: told };
      },
      return: async () => {
        end();
        return { done: true, value: undefined };
      },
    };
  }

  #wake(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

function byNameAndVersion(a: Registered, b: Registered): number {
  if (a.model.name !== b.model.name) return a.model.name < b.model.name ? -1 : 1;
  return a.version - b.version;
}

function familiesOf(entries: readonly Registered[]): Map<string, ModelFamily<Registered>> {
  const families = new Map<
    string,
    { name: string; versions: Map<number, Registered>; aliases: Map<string, number> }
  >();
  for (const entry of entries) {
    const { name, aliases } = entry.model;
    let family = families.get(name);
    if (family === undefined) {
      family = { name, versions: new Map(), aliases: new Map() };
      families.set(name, family);
    }
    // Several faults of one model have no number; the one that an alias leads to must be found.
    if (!family.versions.has(entry.version) || aliases.length > 0) family.versions.set(entry.version, entry);
    for (const alias of aliases) family.aliases.set(alias, entry.version);
  }
  return families;
}
