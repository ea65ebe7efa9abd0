// Original file: scoremesh/inference/v1/model_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetModelRequest as _scoremesh_inference_v1_GetModelRequest, GetModelRequest__Output as _scoremesh_inference_v1_GetModelRequest__Output } from '../../../scoremesh/inference/v1/GetModelRequest.ts';
import type { GetModelResponse as _scoremesh_inference_v1_GetModelResponse, GetModelResponse__Output as _scoremesh_inference_v1_GetModelResponse__Output } from '../../../scoremesh/inference/v1/GetModelResponse.ts';
import type { ListModelsRequest as _scoremesh_inference_v1_ListModelsRequest, ListModelsRequest__Output as _scoremesh_inference_v1_ListModelsRequest__Output } from '../../../scoremesh/inference/v1/ListModelsRequest.ts';
import type { ListModelsResponse as _scoremesh_inference_v1_ListModelsResponse, ListModelsResponse__Output as _scoremesh_inference_v1_ListModelsResponse__Output } from '../../../scoremesh/inference/v1/ListModelsResponse.ts';
import type { LoadModelRequest as _scoremesh_inference_v1_LoadModelRequest, LoadModelRequest__Output as _scoremesh_inference_v1_LoadModelRequest__Output } from '../../../scoremesh/inference/v1/LoadModelRequest.ts';
import type { LoadModelResponse as _scoremesh_inference_v1_LoadModelResponse, LoadModelResponse__Output as _scoremesh_inference_v1_LoadModelResponse__Output } from '../../../scoremesh/inference/v1/LoadModelResponse.ts';
import type { RegisterModelRequest as _scoremesh_inference_v1_RegisterModelRequest, RegisterModelRequest__Output as _scoremesh_inference_v1_RegisterModelRequest__Output } from '../../../scoremesh/inference/v1/RegisterModelRequest.ts';
import type { RegisterModelResponse as _scoremesh_inference_v1_RegisterModelResponse, RegisterModelResponse__Output as _scoremesh_inference_v1_RegisterModelResponse__Output } from '../../../scoremesh/inference/v1/RegisterModelResponse.ts';
import type { RollbackAliasRequest as _scoremesh_inference_v1_RollbackAliasRequest, RollbackAliasRequest__Output as _scoremesh_inference_v1_RollbackAliasRequest__Output } from '../../../scoremesh/inference/v1/RollbackAliasRequest.ts';
import type { RollbackAliasResponse as _scoremesh_inference_v1_RollbackAliasResponse, RollbackAliasResponse__Output as _scoremesh_inference_v1_RollbackAliasResponse__Output } from '../../../scoremesh/inference/v1/RollbackAliasResponse.ts';
import type { RunContentRequest as _scoremesh_inference_v1_RunContentRequest, RunContentRequest__Output as _scoremesh_inference_v1_RunContentRequest__Output } from '../../../scoremesh/inference/v1/RunContentRequest.ts';
import type { RunContentResponse as _scoremesh_inference_v1_RunContentResponse, RunContentResponse__Output as _scoremesh_inference_v1_RunContentResponse__Output } from '../../../scoremesh/inference/v1/RunContentResponse.ts';
import type { SetAliasRequest as _scoremesh_inference_v1_SetAliasRequest, SetAliasRequest__Output as _scoremesh_inference_v1_SetAliasRequest__Output } from '../../../scoremesh/inference/v1/SetAliasRequest.ts';
import type { SetAliasResponse as _scoremesh_inference_v1_SetAliasResponse, SetAliasResponse__Output as _scoremesh_inference_v1_SetAliasResponse__Output } from '../../../scoremesh/inference/v1/SetAliasResponse.ts';
import type { UnloadModelRequest as _scoremesh_inference_v1_UnloadModelRequest, UnloadModelRequest__Output as _scoremesh_inference_v1_UnloadModelRequest__Output } from '../../../scoremesh/inference/v1/UnloadModelRequest.ts';
import type { UnloadModelResponse as _scoremesh_inference_v1_UnloadModelResponse, UnloadModelResponse__Output as _scoremesh_inference_v1_UnloadModelResponse__Output } from '../../../scoremesh/inference/v1/UnloadModelResponse.ts';
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
   * Loads a version, or all that the model's policy wants; one that is loaded is loaded again. Answers when they are ready.
   */
  LoadModel(argument: _scoremesh_inference_v1_LoadModelRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_LoadModelResponse__Output>): grpc.ClientUnaryCall;
  LoadModel(argument: _scoremesh_inference_v1_LoadModelRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_inference_v1_LoadModelResponse__Output>): grpc.ClientUnaryCall;
  LoadModel(argument: _scoremesh_inference_v1_LoadModelRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_LoadModelResponse__Output>): grpc.ClientUnaryCall;
  LoadModel(argument: _scoremesh_inference_v1_LoadModelRequest, callback: grpc.requestCallback<_scoremesh_inference_v1_LoadModelResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Loads a version, or all that the model's policy wants; one that is loaded is loaded again. Answers when they are ready.
   */
  loadModel(argument: _scoremesh_inference_v1_LoadModelRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_LoadModelResponse__Output>): grpc.ClientUnaryCall;
  loadModel(argument: _scoremesh_inference_v1_LoadModelRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_inference_v1_LoadModelResponse__Output>): grpc.ClientUnaryCall;
  loadModel(argument: _scoremesh_inference_v1_LoadModelRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_LoadModelResponse__Output>): grpc.ClientUnaryCall;
  loadModel(argument: _scoremesh_inference_v1_LoadModelRequest, callback: grpc.requestCallback<_scoremesh_inference_v1_LoadModelResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Stores a new version, uploaded or copied from a folder of the server, and loads it. The first message is the header; of an
   * upload the next ones are the files, and the last is the end: one that is cut off before it leaves nothing behind. Answers each step: LOADING once it is stored, then READY. A version that exists is never overwritten
   * (MODEL_EXISTS); one that can't be loaded is kept as FAILED and its predecessor goes on serving.
   */
  RegisterModel(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_inference_v1_RegisterModelRequest, _scoremesh_inference_v1_RegisterModelResponse__Output>;
  RegisterModel(options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_inference_v1_RegisterModelRequest, _scoremesh_inference_v1_RegisterModelResponse__Output>;
  /**
   * Stores a new version, uploaded or copied from a folder of the server, and loads it. The first message is the header; of an
   * upload the next ones are the files, and the last is the end: one that is cut off before it leaves nothing behind. Answers each step: LOADING once it is stored, then READY. A version that exists is never overwritten
   * (MODEL_EXISTS); one that can't be loaded is kept as FAILED and its predecessor goes on serving.
   */
  registerModel(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_inference_v1_RegisterModelRequest, _scoremesh_inference_v1_RegisterModelResponse__Output>;
  registerModel(options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_inference_v1_RegisterModelRequest, _scoremesh_inference_v1_RegisterModelResponse__Output>;
  
  /**
   * Moves an alias back to where it was before; again, to where it was before that.
   */
  RollbackAlias(argument: _scoremesh_inference_v1_RollbackAliasRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_RollbackAliasResponse__Output>): grpc.ClientUnaryCall;
  RollbackAlias(argument: _scoremesh_inference_v1_RollbackAliasRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_inference_v1_RollbackAliasResponse__Output>): grpc.ClientUnaryCall;
  RollbackAlias(argument: _scoremesh_inference_v1_RollbackAliasRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_RollbackAliasResponse__Output>): grpc.ClientUnaryCall;
  RollbackAlias(argument: _scoremesh_inference_v1_RollbackAliasRequest, callback: grpc.requestCallback<_scoremesh_inference_v1_RollbackAliasResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Moves an alias back to where it was before; again, to where it was before that.
   */
  rollbackAlias(argument: _scoremesh_inference_v1_RollbackAliasRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_RollbackAliasResponse__Output>): grpc.ClientUnaryCall;
  rollbackAlias(argument: _scoremesh_inference_v1_RollbackAliasRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_inference_v1_RollbackAliasResponse__Output>): grpc.ClientUnaryCall;
  rollbackAlias(argument: _scoremesh_inference_v1_RollbackAliasRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_RollbackAliasResponse__Output>): grpc.ClientUnaryCall;
  rollbackAlias(argument: _scoremesh_inference_v1_RollbackAliasRequest, callback: grpc.requestCallback<_scoremesh_inference_v1_RollbackAliasResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Answers requests by a content that is named by its digest, whether that is served or not: for replays of what was answered before. A
   * version that is not loaded is loaded for it and for a while after, without becoming ready for anybody; at most two at once. Fails
   * with MODEL_CONTENT_NOT_FOUND if no version has the content any more. Changes nothing. For the roles of the mesh only.
   */
  RunContent(argument: _scoremesh_inference_v1_RunContentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_RunContentResponse__Output>): grpc.ClientUnaryCall;
  RunContent(argument: _scoremesh_inference_v1_RunContentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_inference_v1_RunContentResponse__Output>): grpc.ClientUnaryCall;
  RunContent(argument: _scoremesh_inference_v1_RunContentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_RunContentResponse__Output>): grpc.ClientUnaryCall;
  RunContent(argument: _scoremesh_inference_v1_RunContentRequest, callback: grpc.requestCallback<_scoremesh_inference_v1_RunContentResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Answers requests by a content that is named by its digest, whether that is served or not: for replays of what was answered before. A
   * version that is not loaded is loaded for it and for a while after, without becoming ready for anybody; at most two at once. Fails
   * with MODEL_CONTENT_NOT_FOUND if no version has the content any more. Changes nothing. For the roles of the mesh only.
   */
  runContent(argument: _scoremesh_inference_v1_RunContentRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_RunContentResponse__Output>): grpc.ClientUnaryCall;
  runContent(argument: _scoremesh_inference_v1_RunContentRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_inference_v1_RunContentResponse__Output>): grpc.ClientUnaryCall;
  runContent(argument: _scoremesh_inference_v1_RunContentRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_RunContentResponse__Output>): grpc.ClientUnaryCall;
  runContent(argument: _scoremesh_inference_v1_RunContentRequest, callback: grpc.requestCallback<_scoremesh_inference_v1_RunContentResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Moves an alias. The next request sees it; it survives a restart.
   */
  SetAlias(argument: _scoremesh_inference_v1_SetAliasRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_SetAliasResponse__Output>): grpc.ClientUnaryCall;
  SetAlias(argument: _scoremesh_inference_v1_SetAliasRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_inference_v1_SetAliasResponse__Output>): grpc.ClientUnaryCall;
  SetAlias(argument: _scoremesh_inference_v1_SetAliasRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_SetAliasResponse__Output>): grpc.ClientUnaryCall;
  SetAlias(argument: _scoremesh_inference_v1_SetAliasRequest, callback: grpc.requestCallback<_scoremesh_inference_v1_SetAliasResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Moves an alias. The next request sees it; it survives a restart.
   */
  setAlias(argument: _scoremesh_inference_v1_SetAliasRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_SetAliasResponse__Output>): grpc.ClientUnaryCall;
  setAlias(argument: _scoremesh_inference_v1_SetAliasRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_inference_v1_SetAliasResponse__Output>): grpc.ClientUnaryCall;
  setAlias(argument: _scoremesh_inference_v1_SetAliasRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_SetAliasResponse__Output>): grpc.ClientUnaryCall;
  setAlias(argument: _scoremesh_inference_v1_SetAliasRequest, callback: grpc.requestCallback<_scoremesh_inference_v1_SetAliasResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Takes a version, or all of a model, out of service: what is under way is answered, new requests are refused. Answers when its
   * memory is given back.
   */
  UnloadModel(argument: _scoremesh_inference_v1_UnloadModelRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_UnloadModelResponse__Output>): grpc.ClientUnaryCall;
  UnloadModel(argument: _scoremesh_inference_v1_UnloadModelRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_inference_v1_UnloadModelResponse__Output>): grpc.ClientUnaryCall;
  UnloadModel(argument: _scoremesh_inference_v1_UnloadModelRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_UnloadModelResponse__Output>): grpc.ClientUnaryCall;
  UnloadModel(argument: _scoremesh_inference_v1_UnloadModelRequest, callback: grpc.requestCallback<_scoremesh_inference_v1_UnloadModelResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Takes a version, or all of a model, out of service: what is under way is answered, new requests are refused. Answers when its
   * memory is given back.
   */
  unloadModel(argument: _scoremesh_inference_v1_UnloadModelRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_UnloadModelResponse__Output>): grpc.ClientUnaryCall;
  unloadModel(argument: _scoremesh_inference_v1_UnloadModelRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_scoremesh_inference_v1_UnloadModelResponse__Output>): grpc.ClientUnaryCall;
  unloadModel(argument: _scoremesh_inference_v1_UnloadModelRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_scoremesh_inference_v1_UnloadModelResponse__Output>): grpc.ClientUnaryCall;
  unloadModel(argument: _scoremesh_inference_v1_UnloadModelRequest, callback: grpc.requestCallback<_scoremesh_inference_v1_UnloadModelResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The whole registry now, and again after each change, with the changes of its life.
   */
  WatchModels(argument: _scoremesh_inference_v1_WatchModelsRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_inference_v1_WatchModelsResponse__Output>;
  WatchModels(argument: _scoremesh_inference_v1_WatchModelsRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_scoremesh_inference_v1_WatchModelsResponse__Output>;
  /**
   * The whole registry now, and again after each change, with the changes of its life.
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
   * Loads a version, or all that the model's policy wants; one that is loaded is loaded again. Answers when they are ready.
   */
  LoadModel: grpc.handleUnaryCall<_scoremesh_inference_v1_LoadModelRequest__Output, _scoremesh_inference_v1_LoadModelResponse>;
  
  /**
   * Stores a new version, uploaded or copied from a folder of the server, and loads it. The first message is the header; of an
   * upload the next ones are the files, and the last is the end: one that is cut off before it leaves nothing behind. Answers each step: LOADING once it is stored, then READY. A version that exists is never overwritten
   * (MODEL_EXISTS); one that can't be loaded is kept as FAILED and its predecessor goes on serving.
   */
  RegisterModel: grpc.handleBidiStreamingCall<_scoremesh_inference_v1_RegisterModelRequest__Output, _scoremesh_inference_v1_RegisterModelResponse>;
  
  /**
   * Moves an alias back to where it was before; again, to where it was before that.
   */
  RollbackAlias: grpc.handleUnaryCall<_scoremesh_inference_v1_RollbackAliasRequest__Output, _scoremesh_inference_v1_RollbackAliasResponse>;
  
  /**
   * Answers requests by a content that is named by its digest, whether that is served or not: for replays of what was answered before. A
   * version that is not loaded is loaded for it and for a while after, without becoming ready for anybody; at most two at once. Fails
   * with MODEL_CONTENT_NOT_FOUND if no version has the content any more. Changes nothing. For the roles of the mesh only.
   */
  RunContent: grpc.handleUnaryCall<_scoremesh_inference_v1_RunContentRequest__Output, _scoremesh_inference_v1_RunContentResponse>;
  
  /**
   * Moves an alias. The next request sees it; it survives a restart.
   */
  SetAlias: grpc.handleUnaryCall<_scoremesh_inference_v1_SetAliasRequest__Output, _scoremesh_inference_v1_SetAliasResponse>;
  
  /**
   * Takes a version, or all of a model, out of service: what is under way is answered, new requests are refused. Answers when its
   * memory is given back.
   */
  UnloadModel: grpc.handleUnaryCall<_scoremesh_inference_v1_UnloadModelRequest__Output, _scoremesh_inference_v1_UnloadModelResponse>;
  
  /**
   * The whole registry now, and again after each change, with the changes of its life.
   */
  WatchModels: grpc.handleServerStreamingCall<_scoremesh_inference_v1_WatchModelsRequest__Output, _scoremesh_inference_v1_WatchModelsResponse>;
  
}

export interface ModelServiceDefinition extends grpc.ServiceDefinition {
  GetModel: MethodDefinition<_scoremesh_inference_v1_GetModelRequest, _scoremesh_inference_v1_GetModelResponse, _scoremesh_inference_v1_GetModelRequest__Output, _scoremesh_inference_v1_GetModelResponse__Output>
  ListModels: MethodDefinition<_scoremesh_inference_v1_ListModelsRequest, _scoremesh_inference_v1_ListModelsResponse, _scoremesh_inference_v1_ListModelsRequest__Output, _scoremesh_inference_v1_ListModelsResponse__Output>
  LoadModel: MethodDefinition<_scoremesh_inference_v1_LoadModelRequest, _scoremesh_inference_v1_LoadModelResponse, _scoremesh_inference_v1_LoadModelRequest__Output, _scoremesh_inference_v1_LoadModelResponse__Output>
  RegisterModel: MethodDefinition<_scoremesh_inference_v1_RegisterModelRequest, _scoremesh_inference_v1_RegisterModelResponse, _scoremesh_inference_v1_RegisterModelRequest__Output, _scoremesh_inference_v1_RegisterModelResponse__Output>
  RollbackAlias: MethodDefinition<_scoremesh_inference_v1_RollbackAliasRequest, _scoremesh_inference_v1_RollbackAliasResponse, _scoremesh_inference_v1_RollbackAliasRequest__Output, _scoremesh_inference_v1_RollbackAliasResponse__Output>
  RunContent: MethodDefinition<_scoremesh_inference_v1_RunContentRequest, _scoremesh_inference_v1_RunContentResponse, _scoremesh_inference_v1_RunContentRequest__Output, _scoremesh_inference_v1_RunContentResponse__Output>
  SetAlias: MethodDefinition<_scoremesh_inference_v1_SetAliasRequest, _scoremesh_inference_v1_SetAliasResponse, _scoremesh_inference_v1_SetAliasRequest__Output, _scoremesh_inference_v1_SetAliasResponse__Output>
  UnloadModel: MethodDefinition<_scoremesh_inference_v1_UnloadModelRequest, _scoremesh_inference_v1_UnloadModelResponse, _scoremesh_inference_v1_UnloadModelRequest__Output, _scoremesh_inference_v1_UnloadModelResponse__Output>
  WatchModels: MethodDefinition<_scoremesh_inference_v1_WatchModelsRequest, _scoremesh_inference_v1_WatchModelsResponse, _scoremesh_inference_v1_WatchModelsRequest__Output, _scoremesh_inference_v1_WatchModelsResponse__Output>
}
