import type {
  QuarantinedEvent,
  QuarantinedEvent__Output,
} from '../../gen/scoremesh/feature/v1/QuarantinedEvent.ts';
import { messageCodec } from '../../kit/contract/protos.ts';
import type { Table } from './environment.ts';
import type { NewQuarantined } from './feature-store.ts';
import type { StreamNumbers } from './stream-numbers.ts';

/*
 * A key is uint56 ingest ticks, uint24 place in the commit and uint16 stream, big-endian; the id of an entry is its key in
 * hexadecimal, so that ids sort in the order in which events came.
 */
const keyBytes = 12;
const streamOffset = 10;

const codec = messageCodec<QuarantinedEvent, QuarantinedEvent__Output>(
  'scoremesh.feature.v1.QuarantinedEvent',
);

/** What a commit changes in the quarantine. */
export interface QuarantineChange {
  readonly puts: readonly { readonly key: Buffer; readonly value: Buffer }[];
  readonly removes: readonly Buffer[];
  readonly sizeBytes: number;
}

/** Events that broke their declaration. How many there are of each stream is kept in memory. */
export class QuarantineTable {
  readonly #table: Table;
  readonly #streams: StreamNumbers;
  readonly #counts = new Map<number, number>();

  constructor(table: Table, streams: StreamNumbers) {
    this.#table = table;
    this.#streams = streams;
    for (const key of table.getKeys()) this.#count(key, 1);
  }

  /** Ids that are not there are left out. */
  change(
    ticks: number,
    quarantined: readonly NewQuarantined[],
    released: readonly string[],
  ): QuarantineChange {
    const puts = quarantined.map((entry, place) => {
      const key = Buffer.allocUnsafe(keyBytes);
      key.writeUIntBE(Math.floor(ticks / 2 ** 32), 0, 3);
      key.writeUInt32BE(ticks % 2 ** 32, 3);
      key.writeUIntBE(place, 7, 3);
      key.writeUInt16BE(this.#streams.of(entry.event?.stream ?? ''), streamOffset);
      return { key, value: codec.encode({ ...entry, quarantineId: key.toString('hex') }) };
    });
    const removes = [...new Set(released)]
      .map((id) => Buffer.from(id, 'hex'))
      .filter((key) => key.length === keyBytes && this.#table.getBinaryFast(key) !== undefined);
    return { puts, removes, sizeBytes: puts.reduce((sum, { value }) => sum + value.length, 0) };
  }

  /** Within a transaction; `applied` once it is durable. */
  apply({ puts, removes }: QuarantineChange): void {
    for (const { key, value } of puts) this.#table.put(key, value);
    for (const key of removes) this.#table.remove(key);
  }

  applied({ puts, removes }: QuarantineChange): void {
    for (const { key } of puts) this.#count(key, 1);
    for (const key of removes) this.#count(key, -1);
  }

  /** Those behind the id `after`, in the order in which they came; all streams if it is empty. */
  list(
    stream: string,
    after: string,
    limit: number,
  ): { events: readonly QuarantinedEvent__Output[]; total: number } {
    const number = stream === '' ? undefined : (this.#streams.known(stream) ?? -1);
    const total = number === undefined ? this.#total() : (this.#counts.get(number) ?? 0);
    const events: QuarantinedEvent__Output[] = [];
    if (total === 0 || limit <= 0) return { events, total };
    const start = Buffer.from(after, 'hex');
    const range = start.length === 0 ? {} : { start, exclusiveStart: true };
    for (const key of this.#table.getKeys(range)) {
      if (number !== undefined && key.readUInt16BE(streamOffset) !== number) continue;
      const value = this.#table.getBinary(key);
      if (value !== undefined) events.push(codec.decode(value));
      if (events.length >= limit) break;
    }
    return { events, total };
  }

  #total(): number {
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }

  #count(key: Buffer, change: number): void {
    const stream = key.readUInt16BE(streamOffset);
    this.#counts.set(stream, (this.#counts.get(stream) ?? 0) + change);
  }
}
