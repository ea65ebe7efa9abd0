// Original file: scoremesh/inference/v1/model_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetModelRequest as _scoremesh_inference_v1_GetModelRequest, GetModelRequest__Output as _scoremesh_inference_v1_GetModelRequest__Output } from '../../../scoremesh/inference/v1/GetModelRequest.ts';
import type { GetModelResponse as _scoremesh_inference_v1_GetModelResponse, GetModelResponse__Output as _scoremesh_inference_v1_GetModelResponse__Output } from '../../../scoremesh/inference/v1/GetModelResponse.ts';
import type { ListModelsRequest as _scoremesh_inference_v1_ListModelsRequest, ListModelsRequest__Output as _scoremesh_inference_v1_ListModelsRequest__Output } from '../../../scoremesh/inference/v1/ListModelsRequest.ts';
import type { ListModelsResponse as _scoremesh_inference_v1_ListModelsResponse, ListModelsResponse__Output as _scoremesh_inference_v1_ListModelsResponse__Output } from '../../../scoremesh/inference/v1/ListModelsResponse.ts';
import type { WatchModelsRequest as _scoremesh_inference_v1_WatchModelsRequest, WatchModelsRequest__Output as _scoremesh_inference_v1_WatchModelsRequest__Output } from '../../../scoremesh/inference/v1/WatchModelsRequest.ts';
import type { WatchModelsResponse as _scoremesh_inference_v1_WatchModelsResponse, WatchModelsResponse__Output as _scoremesh_inference_v1_WatchModelsResponse__Output } from '../../../scoremesh/inference/v1/WatchModelsResponse.ts';

/**
 * The registry of models: which versions exist, which are ready, what each reads and answers.
 */
export interface ModelServiceClient extends grpc.Client {
  /**
   * One version of one model.
   */
  GetModel(argument: _scoremesh_inference_v1_GetModelRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_GetModelResponse__Output>): grpc.ClientUnaryCall;
  GetModel(argument: _scoremesh_inference_v1_GetModelRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_inference_v1_GetModelResponse__Output>): grpc.ClientUnaryCall;
  GetModel(argument: _scoremesh_inference_v1_GetModelRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_GetModelResponse__Output>): grpc.ClientUnaryCall;
  GetModel(argument: _scoremesh_inference_v1_GetModelRequest, callback: grpc.requestCallback<_scoremesh_inference_v1_GetModelResponse__Output>): grpc.ClientUnaryCall;
  /**
   * One version of one model.
   */
  getModel(argument: _scoremesh_inference_v1_GetModelRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_GetModelResponse__Output>): grpc.ClientUnaryCall;
  getModel(argument: _scoremesh_inference_v1_GetModelRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_inference_v1_GetModelResponse__Output>): grpc.ClientUnaryCall;
  getModel(argument: _scoremesh_inference_v1_GetModelRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_GetModelResponse__Output>): grpc.ClientUnaryCall;
  getModel(argument: _scoremesh_inference_v1_GetModelRequest, callback: grpc.requestCallback<_scoremesh_inference_v1_GetModelResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Every version of every model.
   */
  ListModels(argument: _scoremesh_inference_v1_ListModelsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  ListModels(argument: _scoremesh_inference_v1_ListModelsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_inference_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  ListModels(argument: _scoremesh_inference_v1_ListModelsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  ListModels(argument: _scoremesh_inference_v1_ListModelsRequest, callback: grpc.requestCallback<_scoremesh_inference_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Every version of every model.
   */
  listModels(argument: _scoremesh_inference_v1_ListModelsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  listModels(argument: _scoremesh_inference_v1_ListModelsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_inference_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  listModels(argument: _scoremesh_inference_v1_ListModelsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  listModels(argument: _scoremesh_inference_v1_ListModelsRequest, callback: grpc.requestCallback<_scoremesh_inference_v1_ListModelsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The whole registry now, and again after each change.
   */
  WatchModels(argument: _scoremesh_inference_v1_WatchModelsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_inference_v1_WatchModelsResponse__Output>;
  WatchModels(argument: _scoremesh_inference_v1_WatchModelsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_inference_v1_WatchModelsResponse__Output>;
  /**
   * The whole registry now, and again after each change.
   */
  watchModels(argument: _scoremesh_inference_v1_WatchModelsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_inference_v1_WatchModelsResponse__Output>;
  watchModels(argument: _scoremesh_inference_v1_WatchModelsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_inference_v1_WatchModelsResponse__Output>;
  
}

/**
 * The registry of models: which versions exist, which are ready, what each reads and answers.
 */
export interface ModelServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * One version of one model.
   */
  GetModel: grpc.handleUnaryCall<_scoremesh_inference_v1_GetModelRequest__Output, _scoremesh_inference_v1_GetModelResponse>;
  
  /**
   * Every version of every model.
   */
  ListModels: grpc.handleUnaryCall<_scoremesh_inference_v1_ListModelsRequest__Output, _scoremesh_inference_v1_ListModelsResponse>;
  
  /**
   * The whole registry now, and again after each change.
   */
  WatchModels: grpc.handleServerStreamingCall<_scoremesh_inference_v1_WatchModelsRequest__Output, _scoremesh_inference_v1_WatchModelsResponse>;
  
}

export interface ModelServiceDefinition extends grpc.ServiceDefinition {
  GetModel: MethodDefinition<_scoremesh_inference_v1_GetModelRequest, _scoremesh_inference_v1_GetModelResponse, _scoremesh_inference_v1_GetModelRequest__Output, _scoremesh_inference_v1_GetModelResponse__Output>
  ListModels: MethodDefinition<_scoremesh_inference_v1_ListModelsRequest, _scoremesh_inference_v1_ListModelsResponse, _scoremesh_inference_v1_ListModelsRequest__Output, _scoremesh_inference_v1_ListModelsResponse__Output>
  WatchModels: MethodDefinition<_scoremesh_inference_v1_WatchModelsRequest, _scoremesh_inference_v1_WatchModelsResponse, _scoremesh_inference_v1_WatchModelsRequest__Output, _scoremesh_inference_v1_WatchModelsResponse__Output>
}
