import { setImmediate as nextTurn } from 'node:timers/promises';
import { CommitDraft, type DraftDeps, type SealedDraft } from './commit-draft.ts';
import type { Environment, Table } from './environment.ts';
import type { Commit, FeatureStore, NewEvent, NewQuarantined } from './feature-store.ts';
import type { IdDraft } from './id-table.ts';
import { nextTicks, timeOfTicks } from './ingest-clock.ts';
import { readJson, writeJson } from './json-records.ts';
import type { QuarantineTable } from './quarantine-table.ts';

export interface CommitsDeps extends DraftDeps {
  readonly environment: Environment;
  readonly meta: Table;
  readonly quarantine: QuarantineTable;
  /** Unix ms. */
  readonly now: () => number;
  /** A commit is about to store a chunk there. */
  readonly noteChunk: (index: number, key: string, tile: number) => void;
}

/** Record of the ingest ticks of the last commit. */
export const lastTicksName = 'last-ticks';
/** Events that are looked up and grouped in one turn of the event loop. */
const sliceEvents = 500;

/** A commit that is made ready or written while the next may be made ready. */
interface UnderWay {
  /** The ids that it adds; undefined if it could not be made. */
  readonly ids: Promise<IdDraft | undefined>;
  /** Whether it was stored. */
  readonly stored: Promise<boolean>;
}

interface Made {
  readonly draft: CommitDraft;
  readonly sealed: SealedDraft;
}

const nothing: UnderWay = { ids: Promise.resolve(undefined), stored: Promise.resolve(true) };

/**
 * Commits, one after the other in the order of the calls; while one is written the next is made ready, as if that one were stored. If it
 * is not, the next is made once more.
 */
export class Commits {
  readonly #deps: CommitsDeps;
  #lastTicks: number;
  /** Of the last commit that was made ready, stored or not. */
  #givenTicks: number;
  #underWay = nothing;

  constructor(deps: CommitsDeps) {
    this.#deps = deps;
    this.#lastTicks = readJson<number>(deps.meta, lastTicksName)[0]?.value ?? 0;
    this.#givenTicks = this.#lastTicks;
  }

  /** Ticks of the last that is durable; 0 before the first. */
  get lastTicks(): number {
    return this.#lastTicks;
  }

  /** See FeatureStore.commit. */
  commit(...[added, quarantined, released = []]: Parameters<FeatureStore['commit']>): Promise<Commit> {
    const before = this.#underWay;
    const making = this.#makeBehind(before, added);
    const done = making.then((made) => this.#write(made, quarantined, released));
    const own = {
      ids: making.then(
        ({ draft }) => draft.ids,
        () => undefined,
      ),
      stored: done.then(
        () => true,
        () => false,
      ),
    };
    this.#underWay = own;
    void own.stored.then(() => {
      if (this.#underWay === own) this.#underWay = nothing;
    });
    return done;
  }

  /** Resolves when it is made and what came before it is stored or has failed. */
  async #makeBehind(before: UnderWay, added: readonly NewEvent[]): Promise<Made> {
    const made = await this.#make(added, await before.ids);
    return (await before.stored) ? made : this.#make(added, undefined);
  }

  async #make(added: readonly NewEvent[], before: IdDraft | undefined): Promise<Made> {
    const ticks = nextTicks(this.#deps.now(), this.#givenTicks);
    this.#givenTicks = ticks;
    const draft = new CommitDraft(ticks, this.#deps, this.#deps.ids.draft(before));
    for (const [at, event] of added.entries()) {
      if (at % sliceEvents === 0 && at > 0) await nextTurn();
      draft.add(event);
    }
    return { draft, sealed: await draft.seal(this.#deps.noteChunk) };
  }

  async #write(
    { draft, sealed }: Made,
    quarantined: readonly NewQuarantined[],
    released: readonly string[],
  ): Promise<Commit> {
    const { environment, meta, quarantine, streams, registry } = this.#deps;
    const { ticks } = draft;
    const lastTicks = this.#lastTicks;
    const change = quarantine.change(ticks, quarantined, released);
    const operations =
      draft.operations +
      change.puts.length +
      change.removes.length +
      streams.unsaved +
      registry.fedWrites +
      1;
    await environment.write(operations, sealed.sizeBytes + change.sizeBytes, () => {
      sealed.put();
      quarantine.apply(change);
      streams.save();
      registry.saveFed(lastTicks);
      writeJson(meta, lastTicksName, ticks);
    });
    quarantine.applied(change);
    streams.saved();
    registry.fedSaved(lastTicks);
    this.#lastTicks = ticks;
    return { ingestTimeMs: timeOfTicks(ticks), duplicates: draft.duplicates };
  }
}
