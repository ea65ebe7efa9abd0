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

/** Every version at one moment, by name, then version, and what has changed. */
export interface Snapshot {
  readonly models: Model[];
  readonly changes: ModelChange[];
}

/** Changes that are kept for watchers who fall behind. */
export const maxKeptChanges = 1000;

/** Which versions exist and where each stands. Its messages are replaced, never changed. */
export class Registry {
  #entries: readonly Registered[] = [];
  #models: Model[] = [];
  #families: ReadonlyMap<string, ModelFamily<Registered>> = new Map();
  #closed = false;
  /** Counts what was published. */
  #edition = 0;
  /** The newest changes, and how many there ever were. */
  #changes: ModelChange[] = [];
  #changeCount = 0;
  readonly #watchers = new Set<() => void>();

  /** By name, then version. */
  get models(): Model[] {
    return this.#models;
  }

  get entries(): readonly Registered[] {
    return this.#entries;
  }

  get families(): Families<Registered> {
    return this.#families;
  }

  /** Makes these all that exists, and tells the watchers, also of what has changed. */
  publish(entries: readonly Registered[], changes: readonly ModelChange[]): void {
    this.#entries = [...entries].sort(byNameAndVersion);
    this.#models = this.#entries.map(({ model }) => model);
    this.#families = familiesOf(this.#entries);
    this.#edition++;
    this.#changeCount += changes.length;
    if (changes.length > 0) this.#changes = [...this.#changes, ...changes].slice(-maxKeptChanges);
    this.#wake();
  }

  /** Ends every watch. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /**
   * All models now with the newest changes, and again after each change. Of states that come faster than they are read, only the last
   * is told; of changes each is, as long as its reader is no more than 1000 behind. Ends when it is cancelled, returned from, or the
   * registry closes.
   */
  watch(cancellation: Cancellation): AsyncIterable<Snapshot> {
    return { [Symbol.asyncIterator]: () => this.#watcher(cancellation) };
  }

  #watcher(cancellation: Cancellation): AsyncIterator<Snapshot> {
    let toldEdition = -1;
    let toldChanges = 0;
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
        while (!ended && !this.#closed && toldEdition === this.#edition) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        // What is not told yet is told before the end.
        if (ended || toldEdition === this.#edition) {
          end();
          return { done: true, value: undefined };
        }
        const untold = Math.min(this.#changeCount - toldChanges, this.#changes.length);
        const changes = untold === 0 ? [] : this.#changes.slice(-untold);
        toldEdition = this.#edition;
        toldChanges = this.#changeCount;
        return { done: false, value: { models: this.#models, changes } };
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
