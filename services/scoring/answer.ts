import type { ModelInferResponse__Output as ModelInferResponse } from '../gen/inference/ModelInferResponse.ts';
import type { Value__Output as Value } from '../gen/scoremesh/scoring/v1/Value.ts';
import { MeshError } from '../kit/errors/mesh-error.ts';
import { bytesElements, datatypes } from './datatypes.ts';
import type { ScorePlan } from './score-plan.ts';

export type Outputs = { [name: string]: Value };

/** The model's outputs by declared name: one element as a plain value, more as a tensor; and the decision. */
export function outputsOf(plan: ScorePlan, response: ModelInferResponse): Outputs {
  const outputs: Outputs = {};
  for (const { name, tensor } of plan.model.scoreOutputs) {
    const place = response.outputs.findIndex((output) => output.name === tensor);
    const output = response.outputs[place];
    const data = response.rawOutputContents[place];
    if (output === undefined || data === undefined) {
      throw new MeshError('INFERENCE_FAILED', `model "${plan.model.name}" gave no output "${tensor}"`);
    }
    outputs[name] = readValue(output.datatype, output.shape, data);
  }
  const { decision } = plan.model;
  if (decision !== null) {
    const value = outputs[decision.output];
    const number = Number(value?.number ?? value?.integer ?? Number.NaN);
    if (Number.isNaN(number)) {
      throw new MeshError(
        'INFERENCE_FAILED',
        `output "${decision.output}" of model "${plan.model.name}" is not a number, so nothing can be decided`,
      );
    }
    outputs.decision = {
      text: number >= decision.threshold ? decision.above : decision.below,
      kind: 'text',
    };
  }
  return outputs;
}

function readValue(datatype: string, shape: string[], data: Buffer): Value {
  const elements = shape.reduce((product, size) => product * Number(size), 1);
  if (elements === 1) {
    if (datatype === 'BYTES')
      return { text: (bytesElements(data)[0] ?? Buffer.alloc(0)).toString('utf8'), kind: 'text' };
    const scalar = datatypes[datatype]?.read(data, 0);
    if (datatype === 'BOOL') return { flag: scalar !== 0, kind: 'flag' };
    if (datatype === 'FP32' || datatype === 'FP64') return { number: Number(scalar), kind: 'number' };
    // UINT64 beyond int64 does not fit Value.integer and stays a tensor.
    if (scalar !== undefined && BigInt(scalar) < 2n ** 63n)
      return { integer: String(scalar), kind: 'integer' };
  }
  return { tensor: { datatype, shape, data }, kind: 'tensor' };
}
