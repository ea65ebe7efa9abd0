import type { View } from '../declarations/declarations.ts';
import type { ViewProgram } from '../engine/view-program.ts';
import type { ViewSource } from '../serving/view-source.ts';
import type { EventIndex } from '../store/feature-store.ts';

/** The views that are or were declared, by digest, and which of them read an index. */
export class ViewSources {
  readonly #byDigest = new Map<string, ViewSource>();
  readonly #byIndex = new Map<number, ViewSource[]>();
  readonly #program: (view: View) => ViewProgram;

  constructor(program: (view: View) => ViewProgram) {
    this.#program = program;
  }

  add(view: View, index: EventIndex): void {
    if (this.#byDigest.has(view.digest)) return;
    const source = { view, program: this.#program(view), index };
    this.#byDigest.set(view.digest, source);
    const readers = this.#byIndex.get(index.id);
    if (readers === undefined) this.#byIndex.set(index.id, [source]);
    else readers.push(source);
  }

  of(view: View): ViewSource {
    const source = this.#byDigest.get(view.digest);
    if (source === undefined) throw new Error(`view ${view.name} ${view.digest} has no index yet`);
    return source;
  }

  /** Those that an event of the index matters to. */
  readersOf(index: EventIndex): readonly ViewSource[] {
    return this.#byIndex.get(index.id) ?? [];
  }
}
