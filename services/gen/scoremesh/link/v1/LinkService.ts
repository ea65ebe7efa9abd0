// Original file: scoremesh/link/v1/link_service.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ConnectRequest as _scoremesh_link_v1_ConnectRequest, ConnectRequest__Output as _scoremesh_link_v1_ConnectRequest__Output } from '../../../scoremesh/link/v1/ConnectRequest.ts';
import type { ConnectResponse as _scoremesh_link_v1_ConnectResponse, ConnectResponse__Output as _scoremesh_link_v1_ConnectResponse__Output } from '../../../scoremesh/link/v1/ConnectResponse.ts';

/**
 * How roles talk when they are apart: one long-lived stream per pair of processes. All messages of an event-loop tick
 * travel in one frame; replies come in any order.
 */
export interface LinkServiceClient extends grpc.Client {
  /**
   * Opens a link. The first frame of each side is its hello.
   */
  Connect(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_link_v1_ConnectRequest, _scoremesh_link_v1_ConnectResponse__Output>;
  Connect(options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_link_v1_ConnectRequest, _scoremesh_link_v1_ConnectResponse__Output>;
  /**
   * Opens a link. The first frame of each side is its hello.
   */
  connect(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_link_v1_ConnectRequest, _scoremesh_link_v1_ConnectResponse__Output>;
  connect(options?: grpc.CallOptions): grpc.ClientDuplexStream<_scoremesh_link_v1_ConnectRequest, _scoremesh_link_v1_ConnectResponse__Output>;
  
}

/**
 * How roles talk when they are apart: one long-lived stream per pair of processes. All messages of an event-loop tick
 * travel in one frame; replies come in any order.
 */
export interface LinkServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Opens a link. The first frame of each side is its hello.
   */
  Connect: grpc.handleBidiStreamingCall<_scoremesh_link_v1_ConnectRequest__Output, _scoremesh_link_v1_ConnectResponse>;
  
}

export interface LinkServiceDefinition extends grpc.ServiceDefinition {
  Connect: MethodDefinition<_scoremesh_link_v1_ConnectRequest, _scoremesh_link_v1_ConnectResponse, _scoremesh_link_v1_ConnectRequest__Output, _scoremesh_link_v1_ConnectResponse__Output>
}
