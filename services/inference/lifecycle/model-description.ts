import type { Model__Output as Model } from '../../gen/scoremesh/inference/v1/Model.ts';
import type { LoadedModel } from '../loading/loader.ts';
import type { TensorInfo } from '../tensors/tensor.ts';

/** What is known of a version from its being loaded. */
export type LoadedFacts = Omit<Model, 'name' | 'version' | 'aliases' | 'state' | 'reason'>;

/** What is known of a version that is not loaded. */
export const notLoaded: LoadedFacts = {
  digest: '',
  description: '',
  inputs: [],
  outputs: [],
  featureSet: '',
  requestInputs: [],
  sources: [],
  scoreOutputs: [],
  decision: null,
  audit: 'AUDIT_MODE_REQUIRED',
  batchClass: 'BATCH_CLASS_UNSPECIFIED',
  batchFinding: '',
  placement: 'PLACEMENT_UNSPECIFIED',
  instances: 0,
  maxBatchRows: 0,
  sizeBytes: '0',
  irVersion: 0,
  opsets: {},
  goldenCases: 0,
  runtime: null,
  subject: '',
};

export function describeLoaded(loaded: LoadedModel): LoadedFacts {
  const { certificate, config, declared, executor, facts, shape } = loaded;
  return {
    digest: facts.digest,
    inputs: shape.inputs.map(tensorSpec),
    outputs: shape.outputs.map(tensorSpec),
    ...declared,
    batchClass: certificate.batchClass,
    batchFinding: certificate.finding,
    placement: executor.placement === 'inline' ? 'PLACEMENT_INLINE' : 'PLACEMENT_WORKER',
    instances: executor.placement === 'inline' ? 0 : executor.instances,
    maxBatchRows: config.maxBatchRows,
    sizeBytes: String(facts.sizeBytes),
    irVersion: facts.irVersion,
    opsets: { ...facts.opsets },
    goldenCases: loaded.goldenCases,
    runtime: loaded.runtime,
  };
}

function tensorSpec(info: TensorInfo): Model['inputs'][number] {
  return { name: info.name, datatype: info.datatype, shape: info.shape.map(String) };
}
