// Original file: scoremesh/audit/v1/audit_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AppendRequest as _scoremesh_audit_v1_AppendRequest, AppendRequest__Output as _scoremesh_audit_v1_AppendRequest__Output } from '../../../scoremesh/audit/v1/AppendRequest.ts';
import type { AppendResponse as _scoremesh_audit_v1_AppendResponse, AppendResponse__Output as _scoremesh_audit_v1_AppendResponse__Output } from '../../../scoremesh/audit/v1/AppendResponse.ts';
import type { EraseSubjectRequest as _scoremesh_audit_v1_EraseSubjectRequest, EraseSubjectRequest__Output as _scoremesh_audit_v1_EraseSubjectRequest__Output } from '../../../scoremesh/audit/v1/EraseSubjectRequest.ts';
import type { EraseSubjectResponse as _scoremesh_audit_v1_EraseSubjectResponse, EraseSubjectResponse__Output as _scoremesh_audit_v1_EraseSubjectResponse__Output } from '../../../scoremesh/audit/v1/EraseSubjectResponse.ts';
import type { ExportRecordsRequest as _scoremesh_audit_v1_ExportRecordsRequest, ExportRecordsRequest__Output as _scoremesh_audit_v1_ExportRecordsRequest__Output } from '../../../scoremesh/audit/v1/ExportRecordsRequest.ts';
import type { ExportRecordsResponse as _scoremesh_audit_v1_ExportRecordsResponse, ExportRecordsResponse__Output as _scoremesh_audit_v1_ExportRecordsResponse__Output } from '../../../scoremesh/audit/v1/ExportRecordsResponse.ts';
import type { ExportSubjectRequest as _scoremesh_audit_v1_ExportSubjectRequest, ExportSubjectRequest__Output as _scoremesh_audit_v1_ExportSubjectRequest__Output } from '../../../scoremesh/audit/v1/ExportSubjectRequest.ts';
import type { ExportSubjectResponse as _scoremesh_audit_v1_ExportSubjectResponse, ExportSubjectResponse__Output as _scoremesh_audit_v1_ExportSubjectResponse__Output } from '../../../scoremesh/audit/v1/ExportSubjectResponse.ts';
import type { GetConsistencyProofRequest as _scoremesh_audit_v1_GetConsistencyProofRequest, GetConsistencyProofRequest__Output as _scoremesh_audit_v1_GetConsistencyProofRequest__Output } from '../../../scoremesh/audit/v1/GetConsistencyProofRequest.ts';
import type { GetConsistencyProofResponse as _scoremesh_audit_v1_GetConsistencyProofResponse, GetConsistencyProofResponse__Output as _scoremesh_audit_v1_GetConsistencyProofResponse__Output } from '../../../scoremesh/audit/v1/GetConsistencyProofResponse.ts';
import type { GetInclusionProofRequest as _scoremesh_audit_v1_GetInclusionProofRequest, GetInclusionProofRequest__Output as _scoremesh_audit_v1_GetInclusionProofRequest__Output } from '../../../scoremesh/audit/v1/GetInclusionProofRequest.ts';
import type { GetInclusionProofResponse as _scoremesh_audit_v1_GetInclusionProofResponse, GetInclusionProofResponse__Output as _scoremesh_audit_v1_GetInclusionProofResponse__Output } from '../../../scoremesh/audit/v1/GetInclusionProofResponse.ts';
import type { GetReceiptRequest as _scoremesh_audit_v1_GetReceiptRequest, GetReceiptRequest__Output as _scoremesh_audit_v1_GetReceiptRequest__Output } from '../../../scoremesh/audit/v1/GetReceiptRequest.ts';
import type { GetReceiptResponse as _scoremesh_audit_v1_GetReceiptResponse, GetReceiptResponse__Output as _scoremesh_audit_v1_GetReceiptResponse__Output } from '../../../scoremesh/audit/v1/GetReceiptResponse.ts';
import type { GetRecordRequest as _scoremesh_audit_v1_GetRecordRequest, GetRecordRequest__Output as _scoremesh_audit_v1_GetRecordRequest__Output } from '../../../scoremesh/audit/v1/GetRecordRequest.ts';
import type { GetRecordResponse as _scoremesh_audit_v1_GetRecordResponse, GetRecordResponse__Output as _scoremesh_audit_v1_GetRecordResponse__Output } from '../../../scoremesh/audit/v1/GetRecordResponse.ts';
import type { GetSealedContentRequest as _scoremesh_audit_v1_GetSealedContentRequest, GetSealedContentRequest__Output as _scoremesh_audit_v1_GetSealedContentRequest__Output } from '../../../scoremesh/audit/v1/GetSealedContentRequest.ts';
import type { GetSealedContentResponse as _scoremesh_audit_v1_GetSealedContentResponse, GetSealedContentResponse__Output as _scoremesh_audit_v1_GetSealedContentResponse__Output } from '../../../scoremesh/audit/v1/GetSealedContentResponse.ts';
import type { ListRecordsRequest as _scoremesh_audit_v1_ListRecordsRequest, ListRecordsRequest__Output as _scoremesh_audit_v1_ListRecordsRequest__Output } from '../../../scoremesh/audit/v1/ListRecordsRequest.ts';
import type { ListRecordsResponse as _scoremesh_audit_v1_ListRecordsResponse, ListRecordsResponse__Output as _scoremesh_audit_v1_ListRecordsResponse__Output } from '../../../scoremesh/audit/v1/ListRecordsResponse.ts';
import type { QueryRecordsRequest as _scoremesh_audit_v1_QueryRecordsRequest, QueryRecordsRequest__Output as _scoremesh_audit_v1_QueryRecordsRequest__Output } from '../../../scoremesh/audit/v1/QueryRecordsRequest.ts';
import type { QueryRecordsResponse as _scoremesh_audit_v1_QueryRecordsResponse, QueryRecordsResponse__Output as _scoremesh_audit_v1_QueryRecordsResponse__Output } from '../../../scoremesh/audit/v1/QueryRecordsResponse.ts';
import type { ReadLogRequest as _scoremesh_audit_v1_ReadLogRequest, ReadLogRequest__Output as _scoremesh_audit_v1_ReadLogRequest__Output } from '../../../scoremesh/audit/v1/ReadLogRequest.ts';
import type { ReadLogResponse as _scoremesh_audit_v1_ReadLogResponse, ReadLogResponse__Output as _scoremesh_audit_v1_ReadLogResponse__Output } from '../../../scoremesh/audit/v1/ReadLogResponse.ts';

/**
 * The append-only log of everything that was answered.
 */
export interface AuditServiceClient extends grpc.Client {
  /**
   * Appends one record. Durable (written and synced) when answered. A repeat of a record_id that is in the log answers as the
   * first time. For the roles of the mesh only.
   */
  Append(argument: _scoremesh_audit_v1_AppendRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_AppendResponse__Output>): grpc.ClientUnaryCall;
  Append(argument: _scoremesh_audit_v1_AppendRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_AppendResponse__Output>): grpc.ClientUnaryCall;
  Append(argument: _scoremesh_audit_v1_AppendRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_AppendResponse__Output>): grpc.ClientUnaryCall;
  Append(argument: _scoremesh_audit_v1_AppendRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_AppendResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Appends one record. Durable (written and synced) when answered. A repeat of a record_id that is in the log answers as the
   * first time. For the roles of the mesh only.
   */
  append(argument: _scoremesh_audit_v1_AppendRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_AppendResponse__Output>): grpc.ClientUnaryCall;
  append(argument: _scoremesh_audit_v1_AppendRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_AppendResponse__Output>): grpc.ClientUnaryCall;
  append(argument: _scoremesh_audit_v1_AppendRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_AppendResponse__Output>): grpc.ClientUnaryCall;
  append(argument: _scoremesh_audit_v1_AppendRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_AppendResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Destroys the key of a data subject, so that nothing personal of its records can be read any more, and records that. Cannot be undone.
   */
  EraseSubject(argument: _scoremesh_audit_v1_EraseSubjectRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_EraseSubjectResponse__Output>): grpc.ClientUnaryCall;
  EraseSubject(argument: _scoremesh_audit_v1_EraseSubjectRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_EraseSubjectResponse__Output>): grpc.ClientUnaryCall;
  EraseSubject(argument: _scoremesh_audit_v1_EraseSubjectRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_EraseSubjectResponse__Output>): grpc.ClientUnaryCall;
  EraseSubject(argument: _scoremesh_audit_v1_EraseSubjectRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_EraseSubjectResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Destroys the key of a data subject, so that nothing personal of its records can be read any more, and records that. Cannot be undone.
   */
  eraseSubject(argument: _scoremesh_audit_v1_EraseSubjectRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_EraseSubjectResponse__Output>): grpc.ClientUnaryCall;
  eraseSubject(argument: _scoremesh_audit_v1_EraseSubjectRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_EraseSubjectResponse__Output>): grpc.ClientUnaryCall;
  eraseSubject(argument: _scoremesh_audit_v1_EraseSubjectRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_EraseSubjectResponse__Output>): grpc.ClientUnaryCall;
  eraseSubject(argument: _scoremesh_audit_v1_EraseSubjectRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_EraseSubjectResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * All records of a query, oldest first.
   */
  ExportRecords(argument: _scoremesh_audit_v1_ExportRecordsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_audit_v1_ExportRecordsResponse__Output>;
  ExportRecords(argument: _scoremesh_audit_v1_ExportRecordsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_audit_v1_ExportRecordsResponse__Output>;
  /**
   * All records of a query, oldest first.
   */
  exportRecords(argument: _scoremesh_audit_v1_ExportRecordsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_audit_v1_ExportRecordsResponse__Output>;
  exportRecords(argument: _scoremesh_audit_v1_ExportRecordsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_audit_v1_ExportRecordsResponse__Output>;
  
  /**
   * All records about a data subject, oldest first.
   */
  ExportSubject(argument: _scoremesh_audit_v1_ExportSubjectRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_audit_v1_ExportSubjectResponse__Output>;
  ExportSubject(argument: _scoremesh_audit_v1_ExportSubjectRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_audit_v1_ExportSubjectResponse__Output>;
  /**
   * All records about a data subject, oldest first.
   */
  exportSubject(argument: _scoremesh_audit_v1_ExportSubjectRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_audit_v1_ExportSubjectResponse__Output>;
  exportSubject(argument: _scoremesh_audit_v1_ExportSubjectRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_audit_v1_ExportSubjectResponse__Output>;
  
  /**
   * Proof that the tree of one size is the beginning of another (RFC 6962 section 2.1.2).
   */
  GetConsistencyProof(argument: _scoremesh_audit_v1_GetConsistencyProofRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetConsistencyProofResponse__Output>): grpc.ClientUnaryCall;
  GetConsistencyProof(argument: _scoremesh_audit_v1_GetConsistencyProofRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_GetConsistencyProofResponse__Output>): grpc.ClientUnaryCall;
  GetConsistencyProof(argument: _scoremesh_audit_v1_GetConsistencyProofRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetConsistencyProofResponse__Output>): grpc.ClientUnaryCall;
  GetConsistencyProof(argument: _scoremesh_audit_v1_GetConsistencyProofRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_GetConsistencyProofResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Proof that the tree of one size is the beginning of another (RFC 6962 section 2.1.2).
   */
  getConsistencyProof(argument: _scoremesh_audit_v1_GetConsistencyProofRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetConsistencyProofResponse__Output>): grpc.ClientUnaryCall;
  getConsistencyProof(argument: _scoremesh_audit_v1_GetConsistencyProofRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_GetConsistencyProofResponse__Output>): grpc.ClientUnaryCall;
  getConsistencyProof(argument: _scoremesh_audit_v1_GetConsistencyProofRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetConsistencyProofResponse__Output>): grpc.ClientUnaryCall;
  getConsistencyProof(argument: _scoremesh_audit_v1_GetConsistencyProofRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_GetConsistencyProofResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Proof that an entry is in the tree of a size (RFC 6962 section 2.1.1).
   */
  GetInclusionProof(argument: _scoremesh_audit_v1_GetInclusionProofRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetInclusionProofResponse__Output>): grpc.ClientUnaryCall;
  GetInclusionProof(argument: _scoremesh_audit_v1_GetInclusionProofRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_GetInclusionProofResponse__Output>): grpc.ClientUnaryCall;
  GetInclusionProof(argument: _scoremesh_audit_v1_GetInclusionProofRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetInclusionProofResponse__Output>): grpc.ClientUnaryCall;
  GetInclusionProof(argument: _scoremesh_audit_v1_GetInclusionProofRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_GetInclusionProofResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Proof that an entry is in the tree of a size (RFC 6962 section 2.1.1).
   */
  getInclusionProof(argument: _scoremesh_audit_v1_GetInclusionProofRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetInclusionProofResponse__Output>): grpc.ClientUnaryCall;
  getInclusionProof(argument: _scoremesh_audit_v1_GetInclusionProofRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_GetInclusionProofResponse__Output>): grpc.ClientUnaryCall;
  getInclusionProof(argument: _scoremesh_audit_v1_GetInclusionProofRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetInclusionProofResponse__Output>): grpc.ClientUnaryCall;
  getInclusionProof(argument: _scoremesh_audit_v1_GetInclusionProofRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_GetInclusionProofResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * A receipt of a record against the newest checkpoint, or the newest that witnesses have cosigned.
   */
  GetReceipt(argument: _scoremesh_audit_v1_GetReceiptRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetReceiptResponse__Output>): grpc.ClientUnaryCall;
  GetReceipt(argument: _scoremesh_audit_v1_GetReceiptRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_GetReceiptResponse__Output>): grpc.ClientUnaryCall;
  GetReceipt(argument: _scoremesh_audit_v1_GetReceiptRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetReceiptResponse__Output>): grpc.ClientUnaryCall;
  GetReceipt(argument: _scoremesh_audit_v1_GetReceiptRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_GetReceiptResponse__Output>): grpc.ClientUnaryCall;
  /**
   * A receipt of a record against the newest checkpoint, or the newest that witnesses have cosigned.
   */
  getReceipt(argument: _scoremesh_audit_v1_GetReceiptRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetReceiptResponse__Output>): grpc.ClientUnaryCall;
  getReceipt(argument: _scoremesh_audit_v1_GetReceiptRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_GetReceiptResponse__Output>): grpc.ClientUnaryCall;
  getReceipt(argument: _scoremesh_audit_v1_GetReceiptRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetReceiptResponse__Output>): grpc.ClientUnaryCall;
  getReceipt(argument: _scoremesh_audit_v1_GetReceiptRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_GetReceiptResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * One record by its id, or by the idempotency key it was made under.
   */
  GetRecord(argument: _scoremesh_audit_v1_GetRecordRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetRecordResponse__Output>): grpc.ClientUnaryCall;
  GetRecord(argument: _scoremesh_audit_v1_GetRecordRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_GetRecordResponse__Output>): grpc.ClientUnaryCall;
  GetRecord(argument: _scoremesh_audit_v1_GetRecordRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetRecordResponse__Output>): grpc.ClientUnaryCall;
  GetRecord(argument: _scoremesh_audit_v1_GetRecordRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_GetRecordResponse__Output>): grpc.ClientUnaryCall;
  /**
   * One record by its id, or by the idempotency key it was made under.
   */
  getRecord(argument: _scoremesh_audit_v1_GetRecordRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetRecordResponse__Output>): grpc.ClientUnaryCall;
  getRecord(argument: _scoremesh_audit_v1_GetRecordRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_GetRecordResponse__Output>): grpc.ClientUnaryCall;
  getRecord(argument: _scoremesh_audit_v1_GetRecordRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetRecordResponse__Output>): grpc.ClientUnaryCall;
  getRecord(argument: _scoremesh_audit_v1_GetRecordRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_GetRecordResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * What a record commits to, for the administrator where there is one: with the entry anybody can check that it is what was recorded. SUBJECT_ERASED if it was erased.
   */
  GetSealedContent(argument: _scoremesh_audit_v1_GetSealedContentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetSealedContentResponse__Output>): grpc.ClientUnaryCall;
  GetSealedContent(argument: _scoremesh_audit_v1_GetSealedContentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_GetSealedContentResponse__Output>): grpc.ClientUnaryCall;
  GetSealedContent(argument: _scoremesh_audit_v1_GetSealedContentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetSealedContentResponse__Output>): grpc.ClientUnaryCall;
  GetSealedContent(argument: _scoremesh_audit_v1_GetSealedContentRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_GetSealedContentResponse__Output>): grpc.ClientUnaryCall;
  /**
   * What a record commits to, for the administrator where there is one: with the entry anybody can check that it is what was recorded. SUBJECT_ERASED if it was erased.
   */
  getSealedContent(argument: _scoremesh_audit_v1_GetSealedContentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetSealedContentResponse__Output>): grpc.ClientUnaryCall;
  getSealedContent(argument: _scoremesh_audit_v1_GetSealedContentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_GetSealedContentResponse__Output>): grpc.ClientUnaryCall;
  getSealedContent(argument: _scoremesh_audit_v1_GetSealedContentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_GetSealedContentResponse__Output>): grpc.ClientUnaryCall;
  getSealedContent(argument: _scoremesh_audit_v1_GetSealedContentRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_GetSealedContentResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Records by time, oldest first, in pages.
   */
  ListRecords(argument: _scoremesh_audit_v1_ListRecordsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_ListRecordsResponse__Output>): grpc.ClientUnaryCall;
  ListRecords(argument: _scoremesh_audit_v1_ListRecordsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_ListRecordsResponse__Output>): grpc.ClientUnaryCall;
  ListRecords(argument: _scoremesh_audit_v1_ListRecordsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_ListRecordsResponse__Output>): grpc.ClientUnaryCall;
  ListRecords(argument: _scoremesh_audit_v1_ListRecordsRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_ListRecordsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Records by time, oldest first, in pages.
   */
  listRecords(argument: _scoremesh_audit_v1_ListRecordsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_ListRecordsResponse__Output>): grpc.ClientUnaryCall;
  listRecords(argument: _scoremesh_audit_v1_ListRecordsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_ListRecordsResponse__Output>): grpc.ClientUnaryCall;
  listRecords(argument: _scoremesh_audit_v1_ListRecordsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_ListRecordsResponse__Output>): grpc.ClientUnaryCall;
  listRecords(argument: _scoremesh_audit_v1_ListRecordsRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_ListRecordsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Records by what they say, oldest first, in pages.
   */
  QueryRecords(argument: _scoremesh_audit_v1_QueryRecordsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_QueryRecordsResponse__Output>): grpc.ClientUnaryCall;
  QueryRecords(argument: _scoremesh_audit_v1_QueryRecordsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_QueryRecordsResponse__Output>): grpc.ClientUnaryCall;
  QueryRecords(argument: _scoremesh_audit_v1_QueryRecordsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_QueryRecordsResponse__Output>): grpc.ClientUnaryCall;
  QueryRecords(argument: _scoremesh_audit_v1_QueryRecordsRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_QueryRecordsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Records by what they say, oldest first, in pages.
   */
  queryRecords(argument: _scoremesh_audit_v1_QueryRecordsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_QueryRecordsResponse__Output>): grpc.ClientUnaryCall;
  queryRecords(argument: _scoremesh_audit_v1_QueryRecordsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_QueryRecordsResponse__Output>): grpc.ClientUnaryCall;
  queryRecords(argument: _scoremesh_audit_v1_QueryRecordsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_QueryRecordsResponse__Output>): grpc.ClientUnaryCall;
  queryRecords(argument: _scoremesh_audit_v1_QueryRecordsRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_QueryRecordsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * A file of the log as C2SP tlog-tiles lays it out: checkpoint, tile/<L>/<N>[.p/<W>], tile/entries/<N>[.p/<W>]. Beside them: cosigned, the
   * newest checkpoint that witnesses have cosigned; minimum, the first index whose entry is there; vkey, the log's public key.
   */
  ReadLog(argument: _scoremesh_audit_v1_ReadLogRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_ReadLogResponse__Output>): grpc.ClientUnaryCall;
  ReadLog(argument: _scoremesh_audit_v1_ReadLogRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_ReadLogResponse__Output>): grpc.ClientUnaryCall;
  ReadLog(argument: _scoremesh_audit_v1_ReadLogRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_ReadLogResponse__Output>): grpc.ClientUnaryCall;
  ReadLog(argument: _scoremesh_audit_v1_ReadLogRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_ReadLogResponse__Output>): grpc.ClientUnaryCall;
  /**
   * A file of the log as C2SP tlog-tiles lays it out: checkpoint, tile/<L>/<N>[.p/<W>], tile/entries/<N>[.p/<W>]. Beside them: cosigned, the
   * newest checkpoint that witnesses have cosigned; minimum, the first index whose entry is there; vkey, the log's public key.
   */
  readLog(argument: _scoremesh_audit_v1_ReadLogRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_ReadLogResponse__Output>): grpc.ClientUnaryCall;
  readLog(argument: _scoremesh_audit_v1_ReadLogRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_audit_v1_ReadLogResponse__Output>): grpc.ClientUnaryCall;
  readLog(argument: _scoremesh_audit_v1_ReadLogRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_audit_v1_ReadLogResponse__Output>): grpc.ClientUnaryCall;
  readLog(argument: _scoremesh_audit_v1_ReadLogRequest, callback: grpc.requestCallback<_scoremesh_audit_v1_ReadLogResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * The append-only log of everything that was answered.
 */
export interface AuditServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Appends one record. Durable (written and synced) when answered. A repeat of a record_id that is in the log answers as the
   * first time. For the roles of the mesh only.
   */
  Append: grpc.handleUnaryCall<_scoremesh_audit_v1_AppendRequest__Output, _scoremesh_audit_v1_AppendResponse>;
  
  /**
   * Destroys the key of a data subject, so that nothing personal of its records can be read any more, and records that. Cannot be undone.
   */
  EraseSubject: grpc.handleUnaryCall<_scoremesh_audit_v1_EraseSubjectRequest__Output, _scoremesh_audit_v1_EraseSubjectResponse>;
  
  /**
   * All records of a query, oldest first.
   */
  ExportRecords: grpc.handleServerStreamingCall<_scoremesh_audit_v1_ExportRecordsRequest__Output, _scoremesh_audit_v1_ExportRecordsResponse>;
  
  /**
   * All records about a data subject, oldest first.
   */
  ExportSubject: grpc.handleServerStreamingCall<_scoremesh_audit_v1_ExportSubjectRequest__Output, _scoremesh_audit_v1_ExportSubjectResponse>;
  
  /**
   * Proof that the tree of one size is the beginning of another (RFC 6962 section 2.1.2).
   */
  GetConsistencyProof: grpc.handleUnaryCall<_scoremesh_audit_v1_GetConsistencyProofRequest__Output, _scoremesh_audit_v1_GetConsistencyProofResponse>;
  
  /**
   * Proof that an entry is in the tree of a size (RFC 6962 section 2.1.1).
   */
  GetInclusionProof: grpc.handleUnaryCall<_scoremesh_audit_v1_GetInclusionProofRequest__Output, _scoremesh_audit_v1_GetInclusionProofResponse>;
  
  /**
   * A receipt of a record against the newest checkpoint, or the newest that witnesses have cosigned.
   */
  GetReceipt: grpc.handleUnaryCall<_scoremesh_audit_v1_GetReceiptRequest__Output, _scoremesh_audit_v1_GetReceiptResponse>;
  
  /**
   * One record by its id, or by the idempotency key it was made under.
   */
  GetRecord: grpc.handleUnaryCall<_scoremesh_audit_v1_GetRecordRequest__Output, _scoremesh_audit_v1_GetRecordResponse>;
  
  /**
   * What a record commits to, for the administrator where there is one: with the entry anybody can check that it is what was recorded. SUBJECT_ERASED if it was erased.
   */
  GetSealedContent: grpc.handleUnaryCall<_scoremesh_audit_v1_GetSealedContentRequest__Output, _scoremesh_audit_v1_GetSealedContentResponse>;
  
  /**
   * Records by time, oldest first, in pages.
   */
  ListRecords: grpc.handleUnaryCall<_scoremesh_audit_v1_ListRecordsRequest__Output, _scoremesh_audit_v1_ListRecordsResponse>;
  
  /**
   * Records by what they say, oldest first, in pages.
   */
  QueryRecords: grpc.handleUnaryCall<_scoremesh_audit_v1_QueryRecordsRequest__Output, _scoremesh_audit_v1_QueryRecordsResponse>;
  
  /**
   * A file of the log as C2SP tlog-tiles lays it out: checkpoint, tile/<L>/<N>[.p/<W>], tile/entries/<N>[.p/<W>]. Beside them: cosigned, the
   * newest checkpoint that witnesses have cosigned; minimum, the first index whose entry is there; vkey, the log's public key.
   */
  ReadLog: grpc.handleUnaryCall<_scoremesh_audit_v1_ReadLogRequest__Output, _scoremesh_audit_v1_ReadLogResponse>;
  
}

export interface AuditServiceDefinition extends grpc.ServiceDefinition {
  Append: MethodDefinition<_scoremesh_audit_v1_AppendRequest, _scoremesh_audit_v1_AppendResponse, _scoremesh_audit_v1_AppendRequest__Output, _scoremesh_audit_v1_AppendResponse__Output>
  EraseSubject: MethodDefinition<_scoremesh_audit_v1_EraseSubjectRequest, _scoremesh_audit_v1_EraseSubjectResponse, _scoremesh_audit_v1_EraseSubjectRequest__Output, _scoremesh_audit_v1_EraseSubjectResponse__Output>
  ExportRecords: MethodDefinition<_scoremesh_audit_v1_ExportRecordsRequest, _scoremesh_audit_v1_ExportRecordsResponse, _scoremesh_audit_v1_ExportRecordsRequest__Output, _scoremesh_audit_v1_ExportRecordsResponse__Output>
  ExportSubject: MethodDefinition<_scoremesh_audit_v1_ExportSubjectRequest, _scoremesh_audit_v1_ExportSubjectResponse, _scoremesh_audit_v1_ExportSubjectRequest__Output, _scoremesh_audit_v1_ExportSubjectResponse__Output>
  GetConsistencyProof: MethodDefinition<_scoremesh_audit_v1_GetConsistencyProofRequest, _scoremesh_audit_v1_GetConsistencyProofResponse, _scoremesh_audit_v1_GetConsistencyProofRequest__Output, _scoremesh_audit_v1_GetConsistencyProofResponse__Output>
  GetInclusionProof: MethodDefinition<_scoremesh_audit_v1_GetInclusionProofRequest, _scoremesh_audit_v1_GetInclusionProofResponse, _scoremesh_audit_v1_GetInclusionProofRequest__Output, _scoremesh_audit_v1_GetInclusionProofResponse__Output>
  GetReceipt: MethodDefinition<_scoremesh_audit_v1_GetReceiptRequest, _scoremesh_audit_v1_GetReceiptResponse, _scoremesh_audit_v1_GetReceiptRequest__Output, _scoremesh_audit_v1_GetReceiptResponse__Output>
  GetRecord: MethodDefinition<_scoremesh_audit_v1_GetRecordRequest, _scoremesh_audit_v1_GetRecordResponse, _scoremesh_audit_v1_GetRecordRequest__Output, _scoremesh_audit_v1_GetRecordResponse__Output>
  GetSealedContent: MethodDefinition<_scoremesh_audit_v1_GetSealedContentRequest, _scoremesh_audit_v1_GetSealedContentResponse, _scoremesh_audit_v1_GetSealedContentRequest__Output, _scoremesh_audit_v1_GetSealedContentResponse__Output>
  ListRecords: MethodDefinition<_scoremesh_audit_v1_ListRecordsRequest, _scoremesh_audit_v1_ListRecordsResponse, _scoremesh_audit_v1_ListRecordsRequest__Output, _scoremesh_audit_v1_ListRecordsResponse__Output>
  QueryRecords: MethodDefinition<_scoremesh_audit_v1_QueryRecordsRequest, _scoremesh_audit_v1_QueryRecordsResponse, _scoremesh_audit_v1_QueryRecordsRequest__Output, _scoremesh_audit_v1_QueryRecordsResponse__Output>
  ReadLog: MethodDefinition<_scoremesh_audit_v1_ReadLogRequest, _scoremesh_audit_v1_ReadLogResponse, _scoremesh_audit_v1_ReadLogRequest__Output, _scoremesh_audit_v1_ReadLogResponse__Output>
}
