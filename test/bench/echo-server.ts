import { Server, ServerCredentials, type UntypedHandleCall } from '@grpc/grpc-js';

/** A bare grpc-js server that answers every message with the same bytes: what everything else is measured against. */
const bytes = (message: Buffer): Buffer => message;
const echo: UntypedHandleCall = (
  call: { request: Buffer },
  callback: (error: null, response: Buffer) => void,
) => callback(null, call.request);

const server = new Server({ 'grpc.max_concurrent_streams': 4096, 'grpc.enable_channelz': 0 });
server.addService(
  {
    Echo: {
      path: '/bench.Echo/Echo',
      requestStream: false,
      responseStream: false,
      requestSerialize: bytes,
      requestDeserialize: bytes,
      responseSerialize: bytes,
      responseDeserialize: bytes,
    },
  },
  { Echo: echo },
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(`echo on ${port}`);
});
process.once('SIGTERM', () => server.forceShutdown());
