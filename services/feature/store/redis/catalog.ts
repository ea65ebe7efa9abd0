import { MeshError } from '../../../kit/errors/mesh-error.ts';
import { type EventLayout, layoutOfSignature } from '../../events/event-layout.ts';
import type { EventIndex } from '../feature-store.ts';
import { timeOfTicks } from '../ingest-clock.ts';
import type { Connection } from './connection.ts';
import { listOf, numberOf, pairsOf, type Reply } from './reply.ts';

/** What every reply to a reader begins with. */
export interface ReplyHead {
  readonly lastTicks: number;
}

/**
 * What this process knows of the server: layouts, indexes and edges, whose version comes with every reply, and the last commit. What it
 * does not know yet is loaded before a reply that needs it is given on.
 */
export class Catalog {
  readonly #connection: Connection;
  readonly #layouts = new Map<number, EventLayout>();
  readonly #indexes = new Map<number, EventIndex>();
  readonly #byStream = new Map<string, EventIndex[]>();
  readonly #edges = new Map<string, number>();
  #version = -1;
  #lastTicks = 0;
  #following: Promise<void> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get version(): number {
    return this.#version;
  }

  get lastTicks(): number {
    return this.#lastTicks;
  }

  layout(id: number): EventLayout {
    const layout = this.#layouts.get(id);
    if (layout === undefined)
      throw new MeshError(
        'STATE_CORRUPT',
        `the feature store on Redis at ${this.#connection.place} is damaged: a row names layout ${id}, which is not in it`,
      );
    return layout;
  }

  indexesOf(stream: string): readonly EventIndex[] {
    return this.#byStream.get(stream) ?? [];
  }

  index(id: number): EventIndex {
    const index = this.#indexes.get(id);
    if (index === undefined) throw new Error(`index ${id} was not loaded`);
    return index;
  }

  edgeOf(stream: string): number {
    return this.#edges.get(stream) ?? Number.NEGATIVE_INFINITY;
  }

  get edges(): ReadonlyMap<string, number> {
    return this.#edges;
  }

  /** Takes in a commit that is durable. `knownTicks`: what was known when the command was sent. */
  see(lastTicks: number, knownTicks = 0): void {
    if (lastTicks < knownTicks) throw this.lost(lastTicks);
    this.#lastTicks = Math.max(this.#lastTicks, lastTicks);
  }

  /** Takes in the head of a reply; resolves when all is known that the reply may name. */
  async follow(head: Reply | undefined, knownTicks: number): Promise<ReplyHead> {
    const [last, version] = listOf(head);
    const lastTicks = numberOf(last);
    this.see(lastTicks, knownTicks);
    while (numberOf(version) > this.#version) {
      // Of many replies at once only the first asks.
      this.#following ??= this.load().finally(() => {
        this.#following = undefined;
      });
      await this.#following;
    }
    return { lastTicks };
  }

  /** Brings it up to date with all that was done before this call. */
  async load(): Promise<void> {
    const knownTicks = this.#lastTicks;
    const [head, layouts, indexes, edges] = listOf(await this.#connection.run('catalog'));
    const [last, version] = listOf(head);
    for (const [id, signature] of pairsOf(layouts)) {
      if (!this.#layouts.has(Number(id))) this.#layouts.set(Number(id), layoutOfSignature(signature));
    }
    for (const [id, json] of pairsOf(indexes)) this.#keepIndex(Number(id), json);
    for (const [stream, edge] of pairsOf(edges)) this.#edges.set(stream, Number(edge));
    this.#version = Math.max(this.#version, numberOf(version));
    this.see(numberOf(last), knownTicks);
  }

  #keepIndex(id: number, json: string): void {
    if (this.#indexes.has(id)) return;
    const [stream, ...keyFields] = JSON.parse(json) as [string, ...string[]];
    const index = { id, stream, keyFields };
    this.#indexes.set(id, index);
    this.#byStream.set(stream, [...this.indexesOf(stream), index]);
  }

  lost(lastTicks: number): MeshError {
    const [is, was] = [lastTicks, this.#lastTicks].map((ticks) => new Date(timeOfTicks(ticks)).toISOString());
    return new MeshError(
      'STATE_CORRUPT',
      `Redis at ${this.#connection.place} has lost events: its last commit is of ${is}, and it was of ${was} before. Restore it, or start this process again to go on without them`,
    );
  }
}
