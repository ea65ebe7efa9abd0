// Original file: scoremesh/audit/v1/audit_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AppendRequest as _scoremesh_audit_v1_AppendRequest, AppendRequest__Output as _scoremesh_audit_v1_AppendRequest__Output } from '../../../scoremesh/audit/v1/AppendRequest.ts';
import type { AppendResponse as _scoremesh_audit_v1_AppendResponse, AppendResponse__Output as _scoremesh_audit_v1_AppendResponse__Output } from '../../../scoremesh/audit/v1/AppendResponse.ts';
import type { GetRecordRequest as _scoremesh_audit_v1_GetRecordRequest, GetRecordRequest__Output as _scoremesh_audit_v1_GetRecordRequest__Output } from '../../../scoremesh/audit/v1/GetRecordRequest.ts';
import type { GetRecordResponse as _scoremesh_audit_v1_GetRecordResponse, GetRecordResponse__Output as _scoremesh_audit_v1_GetRecordResponse__Output } from '../../../scoremesh/audit/v1/GetRecordResponse.ts';
import type { ListRecordsRequest as _scoremesh_audit_v1_ListRecordsRequest, ListRecordsRequest__Output as _scoremesh_audit_v1_ListRecordsRequest__Output } from '../../../scoremesh/audit/v1/ListRecordsRequest.ts';
import type { ListRecordsResponse as _scoremesh_audit_v1_ListRecordsResponse, ListRecordsResponse__Output as _scoremesh_audit_v1_ListRecordsResponse__Output } from '../../../scoremesh/audit/v1/ListRecordsResponse.ts';

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
   * One record by its id, or by the idempotency key it was made under.
   */
  GetRecord: grpc.handleUnaryCall<_scoremesh_audit_v1_GetRecordRequest__Output, _scoremesh_audit_v1_GetRecordResponse>;
  
  /**
   * Records by time, oldest first, in pages.
   */
  ListRecords: grpc.handleUnaryCall<_scoremesh_audit_v1_ListRecordsRequest__Output, _scoremesh_audit_v1_ListRecordsResponse>;
  
}

export interface AuditServiceDefinition extends grpc.ServiceDefinition {
  Append: MethodDefinition<_scoremesh_audit_v1_AppendRequest, _scoremesh_audit_v1_AppendResponse, _scoremesh_audit_v1_AppendRequest__Output, _scoremesh_audit_v1_AppendResponse__Output>
  GetRecord: MethodDefinition<_scoremesh_audit_v1_GetRecordRequest, _scoremesh_audit_v1_GetRecordResponse, _scoremesh_audit_v1_GetRecordRequest__Output, _scoremesh_audit_v1_GetRecordResponse__Output>
  ListRecords: MethodDefinition<_scoremesh_audit_v1_ListRecordsRequest, _scoremesh_audit_v1_ListRecordsResponse, _scoremesh_audit_v1_ListRecordsRequest__Output, _scoremesh_audit_v1_ListRecordsResponse__Output>
}
