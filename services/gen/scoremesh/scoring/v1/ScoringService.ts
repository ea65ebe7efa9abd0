// Original file: scoremesh/scoring/v1/scoring_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { RecordOutcomesRequest as _scoremesh_scoring_v1_RecordOutcomesRequest, RecordOutcomesRequest__Output as _scoremesh_scoring_v1_RecordOutcomesRequest__Output } from '../../../scoremesh/scoring/v1/RecordOutcomesRequest.ts';
import type { RecordOutcomesResponse as _scoremesh_scoring_v1_RecordOutcomesResponse, RecordOutcomesResponse__Output as _scoremesh_scoring_v1_RecordOutcomesResponse__Output } from '../../../scoremesh/scoring/v1/RecordOutcomesResponse.ts';
import type { ReplayRequest as _scoremesh_scoring_v1_ReplayRequest, ReplayRequest__Output as _scoremesh_scoring_v1_ReplayRequest__Output } from '../../../scoremesh/scoring/v1/ReplayRequest.ts';
import type { ReplayResponse as _scoremesh_scoring_v1_ReplayResponse, ReplayResponse__Output as _scoremesh_scoring_v1_ReplayResponse__Output } from '../../../scoremesh/scoring/v1/ReplayResponse.ts';
import type { ScoreRequest as _scoremesh_scoring_v1_ScoreRequest, ScoreRequest__Output as _scoremesh_scoring_v1_ScoreRequest__Output } from '../../../scoremesh/scoring/v1/ScoreRequest.ts';
import type { ScoreResponse as _scoremesh_scoring_v1_ScoreResponse, ScoreResponse__Output as _scoremesh_scoring_v1_ScoreResponse__Output } from '../../../scoremesh/scoring/v1/ScoreResponse.ts';
import type { ScoreStreamRequest as _scoremesh_scoring_v1_ScoreStreamRequest, ScoreStreamRequest__Output as _scoremesh_scoring_v1_ScoreStreamRequest__Output } from '../../../scoremesh/scoring/v1/ScoreStreamRequest.ts';
import type { ScoreStreamResponse as _scoremesh_scoring_v1_ScoreStreamResponse, ScoreStreamResponse__Output as _scoremesh_scoring_v1_ScoreStreamResponse__Output } from '../../../scoremesh/scoring/v1/ScoreStreamResponse.ts';

/**
 * The public API of the gateway: features -> inference -> audit in one call.
 * 
 * Every call has a deadline: the caller's gRPC deadline, or the configured default where none is given. Errors carry
 * google.rpc.Status details: ErrorInfo (reason of scoremesh.error.v1.Reason), RetryInfo where a retry helps, BadRequest
 * where fields are wrong.
 */
export interface ScoringServiceClient extends grpc.Client {
  /**
   * Records what turned out true. Durable when answered.
   */
  RecordOutcomes(argument: _scoremesh_scoring_v1_RecordOutcomesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_RecordOutcomesResponse__Output>): grpc.ClientUnaryCall;
  RecordOutcomes(argument: _scoremesh_scoring_v1_RecordOutcomesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_scoring_v1_RecordOutcomesResponse__Output>): grpc.ClientUnaryCall;
  RecordOutcomes(argument: _scoremesh_scoring_v1_RecordOutcomesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_RecordOutcomesResponse__Output>): grpc.ClientUnaryCall;
  RecordOutcomes(argument: _scoremesh_scoring_v1_RecordOutcomesRequest, callback: grpc.requestCallback<_scoremesh_scoring_v1_RecordOutcomesResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Records what turned out true. Durable when answered.
   */
  recordOutcomes(argument: _scoremesh_scoring_v1_RecordOutcomesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_RecordOutcomesResponse__Output>): grpc.ClientUnaryCall;
  recordOutcomes(argument: _scoremesh_scoring_v1_RecordOutcomesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_scoring_v1_RecordOutcomesResponse__Output>): grpc.ClientUnaryCall;
  recordOutcomes(argument: _scoremesh_scoring_v1_RecordOutcomesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_RecordOutcomesResponse__Output>): grpc.ClientUnaryCall;
  recordOutcomes(argument: _scoremesh_scoring_v1_RecordOutcomesRequest, callback: grpc.requestCallback<_scoremesh_scoring_v1_RecordOutcomesResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Answers a recorded prediction or inference again and compares the bits. Nothing of it is recorded as a prediction.
   */
  Replay(argument: _scoremesh_scoring_v1_ReplayRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_ReplayResponse__Output>): grpc.ClientUnaryCall;
  Replay(argument: _scoremesh_scoring_v1_ReplayRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_scoring_v1_ReplayResponse__Output>): grpc.ClientUnaryCall;
  Replay(argument: _scoremesh_scoring_v1_ReplayRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_ReplayResponse__Output>): grpc.ClientUnaryCall;
  Replay(argument: _scoremesh_scoring_v1_ReplayRequest, callback: grpc.requestCallback<_scoremesh_scoring_v1_ReplayResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Answers a recorded prediction or inference again and compares the bits. Nothing of it is recorded as a prediction.
   */
  replay(argument: _scoremesh_scoring_v1_ReplayRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_ReplayResponse__Output>): grpc.ClientUnaryCall;
  replay(argument: _scoremesh_scoring_v1_ReplayRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_scoring_v1_ReplayResponse__Output>): grpc.ClientUnaryCall;
  replay(argument: _scoremesh_scoring_v1_ReplayRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_ReplayResponse__Output>): grpc.ClientUnaryCall;
  replay(argument: _scoremesh_scoring_v1_ReplayRequest, callback: grpc.requestCallback<_scoremesh_scoring_v1_ReplayResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Scores one request. The answer leaves only after its audit record is durable. Safe to repeat with the same request_id.
   */
  Score(argument: _scoremesh_scoring_v1_ScoreRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_ScoreResponse__Output>): grpc.ClientUnaryCall;
  Score(argument: _scoremesh_scoring_v1_ScoreRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_scoring_v1_ScoreResponse__Output>): grpc.ClientUnaryCall;
  Score(argument: _scoremesh_scoring_v1_ScoreRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_ScoreResponse__Output>): grpc.ClientUnaryCall;
  Score(argument: _scoremesh_scoring_v1_ScoreRequest, callback: grpc.requestCallback<_scoremesh_scoring_v1_ScoreResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Scores one request. The answer leaves only after its audit record is durable. Safe to repeat with the same request_id.
   */
  score(argument: _scoremesh_scoring_v1_ScoreRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_ScoreResponse__Output>): grpc.ClientUnaryCall;
  score(argument: _scoremesh_scoring_v1_ScoreRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_scoring_v1_ScoreResponse__Output>): grpc.ClientUnaryCall;
  score(argument: _scoremesh_scoring_v1_ScoreRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_ScoreResponse__Output>): grpc.ClientUnaryCall;
  score(argument: _scoremesh_scoring_v1_ScoreRequest, callback: grpc.requestCallback<_scoremesh_scoring_v1_ScoreResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Scores many over one stream, answered in order of completion. One bad request is an error response, never the end
   * of the stream.
   */
  ScoreStream(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_scoring_v1_ScoreStreamRequest, _scoremesh_scoring_v1_ScoreStreamResponse__Output>;
  ScoreStream(options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_scoring_v1_ScoreStreamRequest, _scoremesh_scoring_v1_ScoreStreamResponse__Output>;
  /**
   * Scores many over one stream, answered in order of completion. One bad request is an error response, never the end
   * of the stream.
   */
  scoreStream(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_scoring_v1_ScoreStreamRequest, _scoremesh_scoring_v1_ScoreStreamResponse__Output>;
  scoreStream(options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_scoring_v1_ScoreStreamRequest, _scoremesh_scoring_v1_ScoreStreamResponse__Output>;
  
}

/**
 * The public API of the gateway: features -> inference -> audit in one call.
 * 
 * Every call has a deadline: the caller's gRPC deadline, or the configured default where none is given. Errors carry
 * google.rpc.Status details: ErrorInfo (reason of scoremesh.error.v1.Reason), RetryInfo where a retry helps, BadRequest
 * where fields are wrong.
 */
export interface ScoringServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Records what turned out true. Durable when answered.
   */
  RecordOutcomes: grpc.handleUnaryCall<_scoremesh_scoring_v1_RecordOutcomesRequest__Output, _scoremesh_scoring_v1_RecordOutcomesResponse>;
  
  /**
   * Answers a recorded prediction or inference again and compares the bits. Nothing of it is recorded as a prediction.
   */
  Replay: grpc.handleUnaryCall<_scoremesh_scoring_v1_ReplayRequest__Output, _scoremesh_scoring_v1_ReplayResponse>;
  
  /**
   * Scores one request. The answer leaves only after its audit record is durable. Safe to repeat with the same request_id.
   */
  Score: grpc.handleUnaryCall<_scoremesh_scoring_v1_ScoreRequest__Output, _scoremesh_scoring_v1_ScoreResponse>;
  
  /**
   * Scores many over one stream, answered in order of completion. One bad request is an error response, never the end
   * of the stream.
   */
  ScoreStream: grpc.handleBidiStreamingCall<_scoremesh_scoring_v1_ScoreStreamRequest__Output, _scoremesh_scoring_v1_ScoreStreamResponse>;
  
}

export interface ScoringServiceDefinition extends grpc.ServiceDefinition {
  RecordOutcomes: MethodDefinition<_scoremesh_scoring_v1_RecordOutcomesRequest, _scoremesh_scoring_v1_RecordOutcomesResponse, _scoremesh_scoring_v1_RecordOutcomesRequest__Output, _scoremesh_scoring_v1_RecordOutcomesResponse__Output>
  Replay: MethodDefinition<_scoremesh_scoring_v1_ReplayRequest, _scoremesh_scoring_v1_ReplayResponse, _scoremesh_scoring_v1_ReplayRequest__Output, _scoremesh_scoring_v1_ReplayResponse__Output>
  Score: MethodDefinition<_scoremesh_scoring_v1_ScoreRequest, _scoremesh_scoring_v1_ScoreResponse, _scoremesh_scoring_v1_ScoreRequest__Output, _scoremesh_scoring_v1_ScoreResponse__Output>
  ScoreStream: MethodDefinition<_scoremesh_scoring_v1_ScoreStreamRequest, _scoremesh_scoring_v1_ScoreStreamResponse, _scoremesh_scoring_v1_ScoreStreamRequest__Output, _scoremesh_scoring_v1_ScoreStreamResponse__Output>
}
