import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { InferenceContract } from '../../../services/contracts.ts';
import type { Call } from '../../../services/kit/contract/call.ts';
import type { Client } from '../../../services/kit/contract/contract.ts';
import type { EdgeCalls } from '../edge-call.ts';

/**
 * Triton's extensions that need the server's own memory or settings: shared memory, tracing, logging. They are forwarded, so that
 * a caller gets the same refusal as over gRPC.
 */
export function addUnsupportedRoutes(
  routes: FastifyInstance,
  deps: { readonly inference: Client<InferenceContract>; readonly calls: EdgeCalls },
): void {
  const { inference, calls } = deps;
  const nameOf = ({ params }: FastifyRequest): string => (params as { name?: string }).name ?? '';
  const forward =
    (ask: (request: FastifyRequest, call: Call) => Promise<object>) =>
    (request: FastifyRequest, reply: FastifyReply): Promise<object> =>
      calls.run(request, reply, (call) => ask(request, call));
  const settings = (name: string, call: Call): Promise<object> =>
    inference.TraceSetting({ settings: {}, modelName: name }, call);

  const memories = {
    '/systemsharedmemory': {
      status: forward((asked, call) => inference.SystemSharedMemoryStatus({ name: nameOf(asked) }, call)),
      register: forward((asked, call) =>
        inference.SystemSharedMemoryRegister(
          { name: nameOf(asked), key: '', offset: '0', byteSize: '0' },
          call,
        ),
      ),
      unregister: forward((asked, call) =>
        inference.SystemSharedMemoryUnregister({ name: nameOf(asked) }, call),
      ),
    },
    '/cudasharedmemory': {
      status: forward((asked, call) => inference.CudaSharedMemoryStatus({ name: nameOf(asked) }, call)),
      register: forward((asked, call) =>
        inference.CudaSharedMemoryRegister(
          { name: nameOf(asked), rawHandle: Buffer.alloc(0), deviceId: '0', byteSize: '0' },
          call,
        ),
      ),
      unregister: forward((asked, call) =>
        inference.CudaSharedMemoryUnregister({ name: nameOf(asked) }, call),
      ),
    },
  };
  for (const [path, { status, register, unregister }] of Object.entries(memories)) {
    routes.get(`${path}/status`, status);
    routes.get(`${path}/region/:name/status`, status);
    routes.post(`${path}/region/:name/register`, register);
    routes.post(`${path}/region/:name/unregister`, unregister);
    routes.post(`${path}/unregister`, unregister);
  }
  const trace = forward((asked, call) => settings(nameOf(asked), call));
  for (const path of ['/trace/setting', '/models/:name/trace/setting']) {
    routes.get(path, trace);
    routes.post(path, trace);
  }
  const logging = forward((_asked, call) => inference.LogSettings({ settings: {} }, call));
  routes.get('/logging', logging);
  routes.post('/logging', logging);
}
