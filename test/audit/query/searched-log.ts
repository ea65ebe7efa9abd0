import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Facts, factsOf } from '../../../services/audit/index/facts.ts';
import type { IndexEntry } from '../../../services/audit/index/rows.ts';
import { openIndexStore } from '../../../services/audit/index/store.ts';
import { createQueries } from '../../../services/audit/query/queries.ts';
import { readRecordId } from '../../../services/audit/record-id.ts';
import type { GetRecordResponse__Output } from '../../../services/gen/scoremesh/audit/v1/GetRecordResponse.ts';
import type { RecordFilter__Output } from '../../../services/gen/scoremesh/audit/v1/RecordFilter.ts';
import { recordCodec, testCall } from '../fixture.ts';
import { tagOf } from '../index/entries.ts';

/** A record of a log that lives in memory. */
export interface Logged {
  readonly id: Buffer;
  readonly entry: Buffer;
  /** Empty for nobody. */
  readonly subject: string;
  readonly facts: Facts | undefined;
}

/** Queries over a real index and a log in memory. */
export async function searchedLog(maxPageRows?: number) {
  const folder = await mkdtemp(join(tmpdir(), 'scoremesh-query-'));
  const { store } = await openIndexStore(folder);
  const logged: Logged[] = [];
  const slots = new Map<string, number>();
  let reads = 0;
  const answerOf = async ({ index }: { index: number }): Promise<GetRecordResponse__Output> => {
    reads += 1;
    const { entry } = logged[index]!;
    let record: GetRecordResponse__Output['record'] = null;
    try {
      record = recordCodec.decode(entry);
    } catch {
      // Shown as it is.
    }
    return {
      record,
      receipt: { logIndex: String(index), leafHash: Buffer.alloc(32), proof: '' },
      entry,
      bodyDigest: Buffer.alloc(0),
      contentState: 'CONTENT_STATE_NONE',
    };
  };
  const earlySlots = async ({ index }: { index: number }) => {
    const slot = slots.get(`@prediction=${logged[index]!.id.toString('hex')}`);
    return slot === undefined ? [] : [slot];
  };
  const deps = { store, indexer: { flush: async () => {} }, answerOf, tagOf, earlySlots };
  const queries = createQueries(deps, maxPageRows);
  return {
    store,
    queries,
    logged,
    reads: () => reads,
    /** Appends records, in one put. */
    append: async (records: readonly { id: Buffer; entry: Buffer; subject: string }[]) => {
      const entries = records.map(({ id, entry, subject }): IndexEntry => {
        const index = logged.length;
        const facts = factsOf(entry);
        const slot = subject === '' ? 0 : (slots.get(subject) ?? slots.size + 1);
        if (subject !== '') slots.set(subject, slot);
        logged.push({ id, entry, subject, facts });
        return {
          recordId: id,
          location: { index, segment: 1, offset: 0, length: entry.length + 48 },
          keyHash: undefined,
          slot,
          subject: slot === 0 ? undefined : { tag: tagOf(subject), slot },
          erases: undefined,
          facts,
        };
      });
      if (entries.length === 0) return;
      await store.put(entries, { last: entries.at(-1)!.location, checksum: 1, salt: 1 });
    },
    /** One page: indexes of its records, and the next token. */
    page: async (filter: Partial<RecordFilter__Output>, pageSize: number, pageToken: string) => {
      const { records, nextPageToken } = await queries.QueryRecords(
        { filter: filterOf(filter), pageSize, pageToken },
        testCall(),
      );
      return {
        records,
        nextPageToken,
        places: records.map(({ record }) => Number(record?.receipt?.logIndex)),
      };
    },
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function filterOf(filter: Partial<RecordFilter__Output>): RecordFilter__Output {
  return {
    since: null,
    until: null,
    events: [],
    model: '',
    version: 0,
    principal: '',
    decision: '',
    subject: '',
    outcome: 'OUTCOME_STATE_UNSPECIFIED',
    ...filter,
  };
}

export function stamp(ms: number): { seconds: string; nanos: number } {
  return { seconds: String(Math.floor(ms / 1000)), nanos: (ms % 1000) * 1e6 };
}

/** The records that a filter is for, one by one, in the order of an answer: their places. */
export function naive(logged: readonly Logged[], filter: RecordFilter__Output): number[] {
  const timeOf = ({ id }: Logged): number => id.readUIntBE(0, 6);
  const msOf = (time: RecordFilter__Output['since']): number | undefined =>
    time === null ? undefined : Number(time.seconds) * 1000 + Math.floor(time.nanos / 1e6);
  const since = msOf(filter.since);
  const until = msOf(filter.until);
  const outcomes = (given: Logged): number =>
    logged.filter(({ facts }) => facts?.predictionId?.equals(given.id) === true).length;
  const stateOf = (given: Logged): string => {
    if (given.facts?.event !== 'prediction' && given.facts?.event !== 'inference') return 'none';
    const count = outcomes(given);
    return count === 0 ? 'MISSING' : count === 1 ? 'KNOWN' : 'CORRECTED';
  };
  const places = logged.flatMap((each, place) => {
    const { facts } = each;
    const isIn =
      ((since === undefined && until === undefined) || (each.id.readUInt8(6) & 0xf0) === 0x70) &&
      (since === undefined || timeOf(each) >= since) &&
      (until === undefined || timeOf(each) < until) &&
      (filter.events.length === 0 || filter.events.includes(facts?.event || 'none')) &&
      (filter.model === '' || facts?.model === filter.model) &&
      (filter.version === 0 || facts?.version === filter.version) &&
      (filter.principal === '' || facts?.principal === filter.principal) &&
      (filter.decision === '' || facts?.decision === filter.decision) &&
      (filter.subject === '' || each.subject === filter.subject) &&
      (filter.outcome === 'OUTCOME_STATE_UNSPECIFIED' || filter.outcome.endsWith(stateOf(each)));
    return isIn ? [place] : [];
  });
  if (filter.subject !== '') return places;
  return places.sort((one, other) => logged[one]!.id.compare(logged[other]!.id));
}

export function textOf(id: Buffer): string {
  return readRecordId(id, 0);
}
