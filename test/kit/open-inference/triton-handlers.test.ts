import { describe, expect, it } from 'vitest';
import type { InferenceContract } from '../../../services/contracts.ts';
import { startCall } from '../../../services/kit/contract/call.ts';
import type { Client } from '../../../services/kit/contract/contract.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { withTritonErrors } from '../../../services/kit/open-inference/triton-handlers.ts';
import { errorOf } from '../rpc/processes.ts';
import { inferAnswer, inferRequest, inferRequests } from './open-inference-fakes.ts';

const call = startCall({ timeoutMs: 30_000, principal: 'test' });

function start(methods: Partial<Client<InferenceContract>>): Client<InferenceContract> {
  return withTritonErrors(methods as Client<InferenceContract>, silentLog);
}

describe('a service with Triton’s errors', () => {
  it('passes requests, calls and answers on as they are', async () => {
    const request = inferRequest('a');
    const answer = inferAnswer('a');
    const { ModelInfer } = start({
      ModelInfer: async (asked, its) => {
        expect([asked, its]).toEqual([request, call]);
        return answer;
      },
    });
    expect(await ModelInfer(request, call)).toBe(answer);
  });

  it('names the request whose queue was full', async () => {
    const { ModelInfer } = start({
      ModelInfer: async () => {
        throw new MeshError('QUEUE_FULL', 'full', { retryAfterMs: 50 });
      },
    });
    expect(await errorOf(ModelInfer(inferRequest('a'), call))).toMatchObject({
      code: 14,
      message: '[request id: a] Exceeds maximum queue size',
      reason: 'QUEUE_FULL',
    });
  });

  it('tells errors of every method, also of those without an id', async () => {
    const { RepositoryModelLoad } = start({
      RepositoryModelLoad: async () => {
        throw new MeshError('MODEL_CONTROL_OFF', 'models are loaded at start only');
      },
    });
    const load = RepositoryModelLoad({ repositoryName: '', modelName: 'm', parameters: {} }, call);
    expect(await errorOf(load)).toMatchObject({ code: 14, reason: 'MODEL_CONTROL_OFF' });
  });

  it('leaves a bug to the layer that logs it', async () => {
    const bug = new TypeError('secret');
    const { ServerReady } = start({ ServerReady: () => Promise.reject(bug) });
    expect(await errorOf(ServerReady({}, call))).toBe(bug);
  });

  it('tells them in their place of a stream, too', async () => {
    const { ModelStreamInfer } = start({
      ModelInfer: async ({ id }) => {
        if (id === 'b') throw new MeshError('QUEUE_FULL', 'full');
        if (id === 'c') throw new MeshError('DEADLINE_UNREACHABLE', 'too late');
        return inferAnswer(id);
      },
    });
    const seen = [];
    for await (const { errorMessage, inferResponse } of ModelStreamInfer(inferRequests('a', 'b', 'c'), call))
      seen.push([inferResponse!.id, errorMessage]);
    expect(seen).toEqual([
      ['a', ''],
      ['b', '[request id: b] Exceeds maximum queue size'],
      ['c', 'Request timeout expired'],
    ]);
  });
});
