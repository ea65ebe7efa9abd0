import type { Unsupported, UnsupportedFields } from './field-values.ts';

const noGpu: Unsupported = { refused: 'models run on the CPU here; remove it' };

/**
 * Fields of Triton's ModelConfig that inference.ModelConfig leaves out
 * (https://github.com/triton-inference-server/common/blob/main/protobuf/model_config.proto), by their path. Passed over is only what
 * changes no answer: how memory is pinned for a GPU, and how another server counts.
 */
export const unsupportedFields: UnsupportedFields = new Map<string, Unsupported>([
  ['cc_model_filenames', { refused: 'models of compute capabilities need a GPU; remove it' }],
  [
    'sequence_batching',
    { refused: 'requests are independent of each other here, not parts of sequences; remove it' },
  ],
  ['ensemble_scheduling', { refused: 'ensembles are not served; call its models one after the other' }],
  ['optimization', 'passed over'],
  ['optimization.graph', { refused: 'ONNX Runtime decides how far a graph is optimised; remove it' }],
  ['optimization.cuda', noGpu],
  [
    'optimization.execution_accelerators',
    { refused: "ONNX Runtime's own CPU kernels run the model, without accelerators; remove it" },
  ],
  ['model_operations', { refused: 'libraries of custom operators are not loaded; remove it' }],
  ['batch_input', { refused: 'inputs are not made up from the batch; remove it' }],
  ['batch_output', { refused: 'outputs are not scattered over the batch; remove it' }],
  [
    'model_repository_agents',
    { refused: 'agents are not run; list the files in manifest.json to have them checked' },
  ],
  ['runtime', { refused: 'every model runs in ONNX Runtime; remove it' }],
  ['model_metrics', 'passed over'],
  ['instance_group.gpus', noGpu],
  ['instance_group.profile', noGpu],
  ['instance_group.secondary_devices', noGpu],
  ['instance_group.rate_limiter', { refused: 'runs are not limited by resources; remove it' }],
  ['instance_group.passive', { refused: 'every instance serves; remove it' }],
  ['instance_group.host_policy', { refused: 'instances are not bound to processors; remove it' }],
  ['input.is_non_linear_format_io', noGpu],
  ['output.is_non_linear_format_io', noGpu],
]);
