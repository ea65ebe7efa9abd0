import type { AuditContract } from '../contracts.ts';
import type { GetRecordResponse__Output } from '../gen/scoremesh/audit/v1/GetRecordResponse.ts';
import { type Call, throwIfUnwanted } from '../kit/contract/call.ts';
import type { Handlers } from '../kit/contract/contract.ts';
import { invalidRequest, MeshError } from '../kit/errors/mesh-error.ts';
import type { CompleteRecords } from './complete-records.ts';
import type { Indexer } from './index/indexer.ts';
import { hashKey, type IndexStore } from './index/store.ts';
import { parseList, scanBounds, takePage, writeToken } from './list.ts';
import { type Entry, type Location, locationOf } from './log/commit.ts';
import type { LogReader, StoredRecord } from './log/reader.ts';
import { roughBytes } from './query/answers.ts';
import type { RecentEntries } from './recent-entries.ts';
import { parseRecordId } from './record-id.ts';

export interface ReadDeps {
  readonly reader: LogReader;
  readonly recent: RecentEntries;
  readonly store: IndexStore;
  readonly indexer: Indexer;
  readonly records: Pick<CompleteRecords, 'response'>;
}

/** Reads of one list that run at once: the disk's queue is shared with the commits. */
const readsAtOnce = 8;
/** A page ends early at so many bytes, below the 4 MiB that a gRPC client receives by default. */
const maxAnswerBytes = 2 * 1024 * 1024;

/** GetRecord and ListRecords. Both see every record whose append was answered before they were called. */
export function createReads(deps: ReadDeps): Pick<Handlers<AuditContract>, 'GetRecord' | 'ListRecords'> {
  const { reader, recent, store, indexer, records: complete } = deps;
  return {
    GetRecord: async ({ recordId, idempotencyKey }, call) => {
      throwIfUnwanted(call, 'the record was looked up');
      if (recordId !== '') return await complete.response(await recordById(deps, recordId, call));
      if (idempotencyKey === '')
        throw invalidRequest([
          { field: 'record_id', description: 'it is empty; give it or idempotency_key' },
        ]);
      const keyHash = hashKey(idempotencyKey);
      const place = (await placeOf(recent.byKey(keyHash), call)) ?? store.findKey(keyHash);
      const stored = place === undefined ? undefined : await reader.read(place);
      if (stored?.keyHash?.equals(keyHash) !== true)
        throw recordNotFound(`a record under the idempotency key "${idempotencyKey}"`, {});
      return await complete.response(stored);
    },

    ListRecords: async (request, call) => {
      throwIfUnwanted(call, 'records were listed');
      const query = parseList(request);
      await whileWanted(indexer.flush(), call);
      const { first, end } = scanBounds(query);
      const { page, last } = takePage(store.range(first, end), query);
      const records: GetRecordResponse__Output[] = [];
      let bytes = 0;
      for (let from = 0; from < page.length; from += readsAtOnce) {
        throwIfUnwanted(call, 'the page was complete');
        const places = page.slice(from, from + readsAtOnce);
        const read = places.map(async (place) => await complete.response(await reader.read(place)));
        for (const answer of await Promise.all(read)) {
          bytes += roughBytes(answer);
          const before = page[records.length - 1]?.recordId;
          // What is stored apart counts only now that it was read.
          if (before !== undefined && bytes > maxAnswerBytes)
            return { records, nextPageToken: writeToken(before, query) };
          records.push(answer);
        }
      }
      return { records, nextPageToken: last === undefined ? '' : writeToken(last, query) };
    },
  };
}

/** RECORD_NOT_FOUND or INVALID_REQUEST if there is none. */
export async function recordById(
  { recent, store, reader }: Pick<ReadDeps, 'recent' | 'store' | 'reader'>,
  recordId: string,
  call: Call,
): Promise<StoredRecord> {
  const id = parseRecordId(recordId, 'record_id');
  const place = (await placeOf(recent.byId(recordId.toLowerCase()), call)) ?? store.findRecord(id);
  if (place === undefined) throw recordNotFound(`record ${recordId}`, { record_id: recordId });
  return await reader.read(place);
}

/** Where it stands, once it is durable. */
export async function placeOf(entry: Entry | undefined, call: Call): Promise<Location | undefined> {
  if (entry === undefined) return undefined;
  await whileWanted(entry.commit.done, call);
  return locationOf(entry);
}

/** The work's result, or the reason why nobody waits for it any more. */
export async function whileWanted<T>(work: Promise<T>, call: Call): Promise<T> {
  let forget = (): void => {};
  const unwanted = new Promise<never>((_, reject) => {
    forget = call.cancellation.onCancel(reject);
  });
  try {
    return await Promise.race([work, unwanted]);
  } finally {
    forget();
  }
}

export function recordNotFound(what: string, metadata: { readonly [name: string]: string }): MeshError {
  return new MeshError(
    'RECORD_NOT_FOUND',
    `${what} is not in the audit log; check it, or list the records of its time`,
    { metadata },
  );
}
