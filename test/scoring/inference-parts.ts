import { createHash } from 'node:crypto';
import type { InferParameter__Output } from '../../services/gen/inference/InferParameter.ts';
import type { ModelInferRequest__Output as ModelInferRequest } from '../../services/gen/inference/ModelInferRequest.ts';
import type { ModelInferResponse__Output as ModelInferResponse } from '../../services/gen/inference/ModelInferResponse.ts';
import type { MeshError } from '../../services/kit/errors/mesh-error.ts';
import type { Closers } from '../../services/kit/lifecycle/closers.ts';
import { createScoring } from '../../services/scoring/service.ts';
import { createReadableMetrics } from '../inference/mesh-parts.ts';
import { until } from '../kit/rpc/processes.ts';
import { createRecorder } from '../kit/rpc/recorder.ts';
import { type FakeRoles, float32, inferResponse } from './fakes.ts';

/** All that the gateway serves of scoring and inference, over roles that are none. */
export async function startGateway(
  roles: FakeRoles,
  closers: Closers,
  config: { maxInFlight?: number; defaultTimeoutMs?: number; unready?: () => MeshError | undefined } = {},
) {
  const { log, lines } = createRecorder();
  const metrics = createReadableMetrics();
  const { unready = () => undefined, ...limits } = config;
  const service = createScoring(
    { maxInFlight: 100, defaultTimeoutMs: 10_000, maxPayloadBytes: 24 * 1024, ...limits },
    { ...roles, unready, log, metrics },
    closers,
  );
  await until(() => service.unready() === undefined);
  return { ...service.inference, scoring: service.scoring, models: service.models, lines, metrics };
}

export const method = '/inference.GRPCInferenceService/ModelInfer';
export const text = (value: string): InferParameter__Output => ({
  stringParam: value,
  parameterChoice: 'stringParam',
});
export const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest();

export function request(rest: Partial<ModelInferRequest> = {}): ModelInferRequest {
  return {
    modelName: 'm',
    modelVersion: '',
    id: 'r-1',
    parameters: {},
    inputs: [{ name: 'x', datatype: 'FP32', shape: ['1', '1'], parameters: {}, contents: null }],
    outputs: [],
    rawInputContents: [float32(0.25)],
    ...rest,
  };
}

/** An answer of the version with this content. */
export function answerOf(digest: string, value = 1): ModelInferResponse {
  const response = inferResponse({ y: ['FP32', [1, 1], float32(value)] });
  return { ...response, parameters: { ...response.parameters, model_digest: text(digest) } };
}

export const predictionId = ({ parameters }: ModelInferResponse): string =>
  parameters.prediction_id?.stringParam ?? '';
