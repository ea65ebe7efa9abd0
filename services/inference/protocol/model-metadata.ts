import type { ModelMetadataResponse__Output as ModelMetadata } from '../../gen/inference/ModelMetadataResponse.ts';
import type { TensorInfo } from '../tensors/tensor.ts';
import type { ReadyVersion } from './model-finder.ts';

/**
 * What a version takes and answers. The shapes are those of the model: where requests share runs they start with -1, as the protocol
 * wants it. Properties are the digest of the content, and what was found of its rows in batches.
 */
export function modelMetadata(found: ReadyVersion, versions: readonly ReadyVersion[]): ModelMetadata {
  const { served, model } = found;
  return {
    name: model.name,
    versions: versions.map(({ version }) => String(version)),
    platform: 'onnxruntime_onnx',
    inputs: served.shape.inputs.map(tensorMetadata),
    outputs: served.shape.outputs.map(tensorMetadata),
    properties: {
      digest: served.digest,
      batch_class: model.batchClass,
      batch_finding: model.batchFinding,
    },
  };
}

function tensorMetadata({ name, datatype, shape }: TensorInfo): ModelMetadata['inputs'][number] {
  return { name, datatype, shape: shape.map(String) };
}
