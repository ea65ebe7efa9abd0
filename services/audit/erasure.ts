import type { AuditContract } from '../contracts.ts';
import type { Record, Record__Output } from '../gen/scoremesh/audit/v1/Record.ts';
import { type Call, throwIfUnwanted } from '../kit/contract/call.ts';
import type { Handlers } from '../kit/contract/contract.ts';
import { messageCodec } from '../kit/contract/protos.ts';
import { type FieldViolation, invalidRequest, MeshError } from '../kit/errors/mesh-error.ts';
import type { Log } from '../kit/log/log.ts';
import { createUuids } from '../kit/uuid.ts';
import { maxSubjectBytes } from './config.ts';
import type { Indexer } from './index/indexer.ts';
import type { IndexStore } from './index/store.ts';
import type { SubjectSlot } from './log/commit.ts';
import type { LogReader, StoredRecord } from './log/reader.ts';
import type { LogWriter } from './log/writer.ts';
import type { PendingErasures } from './pending-erasures.ts';
import type { RecentEntries } from './recent-entries.ts';
import type { KeyStore } from './sealing/key-store.ts';
import type { Payloads } from './sealing/payloads.ts';
import { readSealedField } from './sealing/sealer.ts';
import type { Subjects } from './subjects.ts';

export interface ErasureDeps {
  readonly writer: LogWriter;
  readonly reader: LogReader;
  readonly recent: RecentEntries;
  readonly store: IndexStore;
  readonly indexer: Indexer;
  readonly keys: KeyStore;
  readonly payloads: Payloads;
  readonly pending: PendingErasures;
  readonly subjects: Subjects;
  readonly log: Log;
}

const maxReasonLength = 512;
/** Handles of one entry: 18 bytes each, well below the largest entry. */
const handlesPerEntry = 2000;
const readsAtOnce = 8;
const noBytes = Buffer.alloc(0);

/**
 * Erases a data subject: first the log says durably which records can't be read any more, then the key is destroyed. Killed in between,
 * the next start destroys it (`finishErasures`); where the disk fails in between, asking again does. Outcomes that came before the subject's
 * predictions go with them. Costs one read of each of the subject's records.
 */
export function createErasure(deps: ErasureDeps): Handlers<AuditContract>['EraseSubject'] {
  const { recent, indexer, keys, payloads, pending, subjects, log } = deps;
  const codec = messageCodec<Record, Record__Output>('scoremesh.audit.v1.Record');
  const newId = createUuids();

  const append = async (
    event: Partial<Record>,
    erased: SubjectSlot | undefined,
    call: Call,
  ): Promise<string> => {
    const recordId = newId();
    const nowUs = Date.now() * 1000;
    const record = codec.encode({
      schema: 2,
      recordId,
      receivedAtUs: nowUs,
      recordedAtUs: nowUs,
      traceId: call.trace.traceId === '' ? noBytes : Buffer.from(call.trace.traceId, 'hex'),
      principal: call.principal,
      ...event,
    });
    const entry = deps.writer.append({
      recordId,
      keyHash: undefined,
      slot: erased?.slot ?? 0,
      subject: undefined,
      erases: erased?.tag,
      sealedKind: 'none',
      sealed: noBytes,
      sealedField: noBytes,
      record,
    });
    if (entry === undefined) throw new Error('an id of our own is no UUID');
    deps.recent.add(entry);
    await entry.commit.done;
    return recordId;
  };

  /** By tag: what the log says is erased, and whose key could not be destroyed yet. */
  const interrupted = new Map<string, Decided>();

  const complete = async (decided: Decided): Promise<void> => {
    const { apart, erasureRecordIds, slot } = decided;
    await keys.destroy([slot]);
    try {
      for (const reference of apart) await payloads.remove(reference);
      await pending.end(slot);
      await indexer.flush();
      pending.settle(slot);
    } catch (error) {
      // Nothing of it can be read any more; what is left to be tidied up is by the next start.
      log.warn('what is left of an erased data subject is removed by the next start', { error });
    }
    log.info('a data subject was erased', { records: decided.records, erasure: erasureRecordIds[0] });
  };

  const begin = async (
    { tag, slot }: SubjectSlot,
    { handles, apart }: SealedRecords,
    reason: string,
    call: Call,
  ): Promise<Decided> => {
    await pending.begin(slot);
    const erasureRecordIds: string[] = [];
    for (let from = 0; from < handles.length || from === 0; from += handlesPerEntry) {
      const some = handles.slice(from, from + handlesPerEntry);
      const erasure = { reason, handles: some, total: String(handles.length) };
      // Only the last one takes effect: what is torn before it has erased nothing.
      const isLast = from + handlesPerEntry >= handles.length;
      erasureRecordIds.push(await append({ erasure }, isLast ? { tag, slot } : undefined, call));
    }
    pending.decide(slot);
    return { slot, records: handles.length, apart, erasureRecordIds };
  };

  const erase = async (tag: Buffer, reason: string, call: Call): Promise<Decided[]> => {
    const name = tag.toString('latin1');
    return await subjects.erase(tag, async () => {
      // Nothing more about it is appended from here on; what was taken before has to be in the index.
      await recent.about(tag)?.commit.done.catch(() => {});
      await indexer.flush();
      const done: Decided[] = [];
      const earlier = interrupted.get(name);
      if (earlier !== undefined) {
        await complete(earlier);
        interrupted.delete(name);
        done.push(earlier);
      }
      const slot = subjects.known(tag);
      if (slot !== undefined) {
        const sealed = await sealedOf(deps, slot);
        // What came before its records goes first: interrupted, asking again finds the subject, and through it the rest.
        for (const early of sealed.records.flatMap((record) => subjects.early(record)))
          done.push(...(await erase(early.tag, reason, call)));
        const decided = await begin({ tag, slot }, sealed, reason, call);
        interrupted.set(name, decided);
        await complete(decided);
        interrupted.delete(name);
        done.push(decided);
      }
      return done;
    });
  };

  return async ({ subject, reason }, call) => {
    throwIfUnwanted(call, 'anything was erased');
    check(subject, reason);
    const done = await erase(keys.tagOf(subject), reason, call);
    if (done.length === 0) throw nothingAbout(subject);
    return {
      records: String(done.reduce((sum, { records }) => sum + records, 0)),
      erasureRecordIds: done.flatMap(({ erasureRecordIds }) => erasureRecordIds),
    };
  };
}

/** An erasure that the log has. */
interface Decided {
  readonly slot: number;
  readonly records: number;
  /** References of contents that are stored apart. */
  readonly apart: readonly Buffer[];
  readonly erasureRecordIds: readonly string[];
}

/** Destroys the keys of erasures that are in the log and were interrupted. */
export async function finishErasures(
  deps: Pick<ErasureDeps, 'store' | 'reader' | 'keys' | 'payloads' | 'pending' | 'log'>,
): Promise<void> {
  const { store, keys, payloads, pending, log } = deps;
  for (const slot of await pending.slots()) {
    const { handles, apart } = await sealedOf(deps, slot);
    if (handles.length > 0 && handles.every((handle) => store.isErased(handle))) {
      await keys.destroy([slot]);
      for (const reference of apart) await payloads.remove(reference);
      log.warn('an erasure that was interrupted is finished', { records: handles.length });
    }
    await pending.end(slot);
  }
}

/** What has to be known of the records of a subject to erase them. */
interface SealedRecords {
  readonly records: readonly Pick<StoredRecord, 'recordId' | 'keyHash'>[];
  readonly handles: readonly Buffer[];
  /** References of contents that are stored apart. */
  readonly apart: readonly Buffer[];
}

async function sealedOf(
  { store, reader }: Pick<ErasureDeps, 'store' | 'reader'>,
  slot: number,
): Promise<SealedRecords> {
  const records: Pick<StoredRecord, 'recordId' | 'keyHash'>[] = [];
  const handles: Buffer[] = [];
  const apart: Buffer[] = [];
  const places = [...store.slotRecords(slot)];
  for (let from = 0; from < places.length; from += readsAtOnce)
    for (const stored of await Promise.all(
      places.slice(from, from + readsAtOnce).map((place) => reader.read(place)),
    )) {
      // Copied, because it is a view of the whole record.
      const keyHash = stored.keyHash === undefined ? undefined : Buffer.from(stored.keyHash);
      records.push({ recordId: stored.recordId, keyHash });
      const handle = readSealedField(stored.entry)?.handle;
      if (handle !== undefined) handles.push(handle);
      if (stored.sealedKind === 'apart') apart.push(stored.sealed);
    }
  return { records, handles, apart };
}

function check(subject: string, reason: string): void {
  const violations: FieldViolation[] = [];
  if (!/^[^=]+=./s.test(subject) || Buffer.byteLength(subject) > maxSubjectBytes)
    violations.push({ field: 'subject', description: 'is not "entity=key" of at most 512 bytes' });
  if (reason === '' || reason.length > maxReasonLength)
    violations.push({
      field: 'reason',
      description: `has ${reason.length} characters; say why in 1 to ${maxReasonLength}, without personal data`,
    });
  if (violations.length > 0) throw invalidRequest(violations);
}

function nothingAbout(subject: string): MeshError {
  const entity = subject.slice(0, subject.indexOf('='));
  return new MeshError(
    'SUBJECT_NOT_FOUND',
    `nothing about this ${entity} can be read in the audit log: it never came, or is erased already`,
  );
}
