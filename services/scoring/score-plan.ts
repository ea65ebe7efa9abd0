import type { Model__Output as Model } from '../gen/scoremesh/inference/v1/Model.ts';
import type { RequestInput__Output as RequestInput } from '../gen/scoremesh/inference/v1/RequestInput.ts';
import type { TensorSource__Output as TensorSource } from '../gen/scoremesh/inference/v1/TensorSource.ts';
import type { TensorSpec__Output as TensorSpec } from '../gen/scoremesh/inference/v1/TensorSpec.ts';

/** What scoring with one model version takes, worked out once. */
export interface ScorePlan {
  readonly model: Model;
  readonly version: string;
  readonly inputs: ReadonlyMap<string, RequestInput>;
  /** Each ONNX input with where its content comes from. */
  readonly tensors: readonly { readonly spec: TensorSpec; readonly source: TensorSource }[];
  readonly deferredAudit: boolean;
}

export function planOf(model: Model): ScorePlan {
  const sources = new Map(model.sources.map((source) => [source.tensor, source]));
  return {
    model,
    version: String(model.version),
    inputs: new Map(model.requestInputs.map((input) => [input.name, input])),
    tensors: model.inputs.map((spec) => {
      const source = sources.get(spec.name);
      return { spec, source: source ?? { tensor: spec.name, columns: [], featureSet: '', input: spec.name } };
    }),
    deferredAudit: model.audit === 'AUDIT_MODE_DEFERRED',
  };
}
