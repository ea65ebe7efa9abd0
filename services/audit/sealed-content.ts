import type { AuditContract } from '../contracts.ts';
import { throwIfUnwanted } from '../kit/contract/call.ts';
import type { Handlers } from '../kit/contract/contract.ts';
import { MeshError } from '../kit/errors/mesh-error.ts';
import type { CompleteRecords } from './complete-records.ts';
import { type ReadDeps, recordById } from './read.ts';

type SealedContentDeps = Pick<ReadDeps, 'recent' | 'store' | 'reader'> & {
  readonly records: CompleteRecords;
};

/** What entries commit to, for whoever wants to check that. Costs one read of the log, and one of a content that is stored apart. */
export function createSealedContent(deps: SealedContentDeps): Handlers<AuditContract>['GetSealedContent'] {
  return async ({ recordId }, call) => {
    throwIfUnwanted(call, 'the content was looked up');
    const stored = await recordById(deps, recordId, call);
    const { contentState, serialized } = await deps.records.content(stored);
    const metadata = { record_id: recordId };
    if (contentState === 'CONTENT_STATE_ERASED')
      throw new MeshError('SUBJECT_ERASED', `the content of ${recordId} was erased on request`, { metadata });
    if (contentState === 'CONTENT_STATE_LOST')
      throw new MeshError(
        'STATE_CORRUPT',
        `the content of ${recordId} can not be read: run \`scoremesh audit check\``,
        { metadata },
      );
    return { sealedContent: serialized, entry: stored.entry };
  };
}
