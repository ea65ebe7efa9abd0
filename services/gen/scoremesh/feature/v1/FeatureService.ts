// Original file: scoremesh/feature/v1/feature_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { BuildTrainingSetRequest as _scoremesh_feature_v1_BuildTrainingSetRequest, BuildTrainingSetRequest__Output as _scoremesh_feature_v1_BuildTrainingSetRequest__Output } from '../../../scoremesh/feature/v1/BuildTrainingSetRequest.ts';
import type { BuildTrainingSetResponse as _scoremesh_feature_v1_BuildTrainingSetResponse, BuildTrainingSetResponse__Output as _scoremesh_feature_v1_BuildTrainingSetResponse__Output } from '../../../scoremesh/feature/v1/BuildTrainingSetResponse.ts';
import type { DeclareRequest as _scoremesh_feature_v1_DeclareRequest, DeclareRequest__Output as _scoremesh_feature_v1_DeclareRequest__Output } from '../../../scoremesh/feature/v1/DeclareRequest.ts';
import type { DeclareResponse as _scoremesh_feature_v1_DeclareResponse, DeclareResponse__Output as _scoremesh_feature_v1_DeclareResponse__Output } from '../../../scoremesh/feature/v1/DeclareResponse.ts';
import type { GetFeaturesRequest as _scoremesh_feature_v1_GetFeaturesRequest, GetFeaturesRequest__Output as _scoremesh_feature_v1_GetFeaturesRequest__Output } from '../../../scoremesh/feature/v1/GetFeaturesRequest.ts';
import type { GetFeaturesResponse as _scoremesh_feature_v1_GetFeaturesResponse, GetFeaturesResponse__Output as _scoremesh_feature_v1_GetFeaturesResponse__Output } from '../../../scoremesh/feature/v1/GetFeaturesResponse.ts';
import type { IngestRequest as _scoremesh_feature_v1_IngestRequest, IngestRequest__Output as _scoremesh_feature_v1_IngestRequest__Output } from '../../../scoremesh/feature/v1/IngestRequest.ts';
import type { IngestResponse as _scoremesh_feature_v1_IngestResponse, IngestResponse__Output as _scoremesh_feature_v1_IngestResponse__Output } from '../../../scoremesh/feature/v1/IngestResponse.ts';
import type { IngestStreamRequest as _scoremesh_feature_v1_IngestStreamRequest, IngestStreamRequest__Output as _scoremesh_feature_v1_IngestStreamRequest__Output } from '../../../scoremesh/feature/v1/IngestStreamRequest.ts';
import type { IngestStreamResponse as _scoremesh_feature_v1_IngestStreamResponse, IngestStreamResponse__Output as _scoremesh_feature_v1_IngestStreamResponse__Output } from '../../../scoremesh/feature/v1/IngestStreamResponse.ts';
import type { ListFeaturesRequest as _scoremesh_feature_v1_ListFeaturesRequest, ListFeaturesRequest__Output as _scoremesh_feature_v1_ListFeaturesRequest__Output } from '../../../scoremesh/feature/v1/ListFeaturesRequest.ts';
import type { ListFeaturesResponse as _scoremesh_feature_v1_ListFeaturesResponse, ListFeaturesResponse__Output as _scoremesh_feature_v1_ListFeaturesResponse__Output } from '../../../scoremesh/feature/v1/ListFeaturesResponse.ts';
import type { ListQuarantineRequest as _scoremesh_feature_v1_ListQuarantineRequest, ListQuarantineRequest__Output as _scoremesh_feature_v1_ListQuarantineRequest__Output } from '../../../scoremesh/feature/v1/ListQuarantineRequest.ts';
import type { ListQuarantineResponse as _scoremesh_feature_v1_ListQuarantineResponse, ListQuarantineResponse__Output as _scoremesh_feature_v1_ListQuarantineResponse__Output } from '../../../scoremesh/feature/v1/ListQuarantineResponse.ts';
import type { ReplayQuarantineRequest as _scoremesh_feature_v1_ReplayQuarantineRequest, ReplayQuarantineRequest__Output as _scoremesh_feature_v1_ReplayQuarantineRequest__Output } from '../../../scoremesh/feature/v1/ReplayQuarantineRequest.ts';
import type { ReplayQuarantineResponse as _scoremesh_feature_v1_ReplayQuarantineResponse, ReplayQuarantineResponse__Output as _scoremesh_feature_v1_ReplayQuarantineResponse__Output } from '../../../scoremesh/feature/v1/ReplayQuarantineResponse.ts';

/**
 * Features over event streams: declared once, read as of any moment, the same for serving and training.
 * 
 * Moments are Unix milliseconds as doubles (fractions allowed). Every event has an event time (when it happened) and an ingest time
 * (when the mesh learnt it; strictly later for later commits), so that every read can be repeated: the reply names both moments, and
 * the same read with as_of_event_time and as_of_ingest_time set to them gives the same bits for as long as the stream keeps its events.
 */
export interface FeatureServiceClient extends grpc.Client {
  /**
   * Point-in-time features for labelled rows, batch by batch and in order: the same code and the same bits as GetFeatures.
   */
  BuildTrainingSet(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_feature_v1_BuildTrainingSetRequest, _scoremesh_feature_v1_BuildTrainingSetResponse__Output>;
  BuildTrainingSet(options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_feature_v1_BuildTrainingSetRequest, _scoremesh_feature_v1_BuildTrainingSetResponse__Output>;
  /**
   * Point-in-time features for labelled rows, batch by batch and in order: the same code and the same bits as GetFeatures.
   */
  buildTrainingSet(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_feature_v1_BuildTrainingSetRequest, _scoremesh_feature_v1_BuildTrainingSetResponse__Output>;
  buildTrainingSet(options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_feature_v1_BuildTrainingSetRequest, _scoremesh_feature_v1_BuildTrainingSetResponse__Output>;
  
  /**
   * Declares features from the text of a declarations file. What is named like something declared before becomes its new version;
   * what the text does not name stays. All or nothing.
   */
  Declare(argument: _scoremesh_feature_v1_DeclareRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_DeclareResponse__Output>): grpc.ClientUnaryCall;
  Declare(argument: _scoremesh_feature_v1_DeclareRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_DeclareResponse__Output>): grpc.ClientUnaryCall;
  Declare(argument: _scoremesh_feature_v1_DeclareRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_DeclareResponse__Output>): grpc.ClientUnaryCall;
  Declare(argument: _scoremesh_feature_v1_DeclareRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_DeclareResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Declares features from the text of a declarations file. What is named like something declared before becomes its new version;
   * what the text does not name stays. All or nothing.
   */
  declare(argument: _scoremesh_feature_v1_DeclareRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_DeclareResponse__Output>): grpc.ClientUnaryCall;
  declare(argument: _scoremesh_feature_v1_DeclareRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_DeclareResponse__Output>): grpc.ClientUnaryCall;
  declare(argument: _scoremesh_feature_v1_DeclareRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_DeclareResponse__Output>): grpc.ClientUnaryCall;
  declare(argument: _scoremesh_feature_v1_DeclareRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_DeclareResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Reads features for one or many rows, as of now or as of any moment that the stream's retention covers.
   */
  GetFeatures(argument: _scoremesh_feature_v1_GetFeaturesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_GetFeaturesResponse__Output>): grpc.ClientUnaryCall;
  GetFeatures(argument: _scoremesh_feature_v1_GetFeaturesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_GetFeaturesResponse__Output>): grpc.ClientUnaryCall;
  GetFeatures(argument: _scoremesh_feature_v1_GetFeaturesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_GetFeaturesResponse__Output>): grpc.ClientUnaryCall;
  GetFeatures(argument: _scoremesh_feature_v1_GetFeaturesRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_GetFeaturesResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Reads features for one or many rows, as of now or as of any moment that the stream's retention covers.
   */
  getFeatures(argument: _scoremesh_feature_v1_GetFeaturesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_GetFeaturesResponse__Output>): grpc.ClientUnaryCall;
  getFeatures(argument: _scoremesh_feature_v1_GetFeaturesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_GetFeaturesResponse__Output>): grpc.ClientUnaryCall;
  getFeatures(argument: _scoremesh_feature_v1_GetFeaturesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_GetFeaturesResponse__Output>): grpc.ClientUnaryCall;
  getFeatures(argument: _scoremesh_feature_v1_GetFeaturesRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_GetFeaturesResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Stores events. Durable when answered; all of the request or none. Events whose id was stored before count once; events that break
   * their stream's declaration go to the quarantine and are named in the answer.
   */
  Ingest(argument: _scoremesh_feature_v1_IngestRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_IngestResponse__Output>): grpc.ClientUnaryCall;
  Ingest(argument: _scoremesh_feature_v1_IngestRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_IngestResponse__Output>): grpc.ClientUnaryCall;
  Ingest(argument: _scoremesh_feature_v1_IngestRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_IngestResponse__Output>): grpc.ClientUnaryCall;
  Ingest(argument: _scoremesh_feature_v1_IngestRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_IngestResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Stores events. Durable when answered; all of the request or none. Events whose id was stored before count once; events that break
   * their stream's declaration go to the quarantine and are named in the answer.
   */
  ingest(argument: _scoremesh_feature_v1_IngestRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_IngestResponse__Output>): grpc.ClientUnaryCall;
  ingest(argument: _scoremesh_feature_v1_IngestRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_IngestResponse__Output>): grpc.ClientUnaryCall;
  ingest(argument: _scoremesh_feature_v1_IngestRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_IngestResponse__Output>): grpc.ClientUnaryCall;
  ingest(argument: _scoremesh_feature_v1_IngestRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_IngestResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The same over a stream: each batch is answered, in order, when it is durable. A refused batch is answered with its error and
   * does not end the stream.
   */
  IngestStream(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_feature_v1_IngestStreamRequest, _scoremesh_feature_v1_IngestStreamResponse__Output>;
  IngestStream(options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_feature_v1_IngestStreamRequest, _scoremesh_feature_v1_IngestStreamResponse__Output>;
  /**
   * The same over a stream: each batch is answered, in order, when it is durable. A refused batch is answered with its error and
   * does not end the stream.
   */
  ingestStream(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_feature_v1_IngestStreamRequest, _scoremesh_feature_v1_IngestStreamResponse__Output>;
  ingestStream(options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_feature_v1_IngestStreamRequest, _scoremesh_feature_v1_IngestStreamResponse__Output>;
  
  /**
   * What is declared: the current version of each stream, entity, view and set.
   */
  ListFeatures(argument: _scoremesh_feature_v1_ListFeaturesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_ListFeaturesResponse__Output>): grpc.ClientUnaryCall;
  ListFeatures(argument: _scoremesh_feature_v1_ListFeaturesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_ListFeaturesResponse__Output>): grpc.ClientUnaryCall;
  ListFeatures(argument: _scoremesh_feature_v1_ListFeaturesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_ListFeaturesResponse__Output>): grpc.ClientUnaryCall;
  ListFeatures(argument: _scoremesh_feature_v1_ListFeaturesRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_ListFeaturesResponse__Output>): grpc.ClientUnaryCall;
  /**
   * What is declared: the current version of each stream, entity, view and set.
   */
  listFeatures(argument: _scoremesh_feature_v1_ListFeaturesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_ListFeaturesResponse__Output>): grpc.ClientUnaryCall;
  listFeatures(argument: _scoremesh_feature_v1_ListFeaturesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_ListFeaturesResponse__Output>): grpc.ClientUnaryCall;
  listFeatures(argument: _scoremesh_feature_v1_ListFeaturesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_ListFeaturesResponse__Output>): grpc.ClientUnaryCall;
  listFeatures(argument: _scoremesh_feature_v1_ListFeaturesRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_ListFeaturesResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Events that broke their declaration, oldest first.
   */
  ListQuarantine(argument: _scoremesh_feature_v1_ListQuarantineRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_ListQuarantineResponse__Output>): grpc.ClientUnaryCall;
  ListQuarantine(argument: _scoremesh_feature_v1_ListQuarantineRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_ListQuarantineResponse__Output>): grpc.ClientUnaryCall;
  ListQuarantine(argument: _scoremesh_feature_v1_ListQuarantineRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_ListQuarantineResponse__Output>): grpc.ClientUnaryCall;
  ListQuarantine(argument: _scoremesh_feature_v1_ListQuarantineRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_ListQuarantineResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Events that broke their declaration, oldest first.
   */
  listQuarantine(argument: _scoremesh_feature_v1_ListQuarantineRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_ListQuarantineResponse__Output>): grpc.ClientUnaryCall;
  listQuarantine(argument: _scoremesh_feature_v1_ListQuarantineRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_ListQuarantineResponse__Output>): grpc.ClientUnaryCall;
  listQuarantine(argument: _scoremesh_feature_v1_ListQuarantineRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_ListQuarantineResponse__Output>): grpc.ClientUnaryCall;
  listQuarantine(argument: _scoremesh_feature_v1_ListQuarantineRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_ListQuarantineResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Takes quarantined events in again, under today's declaration; those that still break it stay.
   */
  ReplayQuarantine(argument: _scoremesh_feature_v1_ReplayQuarantineRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_ReplayQuarantineResponse__Output>): grpc.ClientUnaryCall;
  ReplayQuarantine(argument: _scoremesh_feature_v1_ReplayQuarantineRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_ReplayQuarantineResponse__Output>): grpc.ClientUnaryCall;
  ReplayQuarantine(argument: _scoremesh_feature_v1_ReplayQuarantineRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_ReplayQuarantineResponse__Output>): grpc.ClientUnaryCall;
  ReplayQuarantine(argument: _scoremesh_feature_v1_ReplayQuarantineRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_ReplayQuarantineResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Takes quarantined events in again, under today's declaration; those that still break it stay.
   */
  replayQuarantine(argument: _scoremesh_feature_v1_ReplayQuarantineRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_ReplayQuarantineResponse__Output>): grpc.ClientUnaryCall;
  replayQuarantine(argument: _scoremesh_feature_v1_ReplayQuarantineRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_feature_v1_ReplayQuarantineResponse__Output>): grpc.ClientUnaryCall;
  replayQuarantine(argument: _scoremesh_feature_v1_ReplayQuarantineRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_feature_v1_ReplayQuarantineResponse__Output>): grpc.ClientUnaryCall;
  replayQuarantine(argument: _scoremesh_feature_v1_ReplayQuarantineRequest, callback: grpc.requestCallback<_scoremesh_feature_v1_ReplayQuarantineResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * Features over event streams: declared once, read as of any moment, the same for serving and training.
 * 
 * Moments are Unix milliseconds as doubles (fractions allowed). Every event has an event time (when it happened) and an ingest time
 * (when the mesh learnt it; strictly later for later commits), so that every read can be repeated: the reply names both moments, and
 * the same read with as_of_event_time and as_of_ingest_time set to them gives the same bits for as long as the stream keeps its events.
 */
export interface FeatureServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Point-in-time features for labelled rows, batch by batch and in order: the same code and the same bits as GetFeatures.
   */
  BuildTrainingSet: grpc.handleBidiStreamingCall<_scoremesh_feature_v1_BuildTrainingSetRequest__Output, _scoremesh_feature_v1_BuildTrainingSetResponse>;
  
  /**
   * Declares features from the text of a declarations file. What is named like something declared before becomes its new version;
   * what the text does not name stays. All or nothing.
   */
  Declare: grpc.handleUnaryCall<_scoremesh_feature_v1_DeclareRequest__Output, _scoremesh_feature_v1_DeclareResponse>;
  
  /**
   * Reads features for one or many rows, as of now or as of any moment that the stream's retention covers.
   */
  GetFeatures: grpc.handleUnaryCall<_scoremesh_feature_v1_GetFeaturesRequest__Output, _scoremesh_feature_v1_GetFeaturesResponse>;
  
  /**
   * Stores events. Durable when answered; all of the request or none. Events whose id was stored before count once; events that break
   * their stream's declaration go to the quarantine and are named in the answer.
   */
  Ingest: grpc.handleUnaryCall<_scoremesh_feature_v1_IngestRequest__Output, _scoremesh_feature_v1_IngestResponse>;
  
  /**
   * The same over a stream: each batch is answered, in order, when it is durable. A refused batch is answered with its error and
   * does not end the stream.
   */
  IngestStream: grpc.handleBidiStreamingCall<_scoremesh_feature_v1_IngestStreamRequest__Output, _scoremesh_feature_v1_IngestStreamResponse>;
  
  /**
   * What is declared: the current version of each stream, entity, view and set.
   */
  ListFeatures: grpc.handleUnaryCall<_scoremesh_feature_v1_ListFeaturesRequest__Output, _scoremesh_feature_v1_ListFeaturesResponse>;
  
  /**
   * Events that broke their declaration, oldest first.
   */
  ListQuarantine: grpc.handleUnaryCall<_scoremesh_feature_v1_ListQuarantineRequest__Output, _scoremesh_feature_v1_ListQuarantineResponse>;
  
  /**
   * Takes quarantined events in again, under today's declaration; those that still break it stay.
   */
  ReplayQuarantine: grpc.handleUnaryCall<_scoremesh_feature_v1_ReplayQuarantineRequest__Output, _scoremesh_feature_v1_ReplayQuarantineResponse>;
  
}

export interface FeatureServiceDefinition extends grpc.ServiceDefinition {
  BuildTrainingSet: MethodDefinition<_scoremesh_feature_v1_BuildTrainingSetRequest, _scoremesh_feature_v1_BuildTrainingSetResponse, _scoremesh_feature_v1_BuildTrainingSetRequest__Output, _scoremesh_feature_v1_BuildTrainingSetResponse__Output>
  Declare: MethodDefinition<_scoremesh_feature_v1_DeclareRequest, _scoremesh_feature_v1_DeclareResponse, _scoremesh_feature_v1_DeclareRequest__Output, _scoremesh_feature_v1_DeclareResponse__Output>
  GetFeatures: MethodDefinition<_scoremesh_feature_v1_GetFeaturesRequest, _scoremesh_feature_v1_GetFeaturesResponse, _scoremesh_feature_v1_GetFeaturesRequest__Output, _scoremesh_feature_v1_GetFeaturesResponse__Output>
  Ingest: MethodDefinition<_scoremesh_feature_v1_IngestRequest, _scoremesh_feature_v1_IngestResponse, _scoremesh_feature_v1_IngestRequest__Output, _scoremesh_feature_v1_IngestResponse__Output>
  IngestStream: MethodDefinition<_scoremesh_feature_v1_IngestStreamRequest, _scoremesh_feature_v1_IngestStreamResponse, _scoremesh_feature_v1_IngestStreamRequest__Output, _scoremesh_feature_v1_IngestStreamResponse__Output>
  ListFeatures: MethodDefinition<_scoremesh_feature_v1_ListFeaturesRequest, _scoremesh_feature_v1_ListFeaturesResponse, _scoremesh_feature_v1_ListFeaturesRequest__Output, _scoremesh_feature_v1_ListFeaturesResponse__Output>
  ListQuarantine: MethodDefinition<_scoremesh_feature_v1_ListQuarantineRequest, _scoremesh_feature_v1_ListQuarantineResponse, _scoremesh_feature_v1_ListQuarantineRequest__Output, _scoremesh_feature_v1_ListQuarantineResponse__Output>
  ReplayQuarantine: MethodDefinition<_scoremesh_feature_v1_ReplayQuarantineRequest, _scoremesh_feature_v1_ReplayQuarantineResponse, _scoremesh_feature_v1_ReplayQuarantineRequest__Output, _scoremesh_feature_v1_ReplayQuarantineResponse__Output>
}
