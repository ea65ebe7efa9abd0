import { MeshError } from '../../kit/errors/mesh-error.ts';
import { quarantineRetryMs } from '../config.ts';
import type { FeatureStore, NewQuarantined } from '../store/feature-store.ts';
import type { Released } from './batch.ts';

/**
 * How many entries the quarantine has for each stream, and whether more fit. Streams that are not declared share one place, because
 * anybody who may publish could make up names.
 */
export class QuarantineRoom {
  readonly #most: number;
  readonly #isDeclared: (stream: string) => boolean;
  readonly #counts = new Map<string, number>();

  constructor(most: number, isDeclared: (stream: string) => boolean) {
    this.#most = most;
    this.#isDeclared = isDeclared;
  }

  /** Reads how many there are of these streams and of all others. */
  async load(store: FeatureStore, streams: Iterable<string>): Promise<void> {
    let { total: others } = await store.quarantine('', '', 1);
    this.#counts.clear();
    for (const stream of streams) {
      const { total } = await store.quarantine(stream, '', 1);
      this.#counts.set(stream, total);
      others -= total;
    }
    this.#counts.set(undeclared, Math.max(0, others));
  }

  /** Entries by stream; '' are those of all streams that are not declared. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Takes places; they must be given back if the entries are not stored. Throws QUEUE_FULL, and then took none. */
  take(quarantined: readonly NewQuarantined[]): void {
    let taken = 0;
    for (const { event } of quarantined) {
      const place = this.#placeOf(event?.stream ?? undeclared);
      const count = this.#counts.get(place) ?? 0;
      if (count >= this.#most) {
        this.giveBack(quarantined.slice(0, taken));
        throw full(place, count);
      }
      this.#counts.set(place, count + 1);
      taken++;
    }
  }

  giveBack(quarantined: readonly NewQuarantined[]): void {
    for (const { event } of quarantined) this.#less(event?.stream ?? undeclared);
  }

  /** These entries are gone. */
  released(entries: readonly Released[]): void {
    for (const { stream } of entries) this.#less(stream);
  }

  #less(stream: string): void {
    const place = this.#placeOf(stream);
    this.#counts.set(place, Math.max(0, (this.#counts.get(place) ?? 0) - 1));
  }

  #placeOf(stream: string): string {
    return this.#isDeclared(stream) ? stream : undeclared;
  }
}

const undeclared = '';

function full(stream: string, count: number): MeshError {
  const whose = stream === undeclared ? 'streams that are not declared' : `stream ${stream}`;
  return new MeshError(
    'QUEUE_FULL',
    `the quarantine has ${count} events of ${whose} and takes no more; look at it (ListQuarantine), correct the sender or the declaration, and replay or discard what is there (ReplayQuarantine)`,
    { retryAfterMs: quarantineRetryMs, metadata: { stream, quarantined: String(count) } },
  );
}

/** Whether an event was refused because there is no room for it in the quarantine. */
export function isQuarantineFull({ reason, details }: MeshError): boolean {
  return reason === 'QUEUE_FULL' && details.metadata?.quarantined !== undefined;
}
