import { describe, expect, it } from 'vitest';
import type { HttpConfig } from '../../../../gateway/http/http-server.ts';
import type { InferenceContract } from '../../../../services/contracts.ts';
import type { Client } from '../../../../services/kit/contract/contract.ts';
import { MeshError } from '../../../../services/kit/errors/mesh-error.ts';
import { testClosers } from '../../../kit/rpc/processes.ts';
import { startHttp } from '../http-fixture.ts';
import { inferPath } from './infer-fixture.ts';

const closers = testClosers();
const start = (inference: Partial<Client<InferenceContract>>, config: Partial<HttpConfig> = {}) =>
  startHttp(closers, { inference }, config);

/** The rows of the protocol's status table: what the inference role answers, and the status it gets. */
const table: readonly [string, MeshError, honest: number, triton: number][] = [
  [
    'unknown model',
    new MeshError('MODEL_NOT_FOUND', "Request for unknown model: 'm' is not found"),
    404,
    404,
  ],
  ['unknown version', new MeshError('MODEL_VERSION_NOT_FOUND', "'m' version 9 is not found"), 404, 404],
  ['no ready version', new MeshError('MODEL_NOT_FOUND', "'m' has no available versions"), 404, 404],
  ['version not ready', new MeshError('MODEL_NOT_READY', "'m' version 1 is not at ready state"), 503, 503],
  ['version no integer', new MeshError('INVALID_REQUEST', 'failed to get model version'), 400, 400],
  ['a wrong tensor', new MeshError('TENSOR_INVALID', "unexpected inference input 'x'"), 400, 400],
  ['queue full', new MeshError('QUEUE_FULL', 'Exceeds maximum queue size', { retryAfterMs: 1200 }), 429, 503],
  ['queue time-out', new MeshError('DEADLINE_PASSED_WAITING', 'Request timeout expired'), 504, 503],
  ['deadline unreachable', new MeshError('DEADLINE_UNREACHABLE', 'would take too long'), 504, 503],
  ['queue full as Triton says it', new MeshError('QUEUE_FULL', 'q', { code: 'UNAVAILABLE' }), 503, 503],
  ['cancelled', new MeshError('CALL_CANCELLED', 'the caller went away'), 499, 400],
  ['stopping', new MeshError('SHUTTING_DOWN', 'stopping'), 503, 503],
  ['an unreachable role', new MeshError('ROLE_UNREACHABLE', 'not ready'), 503, 503],
  ['not supported', new MeshError('NOT_SUPPORTED', 'shared memory'), 501, 501],
  [
    'control off',
    new MeshError('MODEL_CONTROL_OFF', 'explicit model load / unload is not allowed'),
    400,
    503,
  ],
  ['already there', new MeshError('MODEL_EXISTS', 'version 1 exists'), 409, 400],
  ['too large', new MeshError('MESSAGE_TOO_LARGE', 'too large'), 413, 400],
  ['a failed run', new MeshError('INFERENCE_FAILED', 'ONNX Runtime failed'), 500, 500],
];

describe.each(['honest', 'triton'] as const)('the status of an error, %s', (oipStatus) => {
  it.each(table)('%s', async (_case, error, honest, triton) => {
    const { post, base } = await start(
      {
        ModelInfer: async () => {
          throw error;
        },
        ModelReady: async () => {
          throw error;
        },
      },
      { oipStatus },
    );
    for (const response of [
      await post(inferPath, { inputs: [] }),
      await fetch(`${base}/v2/models/m/ready`),
    ]) {
      expect(response.status).toBe(oipStatus === 'honest' ? honest : triton);
      expect(response.headers.get('retry-after')).toBe(error.details.retryAfterMs === undefined ? null : '2');
      expect(await response.json()).toEqual({ error: error.message, reason: error.reason });
    }
  });

  it('says nothing of a bug', async () => {
    const { post } = await start(
      {
        ModelInfer: async () => {
          throw new TypeError('secret');
        },
      },
      { oipStatus },
    );
    const response = await post(inferPath, { inputs: [] });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
  });
});
