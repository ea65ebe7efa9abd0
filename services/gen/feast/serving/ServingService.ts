// Original file: feast/serving/ServingService.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetFeastServingInfoRequest as _feast_serving_GetFeastServingInfoRequest, GetFeastServingInfoRequest__Output as _feast_serving_GetFeastServingInfoRequest__Output } from '../../feast/serving/GetFeastServingInfoRequest.ts';
import type { GetFeastServingInfoResponse as _feast_serving_GetFeastServingInfoResponse, GetFeastServingInfoResponse__Output as _feast_serving_GetFeastServingInfoResponse__Output } from '../../feast/serving/GetFeastServingInfoResponse.ts';
import type { GetOnlineFeaturesRequest as _feast_serving_GetOnlineFeaturesRequest, GetOnlineFeaturesRequest__Output as _feast_serving_GetOnlineFeaturesRequest__Output } from '../../feast/serving/GetOnlineFeaturesRequest.ts';
import type { GetOnlineFeaturesResponse as _feast_serving_GetOnlineFeaturesResponse, GetOnlineFeaturesResponse__Output as _feast_serving_GetOnlineFeaturesResponse__Output } from '../../feast/serving/GetOnlineFeaturesResponse.ts';

/**
 * Reads features as of now, in the words of Feast. scoremesh.feature.v1.FeatureService reads the same ones, also as of other moments.
 */
export interface ServingServiceClient extends grpc.Client {
  /**
   * What answers here.
   */
  GetFeastServingInfo(argument: _feast_serving_GetFeastServingInfoRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_feast_serving_GetFeastServingInfoResponse__Output>): grpc.ClientUnaryCall;
  GetFeastServingInfo(argument: _feast_serving_GetFeastServingInfoRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_feast_serving_GetFeastServingInfoResponse__Output>): grpc.ClientUnaryCall;
  GetFeastServingInfo(argument: _feast_serving_GetFeastServingInfoRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_feast_serving_GetFeastServingInfoResponse__Output>): grpc.ClientUnaryCall;
  GetFeastServingInfo(argument: _feast_serving_GetFeastServingInfoRequest, callback: grpc.requestCallback<_feast_serving_GetFeastServingInfoResponse__Output>): grpc.ClientUnaryCall;
  /**
   * What answers here.
   */
  getFeastServingInfo(argument: _feast_serving_GetFeastServingInfoRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_feast_serving_GetFeastServingInfoResponse__Output>): grpc.ClientUnaryCall;
  getFeastServingInfo(argument: _feast_serving_GetFeastServingInfoRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_feast_serving_GetFeastServingInfoResponse__Output>): grpc.ClientUnaryCall;
  getFeastServingInfo(argument: _feast_serving_GetFeastServingInfoRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_feast_serving_GetFeastServingInfoResponse__Output>): grpc.ClientUnaryCall;
  getFeastServingInfo(argument: _feast_serving_GetFeastServingInfoRequest, callback: grpc.requestCallback<_feast_serving_GetFeastServingInfoResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Reads features of up to 10000 entities.
   */
  GetOnlineFeatures(argument: _feast_serving_GetOnlineFeaturesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_feast_serving_GetOnlineFeaturesResponse__Output>): grpc.ClientUnaryCall;
  GetOnlineFeatures(argument: _feast_serving_GetOnlineFeaturesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_feast_serving_GetOnlineFeaturesResponse__Output>): grpc.ClientUnaryCall;
  GetOnlineFeatures(argument: _feast_serving_GetOnlineFeaturesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_feast_serving_GetOnlineFeaturesResponse__Output>): grpc.ClientUnaryCall;
  GetOnlineFeatures(argument: _feast_serving_GetOnlineFeaturesRequest, callback: grpc.requestCallback<_feast_serving_GetOnlineFeaturesResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Reads features of up to 10000 entities.
   */
  getOnlineFeatures(argument: _feast_serving_GetOnlineFeaturesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_feast_serving_GetOnlineFeaturesResponse__Output>): grpc.ClientUnaryCall;
  getOnlineFeatures(argument: _feast_serving_GetOnlineFeaturesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_feast_serving_GetOnlineFeaturesResponse__Output>): grpc.ClientUnaryCall;
  getOnlineFeatures(argument: _feast_serving_GetOnlineFeaturesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_feast_serving_GetOnlineFeaturesResponse__Output>): grpc.ClientUnaryCall;
  getOnlineFeatures(argument: _feast_serving_GetOnlineFeaturesRequest, callback: grpc.requestCallback<_feast_serving_GetOnlineFeaturesResponse__Output>): grpc.ClientUnaryCall;
  
}

/**
 * Reads features as of now, in the words of Feast. scoremesh.feature.v1.FeatureService reads the same ones, also as of other moments.
 */
export interface ServingServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * What answers here.
   */
  GetFeastServingInfo: grpc.handleUnaryCall<_feast_serving_GetFeastServingInfoRequest__Output, _feast_serving_GetFeastServingInfoResponse>;
  
  /**
   * Reads features of up to 10000 entities.
   */
  GetOnlineFeatures: grpc.handleUnaryCall<_feast_serving_GetOnlineFeaturesRequest__Output, _feast_serving_GetOnlineFeaturesResponse>;
  
}

export interface ServingServiceDefinition extends grpc.ServiceDefinition {
  GetFeastServingInfo: MethodDefinition<_feast_serving_GetFeastServingInfoRequest, _feast_serving_GetFeastServingInfoResponse, _feast_serving_GetFeastServingInfoRequest__Output, _feast_serving_GetFeastServingInfoResponse__Output>
  GetOnlineFeatures: MethodDefinition<_feast_serving_GetOnlineFeaturesRequest, _feast_serving_GetOnlineFeaturesResponse, _feast_serving_GetOnlineFeaturesRequest__Output, _feast_serving_GetOnlineFeaturesResponse__Output>
}
