// Original file: scoremesh/scoring/v1/scoring_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CancelJobRequest as _scoremesh_scoring_v1_CancelJobRequest, CancelJobRequest__Output as _scoremesh_scoring_v1_CancelJobRequest__Output } from '../../../scoremesh/scoring/v1/CancelJobRequest.ts';
import type { CancelJobResponse as _scoremesh_scoring_v1_CancelJobResponse, CancelJobResponse__Output as _scoremesh_scoring_v1_CancelJobResponse__Output } from '../../../scoremesh/scoring/v1/CancelJobResponse.ts';
import type { GetJobRequest as _scoremesh_scoring_v1_GetJobRequest, GetJobRequest__Output as _scoremesh_scoring_v1_GetJobRequest__Output } from '../../../scoremesh/scoring/v1/GetJobRequest.ts';
import type { GetJobResponse as _scoremesh_scoring_v1_GetJobResponse, GetJobResponse__Output as _scoremesh_scoring_v1_GetJobResponse__Output } from '../../../scoremesh/scoring/v1/GetJobResponse.ts';
import type { ListJobsRequest as _scoremesh_scoring_v1_ListJobsRequest, ListJobsRequest__Output as _scoremesh_scoring_v1_ListJobsRequest__Output } from '../../../scoremesh/scoring/v1/ListJobsRequest.ts';
import type { ListJobsResponse as _scoremesh_scoring_v1_ListJobsResponse, ListJobsResponse__Output as _scoremesh_scoring_v1_ListJobsResponse__Output } from '../../../scoremesh/scoring/v1/ListJobsResponse.ts';
import type { RecordOutcomesRequest as _scoremesh_scoring_v1_RecordOutcomesRequest, RecordOutcomesRequest__Output as _scoremesh_scoring_v1_RecordOutcomesRequest__Output } from '../../../scoremesh/scoring/v1/RecordOutcomesRequest.ts';
import type { RecordOutcomesResponse as _scoremesh_scoring_v1_RecordOutcomesResponse, RecordOutcomesResponse__Output as _scoremesh_scoring_v1_RecordOutcomesResponse__Output } from '../../../scoremesh/scoring/v1/RecordOutcomesResponse.ts';
import type { RedriveJobsRequest as _scoremesh_scoring_v1_RedriveJobsRequest, RedriveJobsRequest__Output as _scoremesh_scoring_v1_RedriveJobsRequest__Output } from '../../../scoremesh/scoring/v1/RedriveJobsRequest.ts';
import type { RedriveJobsResponse as _scoremesh_scoring_v1_RedriveJobsResponse, RedriveJobsResponse__Output as _scoremesh_scoring_v1_RedriveJobsResponse__Output } from '../../../scoremesh/scoring/v1/RedriveJobsResponse.ts';
import type { ReplayRequest as _scoremesh_scoring_v1_ReplayRequest, ReplayRequest__Output as _scoremesh_scoring_v1_ReplayRequest__Output } from '../../../scoremesh/scoring/v1/ReplayRequest.ts';
import type { ReplayResponse as _scoremesh_scoring_v1_ReplayResponse, ReplayResponse__Output as _scoremesh_scoring_v1_ReplayResponse__Output } from '../../../scoremesh/scoring/v1/ReplayResponse.ts';
import type { ScoreRequest as _scoremesh_scoring_v1_ScoreRequest, ScoreRequest__Output as _scoremesh_scoring_v1_ScoreRequest__Output } from '../../../scoremesh/scoring/v1/ScoreRequest.ts';
import type { ScoreResponse as _scoremesh_scoring_v1_ScoreResponse, ScoreResponse__Output as _scoremesh_scoring_v1_ScoreResponse__Output } from '../../../scoremesh/scoring/v1/ScoreResponse.ts';
import type { ScoreStreamRequest as _scoremesh_scoring_v1_ScoreStreamRequest, ScoreStreamRequest__Output as _scoremesh_scoring_v1_ScoreStreamRequest__Output } from '../../../scoremesh/scoring/v1/ScoreStreamRequest.ts';
import type { ScoreStreamResponse as _scoremesh_scoring_v1_ScoreStreamResponse, ScoreStreamResponse__Output as _scoremesh_scoring_v1_ScoreStreamResponse__Output } from '../../../scoremesh/scoring/v1/ScoreStreamResponse.ts';
import type { SubmitJobRequest as _scoremesh_scoring_v1_SubmitJobRequest, SubmitJobRequest__Output as _scoremesh_scoring_v1_SubmitJobRequest__Output } from '../../../scoremesh/scoring/v1/SubmitJobRequest.ts';
import type { SubmitJobResponse as _scoremesh_scoring_v1_SubmitJobResponse, SubmitJobResponse__Output as _scoremesh_scoring_v1_SubmitJobResponse__Output } from '../../../scoremesh/scoring/v1/SubmitJobResponse.ts';
import type { WatchJobRequest as _scoremesh_scoring_v1_WatchJobRequest, WatchJobRequest__Output as _scoremesh_scoring_v1_WatchJobRequest__Output } from '../../../scoremesh/scoring/v1/WatchJobRequest.ts';
import type { WatchJobResponse as _scoremesh_scoring_v1_WatchJobResponse, WatchJobResponse__Output as _scoremesh_scoring_v1_WatchJobResponse__Output } from '../../../scoremesh/scoring/v1/WatchJobResponse.ts';

/**
 * The public API of the gateway: features -> inference -> audit in one call.
 * 
 * Every call has a deadline: the caller's gRPC deadline, or the configured default where none is given. Errors carry
 * google.rpc.Status details: ErrorInfo (reason of scoremesh.error.v1.Reason), RetryInfo where a retry helps, BadRequest
 * where fields are wrong.
 */
export interface ScoringServiceClient extends grpc.Client {
  /**
   * Asks for a job not to be scored. It ends as CANCELLED unless it was being scored already.
   */
  CancelJob(argument: _scoremesh_scoring_v1_CancelJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  CancelJob(argument: _scoremesh_scoring_v1_CancelJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_scoring_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  CancelJob(argument: _scoremesh_scoring_v1_CancelJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  CancelJob(argument: _scoremesh_scoring_v1_CancelJobRequest, callback: grpc.requestCallback<_scoremesh_scoring_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Asks for a job not to be scored. It ends as CANCELLED unless it was being scored already.
   */
  cancelJob(argument: _scoremesh_scoring_v1_CancelJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _scoremesh_scoring_v1_CancelJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_scoring_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _scoremesh_scoring_v1_CancelJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  cancelJob(argument: _scoremesh_scoring_v1_CancelJobRequest, callback: grpc.requestCallback<_scoremesh_scoring_v1_CancelJobResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Where a job stands, and its result once it has one.
   */
  GetJob(argument: _scoremesh_scoring_v1_GetJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _scoremesh_scoring_v1_GetJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_scoring_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _scoremesh_scoring_v1_GetJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  GetJob(argument: _scoremesh_scoring_v1_GetJobRequest, callback: grpc.requestCallback<_scoremesh_scoring_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Where a job stands, and its result once it has one.
   */
  getJob(argument: _scoremesh_scoring_v1_GetJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  getJob(argument: _scoremesh_scoring_v1_GetJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_scoring_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  getJob(argument: _scoremesh_scoring_v1_GetJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  getJob(argument: _scoremesh_scoring_v1_GetJobRequest, callback: grpc.requestCallback<_scoremesh_scoring_v1_GetJobResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Jobs of a tenant, in pages.
   */
  ListJobs(argument: _scoremesh_scoring_v1_ListJobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _scoremesh_scoring_v1_ListJobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_scoring_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _scoremesh_scoring_v1_ListJobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  ListJobs(argument: _scoremesh_scoring_v1_ListJobsRequest, callback: grpc.requestCallback<_scoremesh_scoring_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Jobs of a tenant, in pages.
   */
  listJobs(argument: _scoremesh_scoring_v1_ListJobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _scoremesh_scoring_v1_ListJobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_scoring_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _scoremesh_scoring_v1_ListJobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  listJobs(argument: _scoremesh_scoring_v1_ListJobsRequest, callback: grpc.requestCallback<_scoremesh_scoring_v1_ListJobsResponse__Output>): grpc.ClientUnaryCall;
  
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
   * Submits jobs again that ended as DEAD.
   */
  RedriveJobs(argument: _scoremesh_scoring_v1_RedriveJobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_RedriveJobsResponse__Output>): grpc.ClientUnaryCall;
  RedriveJobs(argument: _scoremesh_scoring_v1_RedriveJobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_scoring_v1_RedriveJobsResponse__Output>): grpc.ClientUnaryCall;
  RedriveJobs(argument: _scoremesh_scoring_v1_RedriveJobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_RedriveJobsResponse__Output>): grpc.ClientUnaryCall;
  RedriveJobs(argument: _scoremesh_scoring_v1_RedriveJobsRequest, callback: grpc.requestCallback<_scoremesh_scoring_v1_RedriveJobsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Submits jobs again that ended as DEAD.
   */
  redriveJobs(argument: _scoremesh_scoring_v1_RedriveJobsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_RedriveJobsResponse__Output>): grpc.ClientUnaryCall;
  redriveJobs(argument: _scoremesh_scoring_v1_RedriveJobsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_scoring_v1_RedriveJobsResponse__Output>): grpc.ClientUnaryCall;
  redriveJobs(argument: _scoremesh_scoring_v1_RedriveJobsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_RedriveJobsResponse__Output>): grpc.ClientUnaryCall;
  redriveJobs(argument: _scoremesh_scoring_v1_RedriveJobsRequest, callback: grpc.requestCallback<_scoremesh_scoring_v1_RedriveJobsResponse__Output>): grpc.ClientUnaryCall;
  
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
  
  /**
   * Publishes a job. Accepted durably when answered; QUEUE_FULL (RESOURCE_EXHAUSTED with RetryInfo) if its queue is full, NATS_UNAVAILABLE
   * without NATS. A repeat of a job_id changes nothing.
   */
  SubmitJob(argument: _scoremesh_scoring_v1_SubmitJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_SubmitJobResponse__Output>): grpc.ClientUnaryCall;
  SubmitJob(argument: _scoremesh_scoring_v1_SubmitJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_scoring_v1_SubmitJobResponse__Output>): grpc.ClientUnaryCall;
  SubmitJob(argument: _scoremesh_scoring_v1_SubmitJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_SubmitJobResponse__Output>): grpc.ClientUnaryCall;
  SubmitJob(argument: _scoremesh_scoring_v1_SubmitJobRequest, callback: grpc.requestCallback<_scoremesh_scoring_v1_SubmitJobResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Publishes a job. Accepted durably when answered; QUEUE_FULL (RESOURCE_EXHAUSTED with RetryInfo) if its queue is full, NATS_UNAVAILABLE
   * without NATS. A repeat of a job_id changes nothing.
   */
  submitJob(argument: _scoremesh_scoring_v1_SubmitJobRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_SubmitJobResponse__Output>): grpc.ClientUnaryCall;
  submitJob(argument: _scoremesh_scoring_v1_SubmitJobRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_scoring_v1_SubmitJobResponse__Output>): grpc.ClientUnaryCall;
  submitJob(argument: _scoremesh_scoring_v1_SubmitJobRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_scoring_v1_SubmitJobResponse__Output>): grpc.ClientUnaryCall;
  submitJob(argument: _scoremesh_scoring_v1_SubmitJobRequest, callback: grpc.requestCallback<_scoremesh_scoring_v1_SubmitJobResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Where a job stands, now and at each change, until it has ended.
   */
  WatchJob(argument: _scoremesh_scoring_v1_WatchJobRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_scoring_v1_WatchJobResponse__Output>;
  WatchJob(argument: _scoremesh_scoring_v1_WatchJobRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_scoring_v1_WatchJobResponse__Output>;
  /**
   * Where a job stands, now and at each change, until it has ended.
   */
  watchJob(argument: _scoremesh_scoring_v1_WatchJobRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_scoring_v1_WatchJobResponse__Output>;
  watchJob(argument: _scoremesh_scoring_v1_WatchJobRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_scoring_v1_WatchJobResponse__Output>;
  
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
   * Asks for a job not to be scored. It ends as CANCELLED unless it was being scored already.
   */
  CancelJob: grpc.handleUnaryCall<_scoremesh_scoring_v1_CancelJobRequest__Output, _scoremesh_scoring_v1_CancelJobResponse>;
  
  /**
   * Where a job stands, and its result once it has one.
   */
  GetJob: grpc.handleUnaryCall<_scoremesh_scoring_v1_GetJobRequest__Output, _scoremesh_scoring_v1_GetJobResponse>;
  
  /**
   * Jobs of a tenant, in pages.
   */
  ListJobs: grpc.handleUnaryCall<_scoremesh_scoring_v1_ListJobsRequest__Output, _scoremesh_scoring_v1_ListJobsResponse>;
  
  /**
   * Records what turned out true. Durable when answered.
   */
  RecordOutcomes: grpc.handleUnaryCall<_scoremesh_scoring_v1_RecordOutcomesRequest__Output, _scoremesh_scoring_v1_RecordOutcomesResponse>;
  
  /**
   * Submits jobs again that ended as DEAD.
   */
  RedriveJobs: grpc.handleUnaryCall<_scoremesh_scoring_v1_RedriveJobsRequest__Output, _scoremesh_scoring_v1_RedriveJobsResponse>;
  
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
  
  /**
   * Publishes a job. Accepted durably when answered; QUEUE_FULL (RESOURCE_EXHAUSTED with RetryInfo) if its queue is full, NATS_UNAVAILABLE
   * without NATS. A repeat of a job_id changes nothing.
   */
  SubmitJob: grpc.handleUnaryCall<_scoremesh_scoring_v1_SubmitJobRequest__Output, _scoremesh_scoring_v1_SubmitJobResponse>;
  
  /**
   * Where a job stands, now and at each change, until it has ended.
   */
  WatchJob: grpc.handleServerStreamingCall<_scoremesh_scoring_v1_WatchJobRequest__Output, _scoremesh_scoring_v1_WatchJobResponse>;
  
}

export interface ScoringServiceDefinition extends grpc.ServiceDefinition {
  CancelJob: MethodDefinition<_scoremesh_scoring_v1_CancelJobRequest, _scoremesh_scoring_v1_CancelJobResponse, _scoremesh_scoring_v1_CancelJobRequest__Output, _scoremesh_scoring_v1_CancelJobResponse__Output>
  GetJob: MethodDefinition<_scoremesh_scoring_v1_GetJobRequest, _scoremesh_scoring_v1_GetJobResponse, _scoremesh_scoring_v1_GetJobRequest__Output, _scoremesh_scoring_v1_GetJobResponse__Output>
  ListJobs: MethodDefinition<_scoremesh_scoring_v1_ListJobsRequest, _scoremesh_scoring_v1_ListJobsResponse, _scoremesh_scoring_v1_ListJobsRequest__Output, _scoremesh_scoring_v1_ListJobsResponse__Output>
  RecordOutcomes: MethodDefinition<_scoremesh_scoring_v1_RecordOutcomesRequest, _scoremesh_scoring_v1_RecordOutcomesResponse, _scoremesh_scoring_v1_RecordOutcomesRequest__Output, _scoremesh_scoring_v1_RecordOutcomesResponse__Output>
  RedriveJobs: MethodDefinition<_scoremesh_scoring_v1_RedriveJobsRequest, _scoremesh_scoring_v1_RedriveJobsResponse, _scoremesh_scoring_v1_RedriveJobsRequest__Output, _scoremesh_scoring_v1_RedriveJobsResponse__Output>
  Replay: MethodDefinition<_scoremesh_scoring_v1_ReplayRequest, _scoremesh_scoring_v1_ReplayResponse, _scoremesh_scoring_v1_ReplayRequest__Output, _scoremesh_scoring_v1_ReplayResponse__Output>
  Score: MethodDefinition<_scoremesh_scoring_v1_ScoreRequest, _scoremesh_scoring_v1_ScoreResponse, _scoremesh_scoring_v1_ScoreRequest__Output, _scoremesh_scoring_v1_ScoreResponse__Output>
  ScoreStream: MethodDefinition<_scoremesh_scoring_v1_ScoreStreamRequest, _scoremesh_scoring_v1_ScoreStreamResponse, _scoremesh_scoring_v1_ScoreStreamRequest__Output, _scoremesh_scoring_v1_ScoreStreamResponse__Output>
  SubmitJob: MethodDefinition<_scoremesh_scoring_v1_SubmitJobRequest, _scoremesh_scoring_v1_SubmitJobResponse, _scoremesh_scoring_v1_SubmitJobRequest__Output, _scoremesh_scoring_v1_SubmitJobResponse__Output>
  WatchJob: MethodDefinition<_scoremesh_scoring_v1_WatchJobRequest, _scoremesh_scoring_v1_WatchJobResponse, _scoremesh_scoring_v1_WatchJobRequest__Output, _scoremesh_scoring_v1_WatchJobResponse__Output>
}
