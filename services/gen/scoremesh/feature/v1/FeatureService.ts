// Original file: scoremesh/feature/v1/feature_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetFeaturesRequest as _scoremesh_feature_v1_GetFeaturesRequest, GetFeaturesRequest__Output as _scoremesh_feature_v1_GetFeaturesRequest__Output } from '../../../scoremesh/feature/v1/GetFeaturesRequest.ts';
import type { GetFeaturesResponse as _scoremesh_feature_v1_GetFeaturesResponse, GetFeaturesResponse__Output as _scoremesh_feature_v1_GetFeaturesResponse__Output } from '../../../scoremesh/feature/v1/GetFeaturesResponse.ts';
import type { IngestRequest as _scoremesh_feature_v1_IngestRequest, IngestRequest__Output as _scoremesh_feature_v1_IngestRequest__Output } from '../../../scoremesh/feature/v1/IngestRequest.ts';
import type { IngestResponse as _scoremesh_feature_v1_IngestResponse, IngestResponse__Output as _scoremesh_feature_v1_IngestResponse__Output } from '../../../scoremesh/feature/v1/IngestResponse.ts';
import type { ListFeaturesRequest as _scoremesh_feature_v1_ListFeaturesRequest, ListFeaturesRequest__Output as _scoremesh_feature_v1_ListFeaturesRequest__Output } from '../../../scoremesh/feature/v1/ListFeaturesRequest.ts';
import type { ListFeaturesResponse as _scoremesh_feature_v1_ListFeaturesResponse, ListFeaturesResponse__Output as _scoremesh_feature_v1_ListFeaturesResponse__Output } from '../../../scoremesh/feature/v1/ListFeaturesResponse.ts';

/**
 * Feature values of entities, with event time, ingest time, age and status.
 */
export interface FeatureServiceClient extends grpc.Client {
  /**
   * Reads a feature set for one or many rows of entities, as of now.
   */
  GetFeatures(argument: _scoremesh_feature_v1_GetFeaturesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_GetFeaturesResponse__Output>): grpc.ClientUnaryCall;
  GetFeatures(argument: _scoremesh_feature_v1_GetFeaturesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_GetFeaturesResponse__Output>): grpc.ClientUnaryCall;
  GetFeatures(argument: _scoremesh_feature_v1_GetFeaturesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_GetFeaturesResponse__Output>): grpc.ClientUnaryCall;
  GetFeatures(argument: _scoremesh_feature_v1_GetFeaturesRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_GetFeaturesResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Reads a feature set for one or many rows of entities, as of now.
   */
  getFeatures(argument: _scoremesh_feature_v1_GetFeaturesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_GetFeaturesResponse__Output>): grpc.ClientUnaryCall;
  getFeatures(argument: _scoremesh_feature_v1_GetFeaturesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_GetFeaturesResponse__Output>): grpc.ClientUnaryCall;
  getFeatures(argument: _scoremesh_feature_v1_GetFeaturesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_GetFeaturesResponse__Output>): grpc.ClientUnaryCall;
  getFeatures(argument: _scoremesh_feature_v1_GetFeaturesRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_GetFeaturesResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Stores feature rows; the last by event time wins, of equal event times the later ingested. Durable when answered; all
   * rows or none.
   */
  Ingest(argument: _scoremesh_feature_v1_IngestRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_IngestResponse__Output>): grpc.ClientUnaryCall;
  Ingest(argument: _scoremesh_feature_v1_IngestRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_IngestResponse__Output>): grpc.ClientUnaryCall;
  Ingest(argument: _scoremesh_feature_v1_IngestRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_IngestResponse__Output>): grpc.ClientUnaryCall;
  Ingest(argument: _scoremesh_feature_v1_IngestRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_IngestResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Stores feature rows; the last by event time wins, of equal event times the later ingested. Durable when answered; all
   * rows or none.
   */
  ingest(argument: _scoremesh_feature_v1_IngestRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_IngestResponse__Output>): grpc.ClientUnaryCall;
  ingest(argument: _scoremesh_feature_v1_IngestRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_IngestResponse__Output>): grpc.ClientUnaryCall;
  ingest(argument: _scoremesh_feature_v1_IngestRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_IngestResponse__Output>): grpc.ClientUnaryCall;
  ingest(argument: _scoremesh_feature_v1_IngestRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_IngestResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The views and sets that are declared.
   */
  ListFeatures(argument: _scoremesh_feature_v1_ListFeaturesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_ListFeaturesResponse__Output>): grpc.ClientUnaryCall;
  ListFeatures(argument: _scoremesh_feature_v1_ListFeaturesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_ListFeaturesResponse__Output>): grpc.ClientUnaryCall;
  ListFeatures(argument: _scoremesh_feature_v1_ListFeaturesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_ListFeaturesResponse__Output>): grpc.ClientUnaryCall;
  ListFeatures(argument: _scoremesh_feature_v1_ListFeaturesRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_ListFeaturesResponse__Output>): grpc.ClientUnaryCall;
  /**
   * The views and sets that are declared.
   */
  listFeatures(argument: _scoremesh_feature_v1_ListFeaturesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_ListFeaturesResponse__Output>): grpc.ClientUnaryCall;
  listFeatures(argument: _scoremesh_feature_v1_ListFeaturesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_ListFeaturesResponse__Output>): grpc.ClientUnaryCall;
  listFeatures(argument: _scoremesh_feature_v1_ListFeaturesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_ListFeaturesResponse__Output>): grpc.ClientUnaryCall;
  listFeatures(argument: _scoremesh_feature_v1_ListFeaturesRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_ListFeaturesResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * Feature values of entities, with event time, ingest time, age and status.
 */
export interface FeatureServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Reads a feature set for one or many rows of entities, as of now.
   */
  GetFeatures: grpc.handleUnaryCall<_scoremesh_feature_v1_GetFeaturesRequest__Output, _scoremesh_feature_v1_GetFeaturesResponse>;
  
  /**
   * Stores feature rows; the last by event time wins, of equal event times the later ingested. Durable when answered; all
   * rows or none.
   */
  Ingest: grpc.handleUnaryCall<_scoremesh_feature_v1_IngestRequest__Output, _scoremesh_feature_v1_IngestResponse>;
  
  /**
   * The views and sets that are declared.
   */
  ListFeatures: grpc.handleUnaryCall<_scoremesh_feature_v1_ListFeaturesRequest__Output, _scoremesh_feature_v1_ListFeaturesResponse>;
  
}

export interface FeatureServiceDefinition extends grpc.ServiceDefinition {
  GetFeatures: MethodDefinition<_scoremesh_feature_v1_GetFeaturesRequest, _scoremesh_feature_v1_GetFeaturesResponse, _scoremesh_feature_v1_GetFeaturesRequest__Output, _scoremesh_feature_v1_GetFeaturesResponse__Output>
  Ingest: MethodDefinition<_scoremesh_feature_v1_IngestRequest, _scoremesh_feature_v1_IngestResponse, _scoremesh_feature_v1_IngestRequest__Output, _scoremesh_feature_v1_IngestResponse__Output>
  ListFeatures: MethodDefinition<_scoremesh_feature_v1_ListFeaturesRequest, _scoremesh_feature_v1_ListFeaturesResponse, _scoremesh_feature_v1_ListFeaturesRequest__Output, _scoremesh_feature_v1_ListFeaturesResponse__Output>
}
