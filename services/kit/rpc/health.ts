import type { MethodDefinition } from '@grpc/proto-loader';
import { service as healthService } from 'grpc-health-check';
import { startCall } from '../contract/call.ts';
import type { Method } from '../contract/contract.ts';
import type { Transport } from './transport.ts';

const timeoutMs = 1000;

/** grpc.health.v1 of the process behind a transport: undefined if it serves, else why not. */
export async function checkHealth(transport: Transport): Promise<string | undefined> {
  const definition = healthService.Check as MethodDefinition<object, object>;
  const { path } = definition;
  const method: Method = {
    name: 'Check',
    service: 'grpc.health.v1.Health',
    path,
    kind: 'unary',
    idempotent: true,
    internal: false,
    administrative: false,
    takesLateCalls: false,
    maxParts: 1,
    definition,
    request: {
      encode: definition.requestSerialize,
      decode: (bytes) => definition.requestDeserialize(bytes as Buffer),
    },
    response: {
      encode: definition.responseSerialize,
      decode: (bytes) => definition.responseDeserialize(bytes as Buffer),
    },
  };
  try {
    const call = startCall({ timeoutMs, principal: 'scoremesh' });
    const { status } = (await transport.unary(method, { service: '' }, call)) as { status: string | number };
    return status === 'SERVING' || status === 1 ? undefined : 'it says that it is not ready';
  } catch (error) {
    return (error as Error).message;
  }
}
