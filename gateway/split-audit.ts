import type { AuditContract } from '../services/contracts.ts';
import type { Client, Handlers } from '../services/kit/contract/contract.ts';

type Audit = Client<AuditContract>;

/**
 * The audit service over a read replica and, where one is known, the writer: what needs keys, or changes something, goes to the writer, every
 * other read to the replica. Without a writer the replica refuses by name what it can't do.
 */
export function splitAudit(replica: Audit, writer: Audit = replica): Handlers<AuditContract> {
  const bySubject = ({ filter }: { readonly filter: { readonly subject: string } | null }): Audit =>
    (filter?.subject ?? '') === '' ? replica : writer;
  return {
    Append: (request, call) => writer.Append(request, call),
    EraseSubject: (request, call) => writer.EraseSubject(request, call),
    ExportSubject: (request, call) => writer.ExportSubject(request, call),
    GetRecord: (request, call) => (request.recordId === '' ? writer : replica).GetRecord(request, call),
    GetSealedContent: (request, call) => writer.GetSealedContent(request, call),
    ListRecords: (request, call) => replica.ListRecords(request, call),
    QueryRecords: (request, call) => bySubject(request).QueryRecords(request, call),
    ExportRecords: (request, call) => bySubject(request).ExportRecords(request, call),
    GetReceipt: (request, call) => replica.GetReceipt(request, call),
    GetInclusionProof: (request, call) => replica.GetInclusionProof(request, call),
    GetConsistencyProof: (request, call) => replica.GetConsistencyProof(request, call),
    ReadLog: (request, call) => replica.ReadLog(request, call),
  };
}
