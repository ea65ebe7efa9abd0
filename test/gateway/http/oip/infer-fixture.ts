import type { HttpConfig } from '../../../../gateway/http/http-server.ts';
import type { ModelInferRequest__Output } from '../../../../services/gen/inference/ModelInferRequest.ts';
import type { ModelInferResponse__Output } from '../../../../services/gen/inference/ModelInferResponse.ts';
import type { Call } from '../../../../services/kit/contract/call.ts';
import type { Closers } from '../../../../services/kit/lifecycle/closers.ts';
import { type HttpUnderTest, startHttp } from '../http-fixture.ts';
import { modelConfig } from './samples.ts';

export const inferPath = '/v2/models/m/infer';
export const octets = { 'content-type': 'application/octet-stream' };
export const headerLength = 'inference-header-content-length';

/** An input of two floats. */
export const input = (more: object = {}) => ({
  name: 'x',
  shape: [2],
  datatype: 'FP32',
  data: [1, 2],
  ...more,
});

export const errorOf = async (response: Response) =>
  (await response.json()) as { error: string; reason: string };

/** Answers with the inputs as outputs, of the same names and content. */
export async function mirror(request: ModelInferRequest__Output): Promise<ModelInferResponse__Output> {
  return {
    modelName: request.modelName,
    modelVersion: request.modelVersion || '1',
    id: request.id,
    parameters: {
      prediction_id: { stringParam: 'p1', parameterChoice: 'stringParam' },
      batch_size: { int64Param: '9007199254740993', parameterChoice: 'int64Param' },
    },
    outputs: request.inputs.map(({ name, datatype, shape }) => ({
      name,
      datatype,
      shape,
      parameters: {},
      contents: null,
    })),
    rawOutputContents: request.rawInputContents,
  };
}

export interface RecordingServer extends HttpUnderTest {
  readonly asked: readonly ModelInferRequest__Output[];
  readonly calls: readonly Call[];
}

/** A server that keeps what it was asked. */
export async function recording(
  closers: Closers,
  config: Partial<HttpConfig> = {},
): Promise<RecordingServer> {
  const asked: ModelInferRequest__Output[] = [];
  const calls: Call[] = [];
  const server = await startHttp(
    closers,
    {
      inference: {
        ModelInfer: (request, call) => {
          asked.push(request);
          calls.push(call);
          return mirror(request);
        },
        ModelConfig: async () => ({ config: modelConfig }),
      },
    },
    config,
  );
  return { ...server, asked, calls };
}
