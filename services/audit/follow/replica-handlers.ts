import type { AuditContract } from '../../contracts.ts';
import type { Handlers } from '../../kit/contract/contract.ts';
import { isMeshError, MeshError } from '../../kit/errors/mesh-error.ts';
import type { Location } from '../log/commit.ts';
import { createLogReads } from '../log-reads.ts';
import { createQueries } from '../query/queries.ts';
import { createReads } from '../read.ts';
import { Proofs } from '../receipts.ts';
import { RecentEntries } from '../recent-entries.ts';
import type { Replica } from './replica.ts';
import { createReplicaRecords } from './replica-records.ts';

export interface ReplicaHandlersDeps {
  /** Where the writer is. */
  readonly writer: string;
  /** The replica; throws why there is none yet. */
  readonly replica: () => Replica;
  readonly ageMs: () => number;
}

type Read = Omit<Handlers<AuditContract>, 'Append' | 'EraseSubject' | 'ExportSubject' | 'GetSealedContent'>;

/** The audit service of a replica: all that needs no keys, as of the last verified checkpoint; the rest is the writer's. */
export function createReplicaHandlers(deps: ReplicaHandlersDeps): Handlers<AuditContract> {
  const { writer, replica } = deps;
  const refuse = (what: string): never => {
    throw new MeshError(
      'AUDIT_REPLICA',
      `this process is a read replica of the audit log of ${writer} and ${what}: ask the writer`,
      { metadata: { writer } },
    );
  };
  let opened: { readonly of: Replica; readonly reads: Read } | undefined;
  const reads = (): Read => {
    const now = replica();
    if (opened?.of !== now) opened = { of: now, reads: readsOf(now, deps) };
    return opened.reads;
  };
  /** What is not here may only not be here yet. */
  const lagging = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!isMeshError(error) || error.reason !== 'RECORD_NOT_FOUND') throw error;
      throw new MeshError(
        'RECORD_NOT_FOUND',
        `${error.message} (asked of a read replica of ${writer}, which has ${replica().head?.size ?? 0} entries)`,
        error.details,
        error,
      );
    }
  };
  const hasSubject = (filter: { readonly subject: string } | null): boolean => (filter?.subject ?? '') !== '';
  const bySubject = 'has no keys to find a data subject with';
  return {
    Append: async () => refuse('writes nothing'),
    EraseSubject: async () => refuse('erases nothing'),
    // biome-ignore lint/correctness/useYield: it has nothing to give
    ExportSubject: async function* () {
      refuse('holds no personal content');
    },
    GetSealedContent: async () => refuse('holds no personal content'),
    GetRecord: async (request, call) => {
      if (request.recordId === '' && request.idempotencyKey !== '')
        refuse('does not know idempotency keys, which are no part of an entry');
      return await lagging(reads().GetRecord(request, call));
    },
    ListRecords: async (request, call) => await reads().ListRecords(request, call),
    QueryRecords: async (request, call) => {
      if (hasSubject(request.filter)) refuse(bySubject);
      return await reads().QueryRecords(request, call);
    },
    ExportRecords: async function* (request, call) {
      if (hasSubject(request.filter)) refuse(bySubject);
      yield* reads().ExportRecords(request, call);
    },
    GetReceipt: async (request, call) => await lagging(reads().GetReceipt(request, call)),
    GetInclusionProof: async (request, call) => await reads().GetInclusionProof(request, call),
    GetConsistencyProof: async (request, call) => await reads().GetConsistencyProof(request, call),
    ReadLog: async (request, call) => await lagging(reads().ReadLog(request, call)),
  };
}

function readsOf(replica: Replica, { ageMs }: ReplicaHandlersDeps): Read {
  const { indexer, places, reader, store, tree, vkey } = replica;
  const records = createReplicaRecords(store);
  const proofs = new Proofs(tree);
  // Everything that is answered for is in the index.
  const recent = new RecentEntries();
  const headOf = () => {
    const { head } = replica;
    if (head === undefined) throw new Error('a replica without a checkpoint was read');
    return head;
  };
  const receipts = {
    get head() {
      return headOf();
    },
    of: async (record: Parameters<Proofs['of']>[0], head = headOf()) => {
      if (record.index >= head.size)
        throw new MeshError(
          'RECORD_NOT_FOUND',
          `entry ${record.index} is here, but not yet the checkpoint that has it; ask again in a moment`,
          { retryAfterMs: 500 },
        );
      return await proofs.of(record, head);
    },
  };
  const answerOf = async (place: Location) => await records.response(await reader.read(place));
  const { ExportSubject: _, ...queries } = createQueries({
    store,
    indexer,
    answerOf,
    tagOf: () => Buffer.alloc(0),
    earlySlots: async () => [],
  });
  return {
    ...createReads({ reader, recent, store, indexer, records }),
    ...createLogReads({
      tree,
      receipts,
      reader,
      places,
      recent,
      store,
      witnesses: { cosigned: () => cosignedOf(replica) },
      minimumIndex: () => replica.minimumIndex,
      vkey,
      ageMs,
    }),
    ...queries,
  };
}

function cosignedOf({ cosigned }: Replica) {
  return cosigned === undefined
    ? undefined
    : { text: cosigned.checkpoint, size: cosigned.size, witnesses: [] };
}
