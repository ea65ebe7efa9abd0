import type { ContentState__Output } from '../../gen/scoremesh/audit/v1/ContentState.ts';
import type { GetRecordResponse__Output } from '../../gen/scoremesh/audit/v1/GetRecordResponse.ts';
import type { Record, Record__Output } from '../../gen/scoremesh/audit/v1/Record.ts';
import { messageCodec } from '../../kit/contract/protos.ts';
import type { IndexStore } from '../index/store.ts';
import type { StoredRecord } from '../log/reader.ts';
import { readSealedField } from '../sealing/sealer.ts';

const nothing = Buffer.alloc(0);

/** Records as a replica answers them: what the entry says, and whether there is sealed content elsewhere. */
export function createReplicaRecords(store: Pick<IndexStore, 'isErased'>) {
  const codec = messageCodec<Record, Record__Output>('scoremesh.audit.v1.Record');
  const decode = (entry: Buffer): Record__Output | null => {
    try {
      return codec.decode(entry);
    } catch {
      return null;
    }
  };
  const contentState = (entry: Buffer): ContentState__Output => {
    const tie = readSealedField(entry);
    if (tie === undefined) return 'CONTENT_STATE_NONE';
    return store.isErased(tie.handle) ? 'CONTENT_STATE_ERASED' : 'CONTENT_STATE_NOT_HERE';
  };
  return {
    response: async ({ entry, index, leafHash }: StoredRecord): Promise<GetRecordResponse__Output> => ({
      record: decode(entry),
      receipt: { logIndex: String(index), leafHash, proof: '' },
      entry,
      bodyDigest: nothing,
      contentState: contentState(entry),
    }),
  };
}
