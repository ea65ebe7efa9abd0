import type { AuditContract, ScoringContract } from '../services/contracts.ts';
import type { GetRecordResponse__Output as GetRecordResponse } from '../services/gen/scoremesh/audit/v1/GetRecordResponse.ts';
import type { QueriedRecord__Output as QueriedRecord } from '../services/gen/scoremesh/audit/v1/QueriedRecord.ts';
import type { Record, Record__Output } from '../services/gen/scoremesh/audit/v1/Record.ts';
import type { RecordFilter__Output as RecordFilter } from '../services/gen/scoremesh/audit/v1/RecordFilter.ts';
import type { Call } from '../services/kit/contract/call.ts';
import type { Handlers } from '../services/kit/contract/contract.ts';
import { messageCodec } from '../services/kit/contract/protos.ts';
import { administrator, administratorOnly } from '../services/kit/rpc/authentication.ts';

/*
 * Where there is an administrator, what is personal of the log is for the administrator alone: others get entries, proofs and verdicts.
 */

const isAdministrator = ({ principal }: Call): boolean => principal === administrator;

/** The audit service as it is for callers of a gateway with an administrator. */
export function withholdContent(audit: Handlers<AuditContract>): Handlers<AuditContract> {
  const service = '/scoremesh.audit.v1.AuditService';
  const refuseSubject = (filter: RecordFilter | null, call: Call, method: string): void => {
    if ((filter?.subject ?? '') !== '' && !isAdministrator(call))
      throw administratorOnly({ path: `${service}/${method} by subject` });
  };
  return {
    ...audit,
    GetRecord: async (request, call) => {
      const response = await audit.GetRecord(request, call);
      return isAdministrator(call) ? response : withheld(response);
    },
    GetSealedContent: async (request, call) => {
      if (!isAdministrator(call)) throw administratorOnly({ path: `${service}/GetSealedContent` });
      return await audit.GetSealedContent(request, call);
    },
    ListRecords: async (request, call) => {
      const page = await audit.ListRecords(request, call);
      return isAdministrator(call) ? page : { ...page, records: page.records.map(withheld) };
    },
    QueryRecords: async (request, call) => {
      refuseSubject(request.filter, call, 'QueryRecords');
      const page = await audit.QueryRecords(request, call);
      return isAdministrator(call) ? page : { ...page, records: page.records.map(withheldOfQuery) };
    },
    ExportRecords: async function* (request, call) {
      refuseSubject(request.filter, call, 'ExportRecords');
      for await (const { record } of audit.ExportRecords(request, call))
        yield { record: record === null || isAdministrator(call) ? record : withheldOfQuery(record) };
    },
  };
}

/** Replay as it is there: its verdict is for everybody, values are not. */
export function withholdReplayed(
  replay: Handlers<ScoringContract>['Replay'],
): Handlers<ScoringContract>['Replay'] {
  return async (request, call) => {
    if (!isAdministrator(call) && Object.keys(request.changes).length > 0)
      throw administratorOnly({ path: '/scoremesh.scoring.v1.ScoringService/Replay with changes' });
    const response = await replay(request, call);
    if (isAdministrator(call)) return response;
    const skew = response.skew.map(({ name }) => ({ name, recorded: null, read: null }));
    return { ...response, recorded: {}, replayed: {}, skew };
  };
}

const recordCodec = messageCodec<Record, Record__Output>('scoremesh.audit.v1.Record');

function withheld(response: GetRecordResponse): GetRecordResponse {
  if (response.contentState !== 'CONTENT_STATE_PRESENT') return response;
  return {
    ...response,
    // The entry is what is left of a record without what is personal.
    record: response.record === null ? null : recordCodec.decode(response.entry),
    bodyDigest: Buffer.alloc(0),
    contentState: 'CONTENT_STATE_WITHHELD',
  };
}

function withheldOfQuery(queried: QueriedRecord): QueriedRecord {
  return {
    ...queried,
    record: queried.record === null ? null : withheld(queried.record),
    outcomes: queried.outcomes.map((record) =>
      record.outcome
        ? { ...record, outcome: { ...record.outcome, requestId: '', values: {}, occurredAt: null } }
        : record,
    ),
  };
}
