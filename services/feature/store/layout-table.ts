import { type EventLayout, layoutOfSignature } from '../events/event-layout.ts';
import { corrupt, type Environment, type Table } from './environment.ts';

/** Layouts of rows by their numbers. All are kept in memory. */
export class LayoutTable {
  readonly #environment: Environment;
  readonly #table: Table;
  readonly #folder: string;
  readonly #layouts = new Map<number, EventLayout>();
  readonly #ids = new Map<string, number>();
  /** Ids that are not durable yet. */
  readonly #pending = new Map<string, Promise<number>>();
  #lastId = 0;

  constructor(environment: Environment, folder: string) {
    this.#environment = environment;
    this.#folder = folder;
    this.#table = environment.table('layouts');
    for (const { key, value } of this.#table.getRange())
      this.#keep(key.readUInt32BE(0), layoutOfSignature(value.toString('utf8')));
  }

  idOf(layout: EventLayout): number | Promise<number> {
    const { signature } = layout;
    return this.#ids.get(signature) ?? this.#pending.get(signature) ?? this.#add(layout);
  }

  /** Throws STATE_CORRUPT if there never was one. */
  layout(id: number): EventLayout {
    const layout = this.#layouts.get(id);
    if (layout === undefined) throw corrupt(this.#folder, `a row names layout ${id}, which is not in it`);
    return layout;
  }

  #add(layout: EventLayout): Promise<number> {
    const id = ++this.#lastId;
    const key = Buffer.alloc(4);
    key.writeUInt32BE(id, 0);
    const value = Buffer.from(layout.signature);
    const added = this.#environment
      .write(1, value.length, () => {
        this.#table.put(key, value);
      })
      .then(() => {
        this.#keep(id, layout);
        return id;
      })
      .finally(() => this.#pending.delete(layout.signature));
    this.#pending.set(layout.signature, added);
    return added;
  }

  #keep(id: number, layout: EventLayout): void {
    this.#lastId = Math.max(this.#lastId, id);
    this.#layouts.set(id, layout);
    this.#ids.set(layout.signature, id);
  }
}
